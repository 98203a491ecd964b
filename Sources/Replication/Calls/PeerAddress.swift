import CCurl

/// Where the parent is, `https://host:port`: links always speak TLS.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at the end.
    public let base: String
    public let host: String
    public let port: Int
    /// Whether it was given without `https://` and taken as such.
    public let wasPlain: Bool

    /// Reads `https://host[:port]`; `http://` and a bare `host:port` are taken as `https://`.
    /// - Throws: `LinkFailure` with code `address`.
    public init(_ text: String) throws(LinkFailure) {
        let isPlain = text.lowercased().hasPrefix("http://")
        let secure = isPlain ? "https://" + text.dropFirst("http://".count) : text.contains("://") ? text : "https://" + text
        guard let parts = PeerAddress.parts(secure), parts.scheme == "https", !parts.host.isEmpty else {
            throw LinkFailure(
                .address, message: "上级地址“\(text)”不是有效的网址。", remedy: "请填写形如 https://主机名:端口 的地址。", cause: "not an https URL")
        }
        wasPlain = secure != text
        host = parts.host
        port = parts.port
        base = secure.hasSuffix("/") ? String(secure.dropLast()) : secure
    }

    public func url(_ path: String) -> String { base + path }

    /// The same request, to the same place, of a peer whose certificate must carry a name.
    public func request(_ request: OutgoingRequest, toPeerNamed name: String) -> OutgoingRequest {
        var request = request
        guard request.url.hasPrefix(base) else { return request }
        request.url = "https://\(name):\(port)" + request.url.dropFirst(base.count)
        request.connectTo = "\(host):\(port)"
        return request
    }

    public var description: String { base }

    /// Whether only this machine can be meant.
    public var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Whether a list of hosts in `no_proxy`'s form names this one: it is called by another name on the line.
    public func isExempt(in list: String) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return list.split { $0 == "," || $0 == " " }.contains { entry in
            let name = entry.lowercased().drop { $0 == "." }
            return name == "*" || bare == name || bare.hasSuffix("." + name)
        }
    }

    /// Host and port of a web address, the scheme's port where none is written.
    static func place(_ text: String) -> (host: String, port: String)? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK, let host = part(url, CURLUPART_HOST),
              let port = part(url, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)) else { return nil }
        return (host, port)
    }

    private static func parts(_ text: String) -> (scheme: String, host: String, port: Int)? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
              let scheme = part(url, CURLUPART_SCHEME), let host = part(url, CURLUPART_HOST) else { return nil }
        let port = part(url, CURLUPART_PORT).flatMap { Int($0) } ?? 443
        return (scheme, host.lowercased(), port)
    }

    private static func part(_ url: OpaquePointer, _ which: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, which, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
