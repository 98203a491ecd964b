import FoundationEssentials
import Protocol
import Rules
import Sheets
import Store

/// The list of roll changes, and the same as a workbook (Q77). A school's workbook names its pupils; an authority's has no names and numbers,
/// for those leave only by the export rules (Q103).
enum RollChangeExport {
    private static let parameters: [Operation.Parameter] = [
        .init("kind", "Kind: `suspend`, `resume` …"), .init("state", "`open` or `approved`"), .init("from", "First day, YYYY-MM-DD"),
        .init("to", "Last day, YYYY-MM-DD"), .init("stage", "1 primary, 2 junior, 3 senior"), .init("unit", "A unit of one's own subtree"),
        .init("holder", "`self`: only what waits for the unit"),
    ]

    static let list = Operation(
        "rollChanges.list", .get, "/roll-changes", "Roll changes of the unit's subtree by kind, period, stage and unit, latest first (Q77)",
        title: "学籍异动", parameters: parameters + [.init("limit", "1 to 1000, default 100"), .init("after", "`next` of the page before")],
        response: .fields(("total", .integer), ("next?", .string), ("changes", .array(.anything)))
    ) { call in
        let today = call.archive.surroundings.today
        return .json(try call.archive.read { try RollChangeList.page(call.parameters, sight: call.actor.unit, today: today, $0) })
    }

    static let workbook = Operation(
        "rollChanges.workbook", .get, "/roll-changes/workbook", "The same as a workbook; without names and numbers for an authority (Q77, Q103)",
        title: "导出学籍异动", parameters: parameters, response: .file(mediaType: ImportOperations.workbookType)
    ) { call in
        let today = call.archive.surroundings.today
        let (page, unit) = try call.archive.read { reading in
            let page = try RollChangeList.page(
                call.parameters, limit: RollChangeList.maxWorkbookRows, sight: call.actor.unit, today: today, reading)
            return (page, reading.directory.unit(call.actor.unit))
        }
        let path = call.archive.folder + "/incoming/changes-\(call.archive.surroundings.dossier()).xlsx"
        try write(page.changes, isNamed: unit?.tier == .school, title: "\(unit?.name ?? "") 学籍异动", to: path)
        return .file(path: path, name: "学籍异动.xlsx", mediaType: ImportOperations.workbookType)
    }

    private static func write(_ changes: [RollChangeList.Item], isNamed: Bool, title: String, to path: String) throws {
        let personal = isNamed ? [ColumnSpec("姓名"), ColumnSpec("学籍号", width: 22)] : []
        let writer = try TableWriter(
            path: path,
            columns: [ColumnSpec("序号", width: 6)] + personal + [
                ColumnSpec("学校标识码", width: 12), ColumnSpec("学校", width: 22), ColumnSpec("学段", width: 8), ColumnSpec("异动代码", width: 8),
                ColumnSpec("异动类别", width: 10), ColumnSpec("原因", width: 14), ColumnSpec("日期", width: 12), ColumnSpec("截止日期", width: 12),
                ColumnSpec("前往国家或地区", width: 14), ColumnSpec("班号", width: 10), ColumnSpec("办理状态", width: 18), ColumnSpec("申请时间", width: 20),
                ColumnSpec("办结时间", width: 20),
            ], sheetName: "学籍异动", title: title)
        for (place, item) in changes.enumerated() {
            try writer.write([String(place + 1)] + (isNamed ? [item.name, item.number] : []) + [
                item.school, item.schoolName, item.stage, item.code, item.label, item.cause, item.date, item.until ?? "", item.country ?? "",
                item.class ?? "", item.stand + (item.isLate ? "（迟报）" : ""), ShownTime.text(item.openedAt), item.decidedAt.map(ShownTime.text) ?? "",
            ])
        }
        try writer.finish()
    }
}
