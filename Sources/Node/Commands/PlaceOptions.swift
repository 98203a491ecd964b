import ArgumentParser
import FoundationEssentials

/// Options that every verb has.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("节点的数据文件夹 / the node's folder (XUEJI_DATA)", valueName: "dir"))
    var data: String = ProcessInfo.processInfo.environment["XUEJI_DATA"] ?? "/var/lib/xueji"

    @Option(help: ArgumentHelp("以本节点的哪个单位办理，默认节点自己的单位 / hosted unit to act for", valueName: "code"))
    var unit: String?

    @Option(name: .customLong("as"), help: ArgumentHelp("按该账号的权限办理 / act with this account's roles", valueName: "account"))
    var account: String?

    @Option(help: ArgumentHelp("等待结果的秒数 / seconds to wait for the outcome", valueName: "seconds"))
    var wait: Double?

    @Flag(help: "在标准输出上打印一个 JSON 对象 / print one JSON object")
    var json = false

    func validate() throws {
        if let wait, !(0...86_400).contains(wait) { throw ValidationError("--wait 应为 0 至 86400 秒 / 0 to 86400 seconds") }
    }
}
