import FoundationEssentials
import GRDB
import Protocol
import Rules
import Sheets
import Store

/// 花名册: the pupils of one class, for the screen, for paper and as a workbook.
public enum ClassRoster {
    struct Pupil: Encodable, Sendable {
        let dossier, name, sex, birthDate, state: String
        @OrNull var number: String?
        @OrNull var numberInClass: String?
    }

    struct Roster: Encodable, Sendable {
        let school, `class`: String
        let pupils: [Pupil]
    }

    /// A class is a room of people: nothing longer is a class.
    static let maxPupils = 5000
    /// In place of a class code: the pupils who stand in no class yet (待分班, Q112).
    static let noClass = "none"

    private static let parameters: [Operation.Parameter] = [
        .path("class", "Seven-digit class code, or `none` for pupils without a class"), .init("school", "School code; the unit itself where it is one"),
    ]

    static let operations: [Operation] = [
        Operation(
            "students.roster", .get, "/students/roster/{class}", "The pupils of one class", title: "花名册", parameters: parameters,
            response: .fields(("school", .string), ("class", .string), ("pupils", .array(.anything)))
        ) { call in
            .json(try call.archive.read { try roster(call, $0) })
        },
        Operation(
            "students.roster.workbook", .get, "/students/roster/{class}/workbook", "The pupils of one class as a workbook, for their school alone (Q103)",
            title: "导出花名册", parameters: parameters, response: .file(mediaType: ImportOperations.workbookType), roles: [.registrar, .head]
        ) { call in
            try workbook(call)
        },
    ]

    private static func workbook(_ call: Call) throws -> Reply {
        let (found, school) = try call.archive.read { reading -> (Roster, String) in
            guard reading.directory.tier(of: call.actor.unit) == .school else {
                throw Refusal(
                    "roster.export", question: "Q103", "主管部门不能导出花名册：学生个人信息须按数据导出规定申请并经批准后导出。", remedy: "请在页面上查看，或由学校导出。",
                    kind: .permission)
            }
            let found = try roster(call, reading)
            return (found, reading.directory.unit(UnitCode(found.school))?.name ?? found.school)
        }
        let path = call.archive.folder + "/incoming/roster-\(call.archive.surroundings.dossier()).xlsx"
        try write(found, title: "\(school) \(heading(found.class))", to: path)
        return .file(path: path, name: heading(found.class) + ".xlsx", mediaType: ImportOperations.workbookType)
    }

    private static func roster(_ call: Call, _ reading: Reading) throws -> Roster {
        let school = UnitCode(call.parameters["school"] ?? call.actor.unit.text)
        let code = call.parameters["class"] ?? ""
        guard reading.directory.tier(of: school) == .school, reading.directory.contains(call.actor.unit, school) else {
            throw Refusal("sight", "学校 \(school) 不在本单位管理范围内。", remedy: "请核对学校标识码。", kind: .permission)
        }
        guard ClassCode(code) != nil || code == noClass else {
            throw Refusal("classes.missing", question: "Q51", "“\(code)”不是7位班号。", remedy: "请核对班号。", kind: .missing)
        }
        let ids = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM dossier WHERE home = ? AND class = ? AND state <> 'deleted' AND status = 'present' ORDER BY id LIMIT ?",
            arguments: [school.text, code == noClass ? "" : code, maxPupils]).compactMap { DossierID($0) }
        let shelf = DossierShelf(reading)
        let pupils = try ids.compactMap { try shelf.dossier($0) }.map(pupil)
        return Roster(school: school.text, class: code, pupils: pupils.sorted(by: isBefore))
    }

    static func heading(_ code: String) -> String { code == noClass ? "待分班学生" : "\(code)班花名册" }

    private static func pupil(_ dossier: Dossier) -> Pupil {
        Pupil(
            dossier: dossier.id.description, name: dossier.record.name, sex: CodeTable.sex.text(for: dossier.record.sex) ?? dossier.record.sex,
            birthDate: dossier.record.birthDate, state: dossier.state.rawValue, number: dossier.number,
            numberInClass: dossier.record[.numberInClass])
    }

    /// By the number in class where the school gives one, else by name.
    private static func isBefore(_ one: Pupil, _ other: Pupil) -> Bool {
        func place(_ pupil: Pupil) -> Int { pupil.numberInClass.flatMap { Int($0) } ?? .max }
        return (place(one), one.name, one.dossier) < (place(other), other.name, other.dossier)
    }

    private static func write(_ roster: Roster, title: String, to path: String) throws {
        let writer = try TableWriter(
            path: path,
            columns: [
                ColumnSpec("序号", width: 6), ColumnSpec("班内学号", width: 10), ColumnSpec("姓名"), ColumnSpec("性别", width: 6),
                ColumnSpec("出生日期", width: 12), ColumnSpec("学籍号", width: 22), ColumnSpec("状态", width: 12),
            ], sheetName: "花名册", title: title)
        for (place, pupil) in roster.pupils.enumerated() {
            try writer.write([
                String(place + 1), pupil.numberInClass ?? "", pupil.name, pupil.sex, ShownTime.date(pupil.birthDate) ?? pupil.birthDate,
                pupil.number ?? "", RegistrationState(rawValue: pupil.state)?.label ?? pupil.state,
            ])
        }
        try writer.finish()
    }
}
