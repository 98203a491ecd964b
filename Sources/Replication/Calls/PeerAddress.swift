import CCurl

/// Where the parent is: `https://host[:port]`, or plain `http://` on this very machine for the demonstration and tests.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at the end.
    public let base: String

    /// - Throws: `LinkFailure` with code `address`: not a web address, or plain HTTP to another machine.
    public init(_ text: String) throws(LinkFailure) {
        let parts = PeerAddress.parts(text)
        guard let parts, parts.scheme == "https" || parts.scheme == "http" else {
            throw LinkFailure(
                .address, message: "上级地址“\(text)”不是有效的网址。", remedy: "请填写形如 https://主机名:端口 的地址。", cause: "not an http(s) URL")
        }
        guard parts.scheme == "https" || PeerAddress.isLoopback(parts.host) else {
            throw LinkFailure(
                .address, message: "上级地址“\(text)”没有加密,不能使用。", remedy: "请改用 https:// 开头的地址;http:// 只允许用于本机。",
                cause: "plain HTTP to a host that is not loopback")
        }
        base = text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    public func url(_ path: String) -> String { base + path }

    public var description: String { base }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Host and port of a web address, the scheme's port where none is written.
    static func place(_ text: String) -> (host: String, port: String)? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK, let host = part(url, CURLUPART_HOST),
              let port = part(url, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)) else { return nil }
        return (host, port)
    }

    private static func parts(_ text: String) -> (scheme: String, host: String)? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
              let scheme = part(url, CURLUPART_SCHEME), let host = part(url, CURLUPART_HOST) else { return nil }
        return (scheme, host.lowercased())
    }

    private static func part(_ url: OpaquePointer, _ which: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, which, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
