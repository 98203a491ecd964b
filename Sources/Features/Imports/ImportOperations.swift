import FoundationEssentials
import Protocol
import Rules
import Sheets
import Store

/// `import`, `check`, `template`: a job takes a file in; progress and result stay over restarts (Q50).
public enum ImportOperations {
    /// Largest workbook, in bytes; also `SheetLimits`.
    public static let maxFile = 50 << 20

    struct Progress: Encodable, Sendable {
        let job, fileName, state, createdAt: String
        let doneRows: Int
        let report: ImportReport?
    }

    struct List: Encodable, Sendable { let jobs: [Progress] }

    private static let reportSchema = Schema.fields(
        ("job", .string), ("outcome", .string), ("rows", .integer), ("accepted", .integer), ("already", .integer),
        ("problems", .integer), ("failed", .integer), ("findings", .array(.anything)), ("marked?", .string))
    private static let progressSchema = Schema.fields(
        ("job", .string), ("fileName", .string), ("state", .string), ("createdAt", .string), ("doneRows", .integer),
        ("report?", reportSchema))

    /// - Parameter wake: tells the node's import service that a job waits.
    public static func operations(wake: @escaping @Sendable () -> Void) -> [Operation] {
        [
            Operation(
                "imports.add", .post, "/imports", "Take a pupils' workbook in; answers at once with a job", title: "学籍导入",
                parameters: [.init("strict", "`true`: all rows or none"), .init("name", "File name for the list")],
                body: .file(limit: maxFile), response: progressSchema, roles: [.registrar]
            ) { call in
                let job = try add(call)
                wake()
                return .json(job)
            },
            Operation(
                "imports.list", .get, "/imports", "Import jobs of the unit, newest first", title: "导入结果",
                response: .fields(("jobs", .array(progressSchema)))
            ) { call in
                let jobs = try call.archive.read { try ImportShelf.list(of: call.actor.unit, $0) }
                return .json(List(jobs: jobs.map { progress($0) }))
            },
            Operation(
                "imports.show", .get, "/imports/{job}", "Progress and result of one job", title: "导入结果",
                parameters: [.path("job", "Job id")], response: progressSchema
            ) { call in
                let found = try call.archive.read { try job(call, $0) }
                return .json(progress(found))
            },
            Operation(
                "imports.marked", .get, "/imports/{job}/marked", "The failed rows with their cells marked", title: "下载待修改的行",
                parameters: [.path("job", "Job id")], response: .file(mediaType: workbookType)
            ) { call in
                let found = try call.archive.read { try job(call, $0) }
                guard let marked = found.report?.marked else {
                    throw Refusal("imports.unmarked", question: "Q50", "这次导入没有失败的行。", remedy: "无需修改。", kind: .missing)
                }
                return .file(path: marked, name: "待修改-\(found.id).xlsx", mediaType: workbookType)
            },
            Operation(
                "imports.check", .post, "/checks", "Judge a workbook without taking anything in", title: "检查工作簿",
                body: .file(limit: maxFile), response: reportSchema, isReading: true
            ) { call in
                let file = try file(call)
                let facts = try call.archive.read {
                    try RegistrationFacts.facts(for: call.actor.unit, today: call.archive.surroundings.today, $0)
                }
                var report = try ImportRun.check(
                    path: file.path, facts: facts,
                    register: { code in
                        // An authority checks a file without saying for which school.
                        guard facts.school != nil else { return .unknown }
                        return try call.archive.read { try RegistrationFacts.registered(UnitCode(code), $0) }
                    }, markedPath: file.path + ".marked.xlsx")
                // Nothing is kept of a mere check.
                report.marked = nil
                return .json(report)
            },
            Operation(
                "imports.template", .get, "/templates/{version}", "Blank workbook of a template version (Q49)", title: "空白模板",
                parameters: [.path("version", "2013, 2016 or 2020")], response: .file(mediaType: workbookType)
            ) { call in
                guard let version = Template.Version(rawValue: call.parameters["version"] ?? "") else {
                    throw Refusal(
                        "template.version", question: "Q49", "没有这个版本的模板。",
                        remedy: "可选：" + Template.Version.allCases.map(\.rawValue).joined(separator: "、"), kind: .missing)
                }
                let path = call.archive.folder + "/incoming/template-\(version.rawValue).xlsx"
                try writeTemplate(version, to: path)
                return .file(path: path, name: "学生信息导入模板-\(version.rawValue).xlsx", mediaType: workbookType)
            },
        ]
    }

    static let workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    private static func file(_ call: Call) throws -> (path: String, name: String) {
        guard let file = call.file else {
            throw Refusal("file.missing", question: "Q50", "没有收到文件。", remedy: "请附上学生信息工作簿。", kind: .usage)
        }
        return file
    }

    private static func add(_ call: Call) throws -> Progress {
        let file = try file(call)
        let strict = call.parameters["strict"] == "true"
        return try call.archive.write { transaction in
            guard transaction.directory.tier(of: call.actor.unit) == .school else {
                throw Refusal(
                    "imports.school", question: "Q50", "学籍导入由学校办理。", remedy: "请以学校账号登录，或用 --unit 指定本节点代管的学校。", kind: .permission)
            }
            let id = try ImportShelf.add((file.path, shownName(file.name)), strict: strict, as: call.actor, in: transaction)
            guard let job = try ImportShelf.find(id, of: call.actor.unit, transaction.reading) else {
                throw Refusal("imports.lost", "导入任务没有登记成功。", remedy: "请重试。")
            }
            return progress(job)
        }
    }

    /// A file name as given, fit to be shown: no folders, no control characters.
    private static func shownName(_ given: String) -> String {
        let last = given.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let visible = String(last.unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init)).prefix(200)
        return visible.isEmpty ? "upload" : String(visible)
    }

    private static func job(_ call: Call, _ reading: Reading) throws -> ImportShelf.Job {
        guard let job = try ImportShelf.find(call.parameters["job"] ?? "", of: call.actor.unit, reading) else {
            throw Refusal("imports.missing", "没有这个导入任务。", remedy: "请从导入结果列表中选取。", kind: .missing)
        }
        return job
    }

    private static func progress(_ job: ImportShelf.Job) -> Progress {
        Progress(
            job: job.id, fileName: job.fileName, state: job.state, createdAt: ChinaTime.text(job.createdAt), doneRows: job.doneRows,
            report: job.report)
    }

    /// Writes a blank template of a version (Q49).
    public static func writeTemplate(_ version: Template.Version, to path: String) throws {
        let columns = Template[version].columns.map { column in
            ColumnSpec(
                column.header, isRequired: column.requirement == .starred, isText: column.isText, dropDown: column.options,
                note: note(column))
        }
        try TemplateWriter.write(
            columns: columns,
            instructions: [
                "学生信息导入模板（\(version.rawValue) 版）", "带颜色的列为必填（★）。有下拉列表的列只能选列表中的文字。",
                "身份证件号等列已设为文本格式：请用“选择性粘贴-数值”粘贴，不要改成数字格式，否则后三位会丢失。",
                "不需要启用宏。导入后，失败的行会标出单元格和原因退回，改好再导入即可；重复导入不会重复建籍。",
            ], to: path)
    }

    private static func note(_ column: Template.Column) -> String {
        guard let field = column.field else { return "" }
        let remedies = RuleBook.rules(for: field).map { "\($0.question):\($0.remedy)" }
        var seen: Set<String> = []
        return remedies.filter { seen.insert($0).inserted }.prefix(4).joined(separator: "\n")
    }
}
