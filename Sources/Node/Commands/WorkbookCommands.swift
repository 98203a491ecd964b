import ArgumentParser
import Features
import FoundationEssentials
import Glibc
import Protocol
import Rules
import Store

/// Last part of a path.
enum FileName {
    static func last(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}

private enum ReportColumns {
    static let all: [Printout.Column] = [
        ("job", "任务"), ("outcome", "结果"), ("rows", "行数"), ("accepted", "收下"), ("already", "已有"), ("problems", "问题学籍"),
        ("failed", "失败"), ("marked", "标注文件"), ("findings", "问题"), ("row", "行"), ("cell", "单元格"), ("field", "项目"),
        ("question", "依据"), ("severity", "程度"), ("message", "说明"), ("remedy", "办法"),
    ]
}

struct TemplateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "生成空白导入模板 / write a blank template",
        discussion: "例 / example: xueji template --version 2013 --out 模板.xlsx")

    @Option(help: ArgumentHelp("2013、2016 或 2020", valueName: "year")) var version: String
    @Option(help: ArgumentHelp("写到哪里 / where to", valueName: "file")) var out: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        guard let version = Template.Version(rawValue: version) else {
            throw Refusal("template.version", question: "Q49", "没有 \(version) 版模板。", remedy: "请用 2013、2016 或 2020。", kind: .usage)
        }
        try ImportOperations.writeTemplate(version, to: out)
        printout.show(.object(["file": .string(out)]), columns: [("file", "文件")])
        return .done
    }
}

struct CheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "离线检查工作簿，不入库 / judge a workbook offline",
        discussion: """
            有学校节点的数据文件夹时按该校的班级和设置检查；没有时跳过需要这些资料的规则。
            例 / example: xueji check 学生信息.xlsx --marked 待修改.xlsx
            """)

    @Argument(help: ArgumentHelp("学生信息工作簿", valueName: "file")) var file: String
    @Option(help: ArgumentHelp("把失败的行写到这里 / failed rows with marks", valueName: "out")) var marked: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try FileBytes.mustExist(file)
        let (facts, registered) = try knownFacts()
        let name = SystemSurroundings.real.act().bytes.map { String($0, radix: 16) }.joined()
        let markedPath = marked ?? FileManager.default.temporaryDirectory.path + "/xueji-check-\(name).xlsx"
        var report = try ImportRun.check(path: file, facts: facts, registered: registered, markedPath: markedPath)
        if marked == nil {
            unlink(markedPath)
            report.marked = nil
        }
        try printout.show(report, columns: ReportColumns.all)
        return report.outcome == .success ? .done : .refused
    }

    /// What the node's store knows about the school; without a store, nothing but the date and the divisions.
    private func knownFacts() throws -> (Facts, FileSubject.Registered) {
        let today = SystemSurroundings.real.today
        guard NodeFolder.hasStore(place.data) else { return (Facts(today: today, divisions: BuiltInDivisions()), .unknown) }
        let archive = try Archive(
            folder: place.data, book: Wiring.book(), surroundings: SystemSurroundings.real, exclusive: false)
        defer { try? archive.close() }
        return try archive.read { reading in
            guard let unit = try place.unit.map({ UnitCode($0) }) ?? reading.ownUnit(), reading.directory.tier(of: unit) == .school
            else { return (Facts(today: today, divisions: try DivisionProjection.table(reading)), .unknown) }
            let facts = try RegistrationFacts.facts(for: unit, today: today, reading)
            return (facts, facts.school.map { .found($0) } ?? .missing)
        }
    }
}

struct ImportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "导入学生信息工作簿 / take a workbook in",
        discussion: """
            等到处理完毕（默认至多 600 秒，--wait 可改；--wait 0 立即返回 pending）。
            例 / example: xueji import 学生信息.xlsx --marked 待修改.xlsx --data /srv/school
            """)

    @Argument(help: ArgumentHelp("学生信息工作簿", valueName: "file")) var file: String
    @Flag(help: "全部合格才入库 / all rows or none") var strict = false
    @Option(help: ArgumentHelp("把失败的行写到这里 / failed rows with marks", valueName: "out")) var marked: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try FileBytes.mustExist(file)
        let caller = NodeCaller(place)
        var job = try await caller.call(VerbCall(
            "imports.add", ["strict": strict ? "true" : nil, "name": FileName.last(file)],
            file: (file, FileName.last(file))))
        let id = job["job"]?.text ?? ""
        let end = SystemSurroundings.monotonicSeconds() + (place.wait ?? 600)
        while job["state"]?.text != "done", SystemSurroundings.monotonicSeconds() < end {
            try await SystemSurroundings.sleep(0.1)
            job = try await caller.call(VerbCall("imports.show", ["job": id]), whileRunning: true)
        }
        guard case .object(var report)? = job["report"] else {
            printout.show(pending(id, job), columns: ReportColumns.all)
            return .timedOut
        }
        if let marked, report["marked"]?.text != nil {
            try FileBytes.write(try await caller.raw(VerbCall("imports.marked", ["job": id])), to: marked)
            report["marked"] = .string(marked)
        }
        printout.show(.object(report), columns: ReportColumns.all)
        return report["outcome"]?.text == "success" ? .done : .refused
    }

    private func pending(_ id: String, _ job: JSONValue) -> JSONValue {
        .object([
            "job": .string(id), "outcome": .string("pending"), "rows": job["doneRows"] ?? .integer(0), "accepted": .integer(0),
            "already": .integer(0), "problems": .integer(0), "failed": .integer(0), "findings": .array([]),
        ])
    }
}
