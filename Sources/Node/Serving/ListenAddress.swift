import Features

/// `HOST:PORT` as given on the command line; port 0 is any free one.
public struct ListenAddress: Sendable, Hashable {
    public let host: String
    public let port: Int

    /// Nil unless a host (IPv6 in brackets) and a port 0…65535.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
              (0...65_535).contains(port) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.split(separator: ".").count == 4) }

    func url(_ scheme: String = "http", port: Int) -> String {
        host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }
}
