import ArgumentParser
import Features

/// Which transfers a report is about.
struct TransferScope: ParsableArguments {
    @Option(help: ArgumentHelp("in（转入）或 out（转出）", valueName: "direction")) var direction: String?
    @Option(help: ArgumentHelp("withinAuthority、withinProvince 或 acrossProvinces", valueName: "kind")) var kind: String?
    @Option(help: ArgumentHelp("prepared、underWay、returned、withdrawn 或 completed", valueName: "state")) var state: String?
    @Option(help: ArgumentHelp("申请日期自 / first day", valueName: "YYYY-MM-DD")) var from: String?
    @Option(help: ArgumentHelp("申请日期至 / last day", valueName: "YYYY-MM-DD")) var to: String?
    @Option(help: ArgumentHelp("下级单位代码 / a unit below", valueName: "unit")) var below: String?

    var parameters: [String: String?] {
        ["direction": direction, "kind": kind, "state": state, "from": from, "to": to, "unit": below]
    }
}

struct TransferExport: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "转学工作簿：按方向、类别、时间、单位 / workbook of transfers",
        discussion: "例 / example: xueji transfer export --direction in --from 2026-09-01 --out 转入.xlsx --data /srv/county")

    @OptionGroup var scope: TransferScope
    @Option(help: ArgumentHelp("写到哪个文件 / file", valueName: "file")) var out: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let bytes = try await NodeCaller(place).raw(VerbCall("transfers.workbook", scope.parameters))
        try FileBytes.write(bytes, to: out)
        printout.show(.object(["file": .string(out), "bytes": .integer(Int64(bytes.count))]), columns: [("file", "文件"), ("bytes", "字节")])
        return .done
    }
}

struct TransferStatistics: Verb {
    static let configuration = CommandConfiguration(
        commandName: "statistics", abstract: "每个环节用了几天，哪些单位超期 / days per station, and units that are late",
        discussion: "例 / example: xueji transfer statistics --from 2026-09-01 --below 440106 --data /srv/city")

    @OptionGroup var scope: TransferScope
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("transfers.statistics", scope.parameters)), columns: [
            ("total", "总数"), ("stages", "环节"), ("label", "环节"), ("meanDays", "平均天数"), ("longest", "最长"), ("ended", "已办"),
            ("units", "超期的单位"), ("name", "单位"), ("handled", "经办"), ("open", "在办"), ("overdue", "超期"),
        ])
        return .done
    }
}
