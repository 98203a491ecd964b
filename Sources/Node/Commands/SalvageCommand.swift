import ArgumentParser
import Features

struct SalvageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salvage", abstract: "另存待查的数据：吊销的密钥所签、或分叉落选 / envelopes kept apart", subcommands: [List.self],
        defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "列出 / list them",
            discussion: """
                分叉落选的由原单位自动重写；吊销的密钥所签的不会自动重写，请人工核对，属实的重新办理。
                例 / example: xueji salvage list --of 2144000001 --data /srv/county
                """)

        @Option(help: ArgumentHelp("只列该单位所写的 / only this writer's", valueName: "unit")) var of: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("salvage.list", ["unit": of])), columns: [
                ("total", "批数"), ("salvage", "另存"), ("unit", "单位"), ("incarnation", "化身"), ("audience", "去向"), ("sequence", "批"),
                ("entries", "条数"), ("at", "另存时间"), ("from", "来自"), ("reason", "原因"), ("settled", "已了结"), ("dossiers", "学籍档案"),
                ("hash", "哈希"),
            ])
            return .done
        }
    }
}
