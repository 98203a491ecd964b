import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Two provinces with their authorities and schools, all hosted on the centre's node: whatever one of them tries, the same
/// registry can be looked at before and after.
struct SmallCountry {
    let node: TestNode

    static let guangdong = Unit(code: "440000", name: "广东省教育厅", tier: .province, competent: .centre)
    static let guangzhou = Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000")
    static let tianhe = Unit(code: "440106", name: "天河区教育局", tier: .county, competent: "440100")
    static let haizhu = Unit(code: "440105", name: "海珠区教育局", tier: .county, competent: "440100")
    static let hunan = Unit(code: "430000", name: "湖南省教育厅", tier: .province, competent: .centre)
    static let changsha = Unit(code: "430100", name: "长沙市教育局", tier: .city, competent: "430000")
    static let yuelu = Unit(code: "430104", name: "岳麓区教育局", tier: .county, competent: "430100")

    static let tianheFirst = school("2144000001", "天河第一小学", "440106")
    static let haizhuFirst = school("2144000003", "海珠第一小学", "440105")
    static let yueluFirst = school("2143000001", "岳麓第一小学", "430104")
    /// In the county's area, but the city's school (Q10).
    static let cityRun = Unit(
        code: "3144000002", name: "广州市实验学校", tier: .school, competent: "440100", territorial: "440106", kind: "312",
        stages: [.primary, .junior], years: [.primary: 6, .junior: 3], owner: "831", urban: "111")
    static let vocational = Unit(
        code: "3644000004", name: "天河职业高中", tier: .school, competent: "440106", territorial: "440106", kind: "365",
        stages: [], owner: "831", urban: "111")

    static func school(_ code: UnitCode, _ name: String, _ county: UnitCode) -> Unit {
        Unit(
            code: code, name: name, tier: .school, competent: county, territorial: county, kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
    }

    init(seed: UInt64 = 1, adapter: PublicSecurityAdapter = .localRules) throws {
        node = try TestNode(seed: seed, adapter: adapter)
        try node.becomeCentre(hosting: [
            Self.guangdong, Self.guangzhou, Self.tianhe, Self.haizhu, Self.hunan, Self.changsha, Self.yuelu, Self.tianheFirst,
            Self.haizhuFirst, Self.yueluFirst, Self.cityRun, Self.vocational,
        ])
    }

    // MARK: Acting

    struct Classes: Decodable { let classes: [String] }
    struct Student: Decodable { let dossier, name, state: String; let holder, number: String?; let problems: [String] }
    struct Page: Decodable { let total: Int; let students: [Student] }
    struct Refused: Decodable { let code, message, remedy, question: String }
    struct Outcome: Decodable { let done: [String]; let refused: [Refused] }

    func decode<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    /// The code of a new class of the primary stage.
    func newClass(_ year: Int = 2022, at school: Unit = Self.tianheFirst, more: String = "", stage: String = "primary") throws -> String {
        let classes: Classes = try decode(node.call(
            "classes.add", as: school.code, body: "{\"stage\":\"\(stage)\",\"year\":\(year),\"count\":1\(more)}"))
        return try #require(classes.classes.last)
    }

    /// A valid row of a school: `People.row` there.
    static func row(
        _ number: Int, _ classCode: String, at school: Unit = Self.tianheFirst, _ changes: [StudentField: String] = [:]
    ) -> [StudentField: RawCell] {
        People.row(number, classCode: classCode, changes: [.schoolCode: RawCell(school.code.text)]
            .merging(changes.mapValues { RawCell($0) }) { $1 })
    }

    /// The cells of a pupil of the first grade of 2026, born so that the age is right, unless told otherwise.
    static func newPupil(born: String = "20200305", sequence: String = "002") -> [StudentField: String] {
        let body = "440106" + born + sequence
        return [.birthDate: born, .idNumber: body + (ResidentIDNumber.checkDigit(for17: body).map(String.init) ?? "")]
    }

    func upload(_ rows: [[StudentField: RawCell]], at school: Unit = Self.tianheFirst, strict: Bool = false) throws -> ImportShelf.Job {
        let path = node.folder + "/in-\(try node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM import_job") ?? 0 }).xlsx"
        try People.workbook(rows, at: path)
        _ = try node.call("imports.add", as: school.code, strict ? ["strict": "true"] : [:], file: (path, "pupils.xlsx"))
        return try #require(try node.archive.read { try ImportShelf.waiting($0) }.last)
    }

    func importRows(
        _ rows: [[StudentField: RawCell]], at school: Unit = Self.tianheFirst, strict: Bool = false, settling: Bool = true
    ) throws -> ImportReport {
        let report = try ImportRun.perform(upload(rows, at: school, strict: strict), archive: node.archive)
        if settling { try node.settle() }
        return report
    }

    func search(_ text: String, at unit: Unit) throws -> [Student] {
        let page: Page = try decode(node.call("students.search", as: unit.code, body: "{\"search\":\"\(text)\"}"))
        return page.students
    }

    func students(_ unit: Unit = Self.tianheFirst, _ parameters: [String: String] = [:]) throws -> [Student] {
        let page: Page = try decode(node.call("students.list", as: unit.code, parameters))
        return page.students
    }

    func step(_ id: String, _ dossiers: [String], as unit: Unit, reason: String? = nil, settling: Bool = true) throws -> Outcome {
        let names = dossiers.map { "\"\($0)\"" }.joined(separator: ",")
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        let outcome: Outcome = try decode(node.call("students.\(id)", as: unit.code, body: "{\"dossiers\":[\(names)]\(reason)}"))
        if settling { try node.settle() }
        return outcome
    }

    func set(_ policy: String, _ value: String, as unit: Unit) throws {
        _ = try node.call("policy.set", as: unit.code, ["key": policy], body: "{\"value\":\"\(value)\"}")
    }

    /// Pupils of a school, submitted; `approvedBy` in the order of the route, all but the last passing them on.
    func enrol(_ rows: [[StudentField: RawCell]], at school: Unit = Self.tianheFirst, by authority: Unit? = Self.tianhe) throws -> [String] {
        let known = Set(try students(school).map(\.dossier))
        #expect(try importRows(rows, at: school).accepted == rows.count)
        let ids = try students(school).map(\.dossier).filter { !known.contains($0) }
        #expect(try step("review", ids, as: school).done.count == ids.count)
        #expect(try step("submit", ids, as: school).done.count == ids.count)
        if let authority { #expect(try step("approve", ids, as: authority, settling: false).done.count == ids.count) }
        return ids
    }

    // MARK: Trying what must not be

    /// What two moments have in common when nothing was changed: every dossier's head, state and number, and how much was said.
    func fingerprint() throws -> [String] {
        try node.archive.read { reading in
            [try RegistryDigest.digest(of: .centre, reading), "\(try Journal.position(in: reading.database))"]
        }
    }

    /// Tries an operation that must be refused in Chinese, with a remedy, and must leave everything as it was.
    /// - Returns: the refusals, of each dossier where there are several.
    func refusals(
        _ id: String, as unit: Unit, _ parameters: [String: String] = [:], body: String = "",
        file: (path: String, name: String)? = nil, actor: Actor? = nil, at place: SourceLocation = #_sourceLocation
    ) throws -> [Refused] {
        let before = try fingerprint()
        var refused: [Refused] = []
        do {
            let answer = try node.call(id, as: unit.code, parameters, body: body, file: file, actor: actor)
            let outcome: Outcome? = try? decode(answer)
            #expect(outcome?.done == [], "accepted: \(answer)", sourceLocation: place)
            refused = outcome?.refused ?? []
        } catch let refusal as Refusal {
            refused = [Refused(code: refusal.code, message: refusal.message, remedy: refusal.remedy, question: refusal.question)]
        }
        try node.settle()
        #expect(try fingerprint() == before, "something was changed", sourceLocation: place)
        for refusal in refused {
            for text in [refusal.message, refusal.remedy] {
                #expect(text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }, "not Chinese: \(text)", sourceLocation: place)
            }
        }
        return refused
    }

    func refusal(
        _ id: String, as unit: Unit, _ parameters: [String: String] = [:], body: String = "",
        file: (path: String, name: String)? = nil, actor: Actor? = nil, at place: SourceLocation = #_sourceLocation
    ) throws -> Refused {
        let all = try refusals(id, as: unit, parameters, body: body, file: file, actor: actor, at: place)
        return try #require(all.first, "nothing was refused", sourceLocation: place)
    }

    func stepRefusal(
        _ id: String, _ dossier: String, as unit: Unit, reason: String? = nil, at place: SourceLocation = #_sourceLocation
    ) throws -> Refused {
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        return try refusal("students.\(id)", as: unit, body: "{\"dossiers\":[\"\(dossier)\"]\(reason)}", at: place)
    }

    /// Imports rows none of which may enter.
    func refusedImport(
        _ rows: [[StudentField: RawCell]], at school: Unit = Self.tianheFirst, place: SourceLocation = #_sourceLocation
    ) throws -> ImportReport {
        let before = try fingerprint()
        let report = try importRows(rows, at: school)
        #expect(try fingerprint() == before, "something was changed", sourceLocation: place)
        #expect(report.outcome == .failed && report.accepted == 0 && report.failed == rows.count, sourceLocation: place)
        return report
    }
}

extension ImportReport {
    func messages(of rule: String) -> [String] { findings.filter { $0.rule == rule }.map(\.message) }
    var errors: [Item] { findings.filter { $0.severity == "error" } }
}
