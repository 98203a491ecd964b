@testable import Features
import FoundationEssentials
@testable import Node
import NIOCore
import NIOPosix
import NIOSSL
import Protocol
import Rules
import Store
import Synchronization
import Testing
import Trust

/// A centre with provinces and one-time codes in every condition.
enum CodeBook {
    static let used = "used", expired = "expired", good = "good"
    private static let codes = Mutex<[String: String]>([:])

    /// The same entry each time.
    static var filler: Entry {
        get throws { Entry(act: try #require(ActID([UInt8](repeating: 6, count: 16))), kind: .drop, payload: []) }
    }

    static func read(_ name: String) -> String { codes.withLock { $0[name] ?? "" } }

    static func centre(seed: UInt64) throws -> String {
        let (folder, archive) = try Fixture.centre("bad-messages", seed: seed)
        let others = ["450000", "460000", "500000"].map { Unit(code: UnitCode($0), name: "省 \($0)", tier: .province, competent: .centre) }
        try archive.write { transaction in
            for unit in others { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            for (name, unit) in [(used, "440000"), (expired, "460000"), (good, "500000")] {
                let code = try Invitations.issue(for: UnitCode(unit), by: .centre, in: transaction).code.text
                codes.withLock { $0[name] = code }
            }
            try transaction.database.execute(sql: "UPDATE invitation SET ends_at = 1 WHERE unit = '460000'")
        }
        try archive.close()
        return folder
    }

    static func request(_ name: String, _ key: StatementKey, _ rogue: Rogue) throws -> [UInt8] {
        try request(try #require(OneTimeCode(read(name))), key, rogue)
    }

    static func request(_ code: OneTimeCode, _ key: StatementKey, _ rogue: Rogue) throws -> [UInt8] {
        try JoinRequest(
            code: code.id, secret: code.secret, key: key, nonce: rogue.chance.randomBytes(16),
            nodeRequest: LinkKey(rogue.chance).signingRequest(), authorityRequest: LinkKey(rogue.chance).signingRequest()).bytes
    }
}

/// The three fields of an envelope on the wire, to be altered one by one.
struct Parts {
    var header, signature, body: [UInt8]

    init(_ envelope: [UInt8]) {
        var rest = envelope[...]
        func field() -> [UInt8] {
            rest.removeFirst()
            var (size, shift) = (0, 0)
            while let byte = rest.popFirst() {
                size |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            defer { rest.removeFirst(size) }
            return Array(rest.prefix(size))
        }
        header = field()
        signature = field()
        body = field()
    }

    var bytes: [UInt8] {
        var all: [UInt8] = []
        for (tag, field) in [(UInt8(0x0A), header), (0x12, signature), (0x1A, body)] {
            all.append(tag)
            var left = field.count
            while left >= 0x80 {
                all.append(UInt8(left & 0x7F) | 0x80)
                left >>= 7
            }
            all.append(UInt8(left))
            all += field
        }
        return all
    }
}

/// A client that knows no TLS newer than 1.1.
enum OldHandshake {
    static func isRefused(port: Int) async throws -> Bool {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = TLSConfiguration.makeClientConfiguration()
        (configuration.minimumTLSVersion, configuration.maximumTLSVersion) = (.tlsv1, .tlsv11)
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
        let failed = Mutex(false)
        let watch = Watch { failed.withLock { $0 = true } }
        let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([try NIOSSLClientHandler(context: context, serverHostname: nil), watch])
            }
        }.connect(host: "127.0.0.1", port: port).get()
        try? await channel.closeFuture.get()
        try await group.shutdownGracefully()
        return failed.withLock { $0 }
    }

    private final class Watch: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let failed: @Sendable () -> Void

        init(_ failed: @escaping @Sendable () -> Void) { self.failed = failed }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            failed()
            context.close(promise: nil)
        }
    }
}
