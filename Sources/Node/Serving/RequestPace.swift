import NIOCore
import NIOHTTPTypes

/// Ends a connection whose other end takes its time on purpose: no whole request head within the time allowed after it was opened, a
/// body that comes more slowly than the slowest line brings it, an answer that is not taken. One for each connection.
final class RequestPace: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What is asked of a connection. Looked at once a `look`.
    struct Demands: Sendable, Hashable {
        /// Seconds between two looks.
        var look: Int64 = 10
        /// Looks after which the first request's head, with the TLS handshake before it, must be here.
        var looksForHead = 3
        /// Looks for which a body may stand still, all together; beyond them it brings so many bytes a second on the average.
        var looksForBody = 3
        var bytesPerSecond = 1024
        /// Looks for which an answer may wait to be taken.
        var looksForAnswer = 60
    }

    private enum Phase: Equatable { case first, body, answering, between }

    private let demands: Demands
    private let roster: ConnectionRoster
    private var phase = Phase.first
    private var looks = 0
    private var bytes = 0
    private var untaken = 0
    private var task: RepeatedTask?

    init(_ demands: Demands, _ roster: ConnectionRoster) {
        self.demands = demands
        self.roster = roster
    }

    func handlerAdded(context: ChannelHandlerContext) {
        roster.open(context.channel)
        let channel = context.channel
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        task = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(demands.look), delay: .seconds(demands.look)) { _ in
            if bound.value.isTooSlow(isWritable: channel.isWritable) || bound.value.makesRoom(channel) { channel.close(promise: nil) }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        task?.cancel()
        task = nil
    }

    /// Only one that has nothing in work.
    private func makesRoom(_ channel: any Channel) -> Bool {
        (phase == .first || phase == .between) && roster.isSurplus(ObjectIdentifier(channel))
    }

    private func isTooSlow(isWritable: Bool) -> Bool {
        untaken = isWritable ? 0 : untaken + 1
        if untaken > demands.looksForAnswer { return true }
        looks += 1
        switch phase {
        case .first: return looks >= demands.looksForHead
        // Our own time, and the idle time of the server.
        case .answering, .between: return false
        case .body:
            let due = Int64(looks - demands.looksForBody) * demands.look * Int64(demands.bytesPerSecond)
            return looks >= demands.looksForBody && bytes <= due
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: (phase, looks, bytes) = (.body, 0, 0)
        case .body(let part): bytes += part.readableBytes
        case .end: if phase == .body { phase = .answering }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // An answer may come before all of the body has; the rest of it keeps to the pace.
        if case .end = unwrapOutboundIn(data), phase == .answering { phase = .between }
        context.write(data, promise: promise)
    }
}
