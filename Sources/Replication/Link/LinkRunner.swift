import Protocol
import Rules
import Synchronization

/// Time and chance of a runner, handed in.
public struct LinkClock: Sendable {
    /// Monotonic seconds.
    public var now: @Sendable () -> Double
    /// Seconds since 1970, for display.
    public var epoch: @Sendable () -> Int64
    /// Sleeps so many seconds; throws when cancelled.
    public var sleep: @Sendable (Double) async throws -> Void
    /// 0..<1.
    public var chance: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> Double, epoch: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Double) async throws -> Void, chance: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.epoch = epoch
        self.sleep = sleep
        self.chance = chance
    }
}

/// How the link to the parent stands, for `status` and the pages.
public struct LinkState: Sendable, Hashable {
    public var condition: LinkCondition
    /// Seconds until the next try, while one is waited for.
    public var retryInSeconds: Int?
    /// Seconds since 1970 of the last answer from the parent; nil before the first.
    public var lastContact: Int64?
    public var parentUnit: UnitCode?
    /// What the parent has not confirmed; nil before heads were compared with its present process.
    public var backlog: Backlog?
    public var held: [StreamID: Acceptance.Refusal]
    /// Seconds since 1970 of the last answer on each lane.
    public var lastUp: Int64?
    public var lastDown: Int64?
    /// Seconds since 1970 since when no call has brought its answer; nil while all is well.
    public var failingSince: Int64?
    /// Why, while it fails.
    public var failure: LinkFailure?
    /// How many seconds our clock is ahead of the parent's, as of the last hello.
    public var clockAhead: Int64?

    public init(
        condition: LinkCondition, lastContact: Int64?, parentUnit: UnitCode?, held: [StreamID: Acceptance.Refusal]
    ) {
        self.condition = condition
        self.lastContact = lastContact
        self.parentUnit = parentUnit
        self.held = held
    }
}

/// Runs a `ChildLink` against the network and the node's store until its task is cancelled.
public final class LinkRunner: Sendable {
    /// Runs work on the store, which may block, off the cooperative threads.
    public typealias Offload = @Sendable (@escaping @Sendable () -> LocalWork.Outcome) async -> LocalWork.Outcome

    private let address: Mutex<PeerAddress>
    private let plan: LinkPlan
    private let sender: any RequestSender
    private let work: LocalWork
    private let outbox: any Outbox
    private let clock: LinkClock
    private let offload: Offload
    private let report: @Sendable (LinkReport) -> Void
    private let machine: Mutex<ChildLink>
    private let contact = Mutex(Contact())

    /// When the parent last answered, in seconds since 1970.
    private struct Contact {
        var up: Int64?
        var down: Int64?
        var failingSince: Int64?
        var failure: LinkFailure?
        var clockAhead: Int64?
    }
    /// Lanes on which decisions travel, or wait to.
    private let busy = Mutex<Set<ChildLink.Lane>>([])
    private let bell = Bell()

    /// - Parameter report: called for every finding, on either lane's task.
    public init(
        address: PeerAddress, sender: any RequestSender, outbox: any Outbox, inbox: any Inbox,
        identity: @escaping @Sendable () throws -> LinkIdentity, clock: LinkClock, plan: LinkPlan = LinkPlan(),
        offload: @escaping Offload = { $0() }, report: @escaping @Sendable (LinkReport) -> Void
    ) {
        self.address = Mutex(address)
        self.plan = plan
        self.sender = sender
        self.outbox = outbox
        work = LocalWork(outbox: outbox, inbox: inbox, identity: identity)
        self.clock = clock
        self.offload = offload
        self.report = report
        machine = Mutex(ChildLink(plan: plan))
    }

    /// Returns when the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in ChildLink.Lane.allCases { group.addTask { await self.run(lane) } }
        }
    }

    /// Something was committed here that the parent may lack. Cheap; call it after every commit.
    public func wake() { bell.ring() }

    /// The operator wants a try now; held streams are tried again.
    public func retryNow() {
        machine.withLock { $0.retryNow() }
        bell.ring()
    }

    /// The operator's resync, or the tree changed: compare heads now.
    public func compareHeads() {
        machine.withLock { $0.compareHeads() }
        bell.ring()
    }

    /// The unit has another parent: begins anew there. What the former one lacks the new one gets as well.
    public func redirect(to parent: PeerAddress) {
        address.withLock { $0 = parent }
        machine.withLock { $0 = ChildLink(plan: plan) }
        bell.ring()
    }

    /// Where the parent is now.
    public var parentAddress: PeerAddress { address.withLock { $0 } }

    /// The session that the parent opened for this process; other lanes use it too.
    public var session: SessionToken? { machine.withLock { $0.session } }

    /// Whether decisions travel or wait to: a pull that waits for news does not count. Lesser lanes then hold still.
    public var isBusy: Bool { busy.withLock { !$0.isEmpty } }

    public func state() -> LinkState {
        let now = clock.now()
        let (condition, parent, confirmed, held) = machine.withLock {
            ($0.condition(at: now), $0.parentUnit, $0.confirmedPosition, $0.held)
        }
        let contact = contact.withLock { $0 }
        let last = [contact.up, contact.down].compactMap { $0 }.max()
        var state = LinkState(condition: condition, lastContact: last, parentUnit: parent, held: held)
        state.lastUp = contact.up
        state.lastDown = contact.down
        state.failingSince = contact.failingSince
        state.failure = contact.failure
        state.clockAhead = contact.clockAhead
        if case .backingOff(let until, _) = condition { state.retryInSeconds = Int(max(until - now, 0).rounded(.up)) }
        if let confirmed { state.backlog = try? outbox.backlog(after: confirmed, .up) }
        return state
    }

    private func run(_ lane: ChildLink.Lane) async {
        var event = ChildLink.Event.begin
        // Counted before the last look at the store, so that no ring after it is missed.
        var rings = bell.rings
        while !Task.isCancelled {
            let before = bell.rings
            let action = handle(event, lane)
            note(action, lane)
            let chance = clock.chance()
            switch await offload({ [work] in work.perform(action, chance: chance) }) {
            case .event(let next):
                event = next
            case .call(let call):
                event = await send(call, lane)
            case .rest(let until):
                await bell.wait(since: rings, atMost: until.map { $0 - clock.now() }, sleep: clock.sleep)
                rings = bell.rings
                event = .begin
                continue
            }
            rings = before
        }
    }

    private func note(_ action: ChildLink.Action, _ lane: ChildLink.Lane) {
        let isQuiet = switch action {
        case .rest: true
        case .call(.pull): machine.withLock { !$0.hasMoreToPull }
        default: false
        }
        busy.withLock { if isQuiet { $0.remove(lane) } else { $0.insert(lane) } }
    }

    private func handle(_ event: ChildLink.Event, _ lane: ChildLink.Lane) -> ChildLink.Action {
        let now = clock.now()
        let (action, hasStirred, reports) = machine.withLock { machine in
            let stir = machine.stir
            let action = machine.handle(event, on: lane, at: now)
            return (action, machine.stir != stir, machine.takeReports())
        }
        if hasStirred { bell.ring() }
        for finding in reports { report(finding) }
        return action
    }

    private func send(_ call: PeerCall, _ lane: ChildLink.Lane) async -> ChildLink.Event {
        let request = OutgoingRequest(
            .post, address.withLock { $0 }.url(call.path), headers: [("Content-Type", PeerCall.contentType)], body: .bytes(call.body),
            timeoutSeconds: call.timeoutSeconds, answerLimit: PeerCall.answerLimit)
        do throws(LinkFailure) {
            let answer = try await sender.send(request)
            if let failure = LinkFailure(answer: answer) { throw failure }
            let now = clock.epoch()
            contact.withLock { lane == .up ? ($0.up = now) : ($0.down = now) }
            guard let reply = call.reply(answer.body) else { throw LinkFailure.unreadable(call) }
            contact.withLock { contact in
                contact.failingSince = nil
                contact.failure = nil
                if case .hello(let hello) = reply { contact.clockAhead = now - hello.at }
            }
            return .reply(reply)
        } catch {
            if error.code != .cancelled, error.kind != .session {
                let now = clock.epoch()
                contact.withLock { contact in
                    contact.failingSince = contact.failingSince ?? now
                    contact.failure = error
                }
            }
            return .failed(error, chance: clock.chance())
        }
    }
}
