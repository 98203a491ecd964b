import ArgumentParser
import Features

struct FiguresCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "figures", abstract: "走势：按小时一周、按天一年 / totals and queue over time",
        discussion: "例 / example: xueji figures --json --data /srv/county")

    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("node.figures")), columns: [
            ("days", "按天"), ("hours", "按小时"), ("at", "时间"), ("dossiers", "学籍"), ("numbers", "正式学籍号"), ("envelopes", "收到的数据（批）"), ("queue", "排队最多"),
        ])
        return .done
    }
}
