import Glibc

/// One kept connection of HTTP/1.1 to a server on this machine, which blocks: the same client for both sides of a contest.
final class KeptLine {
    enum Place: Sendable, Hashable {
        /// A port on loopback; called from 127.0.0.`from`, as callers of their own have addresses of their own.
        case port(Int, from: UInt8 = 1)
        /// Path of a unix domain socket.
        case socket(String)
    }

    struct Answer: Sendable, Hashable {
        let status: Int
        let body: [UInt8]
    }

    private let descriptor: Int32
    private var pending: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// - Throws: `BenchFailure` when nobody answers there.
    init(_ place: Place) throws {
        switch place {
        case .port(let port, let source):
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            var (own, other) = (Self.loopback(source, 0), Self.loopback(1, UInt16(port)))
            let bound = Self.generic(&own) { bind(descriptor, $0, $1) }
            guard bound == 0, Self.generic(&other, { connect(descriptor, $0, $1) }) == 0 else {
                let cause = errno
                close(descriptor)
                throw BenchFailure("nobody at port \(port): errno \(cause)")
            }
        case .socket(let path):
            descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            guard Self.generic(&address, { connect(descriptor, $0, $1) }) == 0 else {
                let cause = errno
                close(descriptor)
                throw BenchFailure("nobody at the socket: errno \(cause)")
            }
        }
    }

    deinit { close(descriptor) }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(1, 0)
        guard generic(&address, { bind(descriptor, $0, $1) }) == 0 else { throw BenchFailure("no free port") }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { throw BenchFailure("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Asks and waits for the whole answer.
    func ask(_ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if method != "GET" { head += "Content-Length: \(body.count)\r\n" }
        try write(Array((head + "\r\n").utf8))
        try write(body)
        return try answer()
    }

    private func write(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL)) }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { throw BenchFailure("the line broke: errno \(errno)") }
            done += sent
        }
    }

    private func answer() throws -> Answer {
        var end = Self.endOfHead(pending)
        while end == nil {
            try more()
            end = Self.endOfHead(pending)
        }
        let head = String(decoding: pending[..<(end ?? 0)], as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let status = head.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { throw BenchFailure("no status line") }
        let fields = head.dropFirst().map { $0.lowercased() }
        let length = fields.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) }
        guard let length = length ?? (status == 204 ? 0 : nil) else { throw BenchFailure("an answer of unknown length") }
        let start = (end ?? 0) + 4
        while pending.count < start + length { try more() }
        let body = Array(pending[start..<(start + length)])
        pending.removeFirst(start + length)
        return Answer(status: status, body: body)
    }

    private func more() throws {
        let got = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if got < 0, errno == EINTR { return }
        guard got > 0 else { throw BenchFailure("the other end closed the line") }
        pending.append(contentsOf: buffer[..<got])
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10 }
    }

    private static func loopback(_ host: UInt8, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (UInt32(127) << 24 | UInt32(host)).bigEndian
        return address
    }

    private static func generic<Address>(_ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
        }
    }
}
