import ArgumentParser
import Features

struct RevokeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "吊销下级单位的密钥和节点：机器失窃或失控 / end a unit's key and its node's link",
        discussion: """
            不写 --since：本节点已存的数据都有效，此后的不再接收。写明 --since：只有本节点在此之前存下的有效，其余撤出另存（salvage list）。
            已有正式学籍号或已删除的业务不撤销。它托管的单位一并吊销。恢复办理：invite 新邀请码，在新的文件夹里 join。
            例 / example: xueji revoke 2144000001 --reason 笔记本电脑失窃 --since 2026-09-01 --data /srv/county
            """)

    @Argument(help: ArgumentHelp("单位代码，可隔级 / unit anywhere below", valueName: "unit")) var target: String
    @Option(help: ArgumentHelp("理由 / why", valueName: "text")) var reason: String
    @Option(help: ArgumentHelp("日期或 RFC 3339 时间 / what came here before counts", valueName: "time")) var since: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        var body: [String: JSONValue] = ["reason": .string(reason)]
        if let since { body["since"] = .string(since) }
        printout.show(try await ask(VerbCall("units.revoke", ["unit": target], body: .object(body))), columns: [
            ("unit", "单位"), ("since", "有效截止"), ("keys", "密钥"), ("generation", "代次"), ("already", "先前已吊销"), ("withdrawn", "撤出另存（批）"),
            ("settled", "已成定局而保留（批）"),
        ])
        return .done
    }
}
