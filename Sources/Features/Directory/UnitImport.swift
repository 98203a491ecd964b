import Protocol
import Rules
import Sheets
import Store

/// 机构库 feed (Q106): units from a CSV, at the centre or a province. Lines that cannot be taken are named; the others enter.
struct UnitImport {
    struct Refused: Encodable, Sendable {
        let line: Int
        let code: String
        let message: String
    }

    struct Report: Encodable, Sendable {
        var added = 0
        var changed = 0
        var unchanged = 0
        var refused: [Refused] = []
    }

    static let columns = ["code", "name", "tier", "competent", "territorial", "kind", "stages", "years", "owner", "urban"]

    private let actor: Actor
    private let transaction: Transaction
    private var report = Report()

    /// - Throws: `Refusal` when the file as a whole is not such a CSV, or the unit may not import.
    static func run(path: String, as actor: Actor, in transaction: Transaction) throws -> Report {
        guard let tier = transaction.directory.tier(of: actor.unit), TierRights.may(tier, .importUnits) else {
            throw Refusal(
                "units.right", question: "Q106", "机构信息只能由教育部或省级从机构库导入，学校和县市不能自建或修改。",
                remedy: "请通过机构库申报（申报→主管部门→省→部）。", kind: .permission)
        }
        var work = UnitImport(actor: actor, transaction: transaction)
        let lines = try UnitLines.read(path)
        // Parents before children, whatever the order of the lines.
        for line in lines.sorted(by: { ($1.tier?.rank ?? -1, $0.number) < ($0.tier?.rank ?? -1, $1.number) }) {
            try work.take(line)
        }
        work.report.refused.sort { $0.line < $1.line }
        return work.report
    }

    private init(actor: Actor, transaction: Transaction) {
        self.actor = actor
        self.transaction = transaction
    }

    private mutating func take(_ line: UnitLines.Line) throws {
        switch line.unit(in: transaction.directory, for: actor.unit) {
        case .failure(let fault):
            report.refused.append(Refused(line: line.number, code: fault.code, message: fault.message))
        case .success(var unit):
            let present = transaction.directory.unit(unit.code)
            if let present {
                unit.version = present.version
                unit.isClosed = present.isClosed
                if unit == present {
                    report.unchanged += 1
                    return
                }
                if present.isClosed {
                    report.refused.append(Refused(line: line.number, code: "Q14", message: "单位已撤销，不允许修改"))
                    return
                }
                if present.competent != unit.competent || present.tier != unit.tier {
                    report.refused.append(Refused(line: line.number, code: "Q107", message: "主管部门或层级的变更须走机构变更流程，不能用导入改变"))
                    return
                }
                unit.version += 1
            }
            try transaction.append(.unit, Payload.encode(unit), as: actor.unit, to: .everyone)
            if present == nil { report.added += 1 } else { report.changed += 1 }
        }
    }
}

/// The lines of a units CSV, as far as they can be read.
struct UnitLines {
    struct Fault: Error {
        let code: String
        let message: String
    }

    struct Line {
        let number: Int
        let values: [String: String]

        var tier: Tier? { Self.tier(values["tier"] ?? "") }

        private static func tier(_ text: String) -> Tier? {
            Tier(rawValue: text.lowercased()) ?? Tier.allCases.first { $0.label == text }
        }

        func unit(in directory: UnitDirectory, for importer: UnitCode) -> Result<Unit, Fault> {
            func value(_ column: String) -> String { values[column] ?? "" }
            func fault(_ code: String, _ message: String) -> Result<Unit, Fault> { .failure(Fault(code: code, message: message)) }
            guard let tier else { return fault("tier", "层级“\(value("tier"))”不对，应为 school、county、city、province 之一") }
            guard tier != .centre else { return fault("tier", "中央节点不能导入") }
            let code = value("code")
            guard !value("name").isEmpty else { return fault("name", "名称为空") }
            if tier == .school {
                guard SchoolCode(code) != nil else {
                    return fault("Q2", SchoolCode.fault(in: code)?.message ?? "没有10位学校标识码的学校须作为公办学校的分校区处理")
                }
            } else if !(code.utf8.count == 6 && code.utf8.allSatisfy { (48...57).contains($0) }) {
                return fault("code", "教育行政部门代码应为6位数字，实为“\(code)”")
            }
            let competent = UnitCode(value("competent").isEmpty && tier == .province ? UnitCode.centre.text : value("competent"))
            guard let above = directory.unit(competent) else { return fault("competent", "所属主管部门“\(competent)”不在机构库") }
            guard above.tier > tier else { return fault("competent", "所属主管部门“\(above.name)”的层级不高于本单位") }
            guard directory.contains(importer, competent) else { return fault("path", "不在本单位管理范围内") }
            var unit = Unit(code: UnitCode(code), name: value("name"), tier: tier, competent: competent)
            guard directory.standing(of: unit, by: importer) == .counts else {
                return fault("Q106", "代码“\(code)”属于别的省（学校标识码第3、4位，行政区划代码前2位），由教育部导入")
            }
            guard tier == .school else { return .success(unit) }
            let territorial = value("territorial").isEmpty ? competent : UnitCode(value("territorial"))
            guard directory.unit(territorial).map({ $0.tier != .school }) ?? false else {
                return fault("Q10", "属地管理部门“\(territorial)”不在机构库")
            }
            unit.territorial = territorial
            guard let kind = CodeTable.schoolKind.code(forText: value("kind")), let details = SchoolKind[kind] else {
                return fault("Q1", "学校类型“\(value("kind"))”不在代码表")
            }
            unit.kind = kind
            let stages = Self.numbers(value("stages")).compactMap { Stage(rawValue: $0) }
            unit.stages = stages.isEmpty ? details.stages : Set(stages)
            guard unit.stages.isSubset(of: details.stages) || !details.isInScope else {
                return fault("Q1", "学校类型“\(details.name)”不采集所填学段")
            }
            let years = Self.numbers(value("years"))
            for (stage, length) in zip(stages.isEmpty ? details.stages.sorted() : stages, years) {
                guard (2...6).contains(length) else { return fault("M-学制", "学制“\(length)”不对，应为2至6年") }
                unit.years[stage] = length
            }
            unit.owner = CodeTable.schoolOwner.code(forText: value("owner")) ?? value("owner")
            guard unit.owner.isEmpty || CodeTable.schoolOwner.accepts(unit.owner) else {
                return fault("owner", "举办者“\(value("owner"))”不在代码表")
            }
            unit.urban = CodeTable.urbanRural.code(forText: value("urban")) ?? value("urban")
            guard unit.urban.isEmpty || CodeTable.urbanRural.accepts(unit.urban) else {
                return fault("urban", "城乡类型“\(value("urban"))”不在代码表")
            }
            return .success(unit)
        }

        /// Digits of `1,2`, `1;2`, `12` or `primary junior`, one number each.
        private static func numbers(_ text: String) -> [Int] {
            let words = text.split { ",;|/+、 ".contains($0) }.map(String.init)
            return words.flatMap { word in
                if let stage = StageName.stage(word) { return [stage.rawValue] }
                return word.compactMap(\.wholeNumberValue)
            }
        }
    }

    static func read(_ path: String) throws -> [Line] {
        var header: [String] = []
        var lines: [Line] = []
        do {
            try CSVReader.forEachRow(path) { row in
                let fields = row.fields.map { $0[...].trimmed }
                if header.isEmpty {
                    header = fields.map { $0.lowercased() }
                    return
                }
                if fields.allSatisfy(\.isEmpty) { return }
                var values: [String: String] = [:]
                for (column, field) in zip(header, fields) { values[column] = field }
                lines.append(Line(number: row.line, values: values))
            }
        } catch let error as SheetError {
            throw Refusal("units.file", question: "Q106", error.message, remedy: error.remedy, kind: .usage)
        }
        let missing = ["code", "name", "tier", "competent"].filter { !header.contains($0) }
        guard missing.isEmpty else {
            throw Refusal(
                "units.header", question: "Q106", "文件不是机构表：缺少列 \(missing.joined(separator: "、"))。",
                remedy: "首行应为 \(UnitImport.columns.joined(separator: ","))。", kind: .usage)
        }
        return lines
    }
}
