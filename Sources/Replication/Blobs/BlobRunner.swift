import Protocol
import Rules
import Synchronization

/// Runs a `BlobLink` against the network and the node's blobs until its task is cancelled: on a connection of its own, in the
/// session of the link for decisions.
public final class BlobRunner: Sendable {
    /// Runs work on disk, which may block, off the cooperative threads.
    public typealias Offload = @Sendable (@escaping @Sendable () -> BlobLink.Event) async -> BlobLink.Event

    private let sender: any RequestSender
    private let room: any BlobRoom
    private let link: LinkRunner
    private let clock: LinkClock
    private let offload: Offload
    private let machine: Mutex<BlobLink>
    /// What this node tells its parent of its units' trails.
    private let tell: @Sendable (TrailQuestion) -> TrailTold

    /// - Parameters:
    ///   - sender: not the one of the link for decisions: a connection of its own.
    ///   - link: whose session is used, and which goes before.
    ///   - tell: answers the parent's questions; may block.
    ///   - pause: seconds between two questions while nothing is to be done.
    public init(
        sender: any RequestSender, room: any BlobRoom, link: LinkRunner, clock: LinkClock, pause: Double = 30,
        tell: @escaping @Sendable (TrailQuestion) -> TrailTold = { _ in .refused("trail.none") }, offload: @escaping Offload = { $0() }
    ) {
        self.sender = sender
        self.room = room
        self.link = link
        self.clock = clock
        self.offload = offload
        self.tell = tell
        machine = Mutex(BlobLink(pause: pause))
    }

    /// What waits, both ways together, as of the last question; for display.
    public var queue: BlobQueue {
        machine.withLock { machine in
            var queue = machine.queue
            queue.count += machine.asked.count
            queue.bytes += machine.asked.reduce(0) { $0 + $1.size }
            return queue
        }
    }

    /// Returns when the task is cancelled.
    public func run() async {
        var event = BlobLink.Event.begin
        while !Task.isCancelled {
            let line = BlobLink.Line(
                at: clock.now(), epoch: clock.epoch(), session: link.session, isBusy: link.isBusy)
            switch machine.withLock({ [event] in $0.handle(event, line) }) {
            case .rest(let until):
                try? await clock.sleep(max(until - clock.now(), 0))
                event = .begin
            case .call(let call): event = await send(call)
            case let action: event = await offload { [room, clock] in Self.perform(action, room, chance: clock.chance()) }
            }
        }
    }

    private static func perform(_ action: BlobLink.Action, _ room: any BlobRoom, chance: Double) -> BlobLink.Event {
        do {
            switch action {
            case .readWishes:
                let (asks, allowance) = try room.wishes(limit: BlobsRequest.maxAsks)
                return .wishes(asks, allowance)
            case .read(let hash, let offset, let length): return .piece(try room.read(hash, offset: offset, length: length))
            case .noteAsked(let hash, let isUrgent):
                try room.noteAsked(hash, isUrgent: isUrgent)
                return .noted
            case .store(let piece, let hash, let size, let offset):
                return .stored(try room.store(piece, of: hash, size: size, at: offset, from: .parent))
            case .call, .rest: return .begin
            }
        } catch {
            return .failed(LinkFailure.ownStore(error), chance: chance)
        }
    }

    private func send(_ call: BlobCall) async -> BlobLink.Event {
        let request = OutgoingRequest(
            .post, link.parentAddress.url(call.path), headers: [("Content-Type", PeerCall.contentType)], body: .bytes(call.body),
            timeoutSeconds: BlobCall.timeoutSeconds, answerLimit: BlobCall.answerLimit)
        do throws(LinkFailure) {
            let answer = try await sender.send(request)
            if let failure = LinkFailure(answer: answer) { throw failure }
            guard let reply = call.reply(answer.body) else {
                throw LinkFailure(
                    .unreadable, message: "上级节点的应答无法识别。", remedy: "请核对两端的程序版本。", cause: "undecodable reply to \(call.path)")
            }
            if case .wants(let reply) = reply { for question in reply.questions { await tellParent(of: question) } }
            return .reply(reply)
        } catch {
            return .failed(error, chance: clock.chance())
        }
    }

    /// One that does not get through is asked again.
    private func tellParent(of question: TrailQuestion) async {
        guard let session = link.session else { return }
        let kept = Mutex<TrailTold>(.refused("trail.none"))
        _ = await offload { [tell] in
            let told = tell(question)
            kept.withLock { $0 = told }
            return .noted
        }
        let answer = TrailAnswer(session: session, id: question.id, told: kept.withLock { $0 })
        let request = OutgoingRequest(
            .post, link.parentAddress.url("/peer/v1/trail"), headers: [("Content-Type", PeerCall.contentType)], body: .bytes(answer.bytes),
            timeoutSeconds: BlobCall.timeoutSeconds, answerLimit: BlobCall.answerLimit)
        _ = try? await sender.send(request)
    }
}
