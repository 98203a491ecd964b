import Features

/// The address of a parent's peer port.
struct ParentAddress: Sendable, Hashable {
    /// Without a slash at the end.
    let url: String

    /// - Throws: `Refusal` `join.address`; `join.plain` for HTTP to another machine, until the links have TLS.
    init(_ text: String) throws {
        var text = text.trimmedOfSpaces
        while text.hasSuffix("/") { text.removeLast() }
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, !parts[2].isEmpty, !parts[2].contains("/"), !parts[2].contains("@"),
              parts[0] == "http:" || parts[0] == "https:" else {
            throw Refusal("join.address", "上级地址“\(text)”不对。", remedy: "请写成 https://主机:端口。", kind: .usage)
        }
        let authority = String(parts[2])
        let isLoopback = ListenAddress(authority)?.isLoopback ?? ListenAddress(authority + ":80")?.isLoopback ?? false
        guard parts[0] == "https:" || isLoopback else {
            throw Refusal(
                "join.plain", "节点之间的连接尚未加密,不能用 http 连接其他机器(\(authority))。",
                remedy: "目前上级须在本机(127.0.0.1);跨机器的加密连接将在后续版本提供。", kind: .usage)
        }
        url = text
    }
}
