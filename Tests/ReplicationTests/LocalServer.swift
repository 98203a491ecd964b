import Glibc
import Synchronization

/// A request as it came over the socket.
struct SeenRequest: Sendable {
    var method = ""
    var path = ""
    var headers: [String: String] = [:]
    var body: [UInt8] = []
}

/// A few lines of HTTP/1.1 on a socket of this machine, one thread for each connection.
final class LocalServer: Sendable {
    enum Reaction: Sendable {
        case answer(Int, [String: String], [UInt8])
        /// These bytes instead of an answer; then the connection ends.
        case bytes([UInt8])
        /// Never answers; the connection stays open.
        case silence
        /// Breaks the connection.
        case hangUp
    }

    private let listener: Int32
    private let seen = Locked<[SeenRequest]>([])
    private let connections = Locked(0)
    private let react: @Sendable (SeenRequest) -> Reaction
    let port: UInt16

    init(unixSocket path: String? = nil, _ react: @escaping @Sendable (SeenRequest) -> Reaction) {
        self.react = react
        if let path {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            unlink(path)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            listener = descriptor
            port = 0
        } else {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = bind(descriptor, $0, size)
                    _ = getsockname(descriptor, $0, &size)
                }
            }
            listener = descriptor
            port = UInt16(bigEndian: address.sin_port)
        }
        listen(listener, 256)
        LocalServer.thread { [listener, weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let server = self else { return }
                server.connections.withLock { $0 += 1 }
                LocalServer.thread { server.serve(connection) }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [SeenRequest] { seen.withLock { $0 } }
    var connectionCount: Int { connections.withLock { $0 } }

    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        _ = Glibc.close(listener)
    }

    static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(&thread, nil, { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }

    private func serve(_ connection: Int32) {
        defer { _ = Glibc.close(connection) }
        var buffer: [UInt8] = []
        while let request = readRequest(connection, &buffer) {
            seen.withLock { $0.append(request) }
            switch react(request) {
            case .hangUp: return
            case .silence: continue
            case .bytes(let bytes):
                _ = LocalServer.send(bytes, on: connection)
                return
            case .answer(let status, let headers, let body):
                var text = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.count)\r\n"
                for (name, value) in headers { text += "\(name): \(value)\r\n" }
                let bytes = Array((text + "\r\n").utf8) + body
                guard LocalServer.send(bytes, on: connection) else { return }
            }
        }
    }

    private static func send(_ bytes: [UInt8], on connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func readRequest(_ connection: Int32, _ buffer: inout [UInt8]) -> SeenRequest? {
        var request = SeenRequest()
        var end: Int?
        while true {
            if end == nil, buffer.count >= 4 {
                end = (0...buffer.count - 4).first { buffer[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
            }
            if let end {
                let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
                let words = lines.first?.split(separator: " ") ?? []
                guard words.count == 3 else { return nil }
                request.method = String(words[0])
                request.path = String(words[1])
                for line in lines.dropFirst() {
                    guard let colon = line.firstIndex(of: ":") else { continue }
                    request.headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
                }
                let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
                if buffer.count >= end + 4 + length {
                    request.body = Array(buffer[(end + 4)..<(end + 4 + length)])
                    buffer.removeFirst(end + 4 + length)
                    return request
                }
            }
            var part = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &part, part.count, 0)
            guard count > 0 else { return nil }
            buffer += part[..<count]
        }
    }
}
