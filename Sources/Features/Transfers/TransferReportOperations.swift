import FoundationEssentials
import Protocol
import Rules
import Store

/// The workbook of transfers (Q77), and their statistics.
enum TransferReportOperations {
    private static let parameters: [Operation.Parameter] = [
        .init("direction", "`in` or `out`; both by default"), .init("kind", "`withinAuthority`, `withinProvince` or `acrossProvinces`"),
        .init("state", "State of the transfer"), .init("overdue", "`yes`: only what is overdue"), .init("from", "First day of application, YYYY-MM-DD"),
        .init("to", "Last day of application, YYYY-MM-DD"), .init("unit", "A unit of one's own subtree"),
    ]

    static let all: [Operation] = [
        Operation(
            "transfers.workbook", .get, "/transfers/workbook",
            "Transfers by direction, kind, period and unit as a workbook; without names and numbers for an authority (Q77, Q103)", title: "导出转学",
            parameters: parameters, response: .file(mediaType: ImportOperations.workbookType)
        ) { call in
            let today = call.archive.surroundings.today
            let path = call.archive.folder + "/incoming/transfers-\(call.archive.surroundings.dossier()).xlsx"
            try call.archive.read { reading in
                let scope = try TransferReport.Scope(call.parameters, actor: call.actor, reading.directory)
                let unit = reading.directory.unit(call.actor.unit)
                try TransferReport.write(
                    scope, isNamed: unit?.tier == .school, title: "\(reading.directory.unit(scope.sight)?.name ?? "") 转学", today: today, reading, to: path)
            }
            return .file(path: path, name: "转学.xlsx", mediaType: ImportOperations.workbookType)
        },
        Operation(
            "transfers.statistics", .get, "/transfers/statistics",
            "Days per station, and units that let their time pass, of the transfers of the unit's subtree", title: "转学统计", parameters: parameters,
            response: .fields(("total", .integer), ("byState", .anything), ("stages", .array(.anything)), ("units", .array(.anything)))
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { reading in
                try TransferReport.statistics(TransferReport.Scope(call.parameters, actor: call.actor, reading.directory), today: today, reading)
            })
        },
    ]
}
