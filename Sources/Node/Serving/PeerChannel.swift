import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// The peers' door on the line: TLS with the certificate of the moment, HTTP/1.1 inside. What the peer shows is kept for the
/// requests to be judged by; here it only has to hold the key of what it shows.
struct PeerChannel: ServerChildChannel {
    let http: HTTP1Channel
    let door: PeerDoor

    static func server(_ configuration: HTTP1Channel.Configuration, _ door: PeerDoor) -> HTTPServerBuilder {
        HTTPServerBuilder { PeerChannel(http: HTTP1Channel(responder: $0, configuration: configuration), door: door) }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            guard let context = try door.context() else { throw ChannelError.inappropriateOperationForState }
            let connection = door.open(channel)
            try channel.pipeline.syncOperations.addHandlers([
                NIOSSLServerHandler(context: context, customVerificationCallback: { certificates, promise in
                    connection.show(certificates)
                    promise.succeed(.certificateVerified)
                }),
                HandshakeWatch(door: door, from: channel.remoteAddress?.ipAddress ?? "local"),
            ])
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

/// Certificates for new connections, and what the peers of open ones have shown.
final class PeerDoor: Sendable {
    /// What one connection's peer has shown.
    final class Connection: Sendable {
        private let shown = Mutex<[[UInt8]]?>(nil)

        /// DER, the peer's own first; nil: nothing.
        var chain: [[UInt8]]? { shown.withLock { $0 } }

        fileprivate func show(_ certificates: [NIOSSLCertificate]) {
            let chain = certificates.prefix(16).map { (try? $0.toDERBytes()) ?? [] }
            shown.withLock { $0 = chain }
        }
    }

    private struct Prepared {
        let edition: Int
        let context: NIOSSLContext
    }

    private let trust: NodeTrust
    private let refusals: RefusalBoard
    private let prepared = Mutex<Prepared?>(nil)
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

    init(trust: NodeTrust, refusals: RefusalBoard) {
        self.trust = trust
        self.refusals = refusals
    }

    /// Nil while this node has no certificate.
    fileprivate func context() throws -> NIOSSLContext? {
        guard let own = trust.node else { return nil }
        let edition = trust.edition
        if let ready = prepared.withLock({ $0 }), ready.edition == edition { return ready.context }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(own.certificatesText.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(own.keyText.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .optionalVerification
        configuration.trustRoots = .certificates([])
        let context = try NIOSSLContext(configuration: configuration)
        prepared.withLock { $0 = Prepared(edition: edition, context: context) }
        return context
    }

    fileprivate func open(_ channel: any Channel) -> Connection {
        let (connection, id) = (Connection(), ObjectIdentifier(channel))
        connections.withLock { $0[id] = connection }
        channel.closeFuture.whenComplete { _ in self.connections.withLock { $0[id] = nil } }
        return connection
    }

    /// What the peer of a connection has shown.
    func chain(_ channel: ObjectIdentifier) -> [[UInt8]]? { connections.withLock { $0[channel] }?.chain }

    fileprivate func failed(_ error: any Error, from address: String) {
        let text = "\(error)"
        if text.contains("HTTP_REQUEST") {
            refusals.note("tls.plain", "没有加密的请求", from: address)
        } else if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("PROTOCOL_VERSION") || text.contains("WRONG_VERSION") {
            refusals.note("tls.version", "TLS 版本太低或不是 TLS", from: address)
        } else {
            refusals.note("tls.handshake", "TLS 握手没有完成", from: address)
        }
    }
}

/// Sees a handshake fail, and tells.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let door: PeerDoor
    private let address: String
    private var isOver = false

    init(door: PeerDoor, from address: String) {
        self.door = door
        self.address = address
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { isOver = true }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !isOver {
            isOver = true
            door.failed(error, from: address)
        }
        context.fireErrorCaught(error)
    }
}
