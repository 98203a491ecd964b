import Protocol
import Replication
import Rules
import Synchronization

/// The return of a crowd: every member comes back to the one parent within a window of time, says hello, compares heads,
/// pushes what it wrote, and stays until its verdicts are there. Each is a link of the product with its own back-off.
public struct Return: Sendable {
    public struct Plan: Sendable {
        /// Requests under way at a time, for all.
        public var connections: Int
        /// Seconds within which they come back, evenly.
        public var window: Double
        /// Seconds after which a member that has no answer counts as starved.
        public var patience: Double
        /// Pupils that each brings.
        public var pupils: Int
        /// Seconds for which a pull may be held.
        public var pullWait: Int

        public init(connections: Int = 200, window: Double = 120, patience: Double = 600, pupils: Int = 3, pullWait: Int = 2) {
            self.connections = connections
            self.window = window
            self.patience = patience
            self.pupils = pupils
            self.pullWait = pullWait
        }
    }

    private let address: PeerAddress
    private let members: [Member]
    private let plan: Plan
    private let clock: LinkClock
    private let surroundings: Surroundings
    private let turnstile: Turnstile

    public init(
        to address: PeerAddress, members: [Member], plan: Plan, clock: LinkClock, surroundings: Surroundings
    ) {
        self.address = address
        self.members = members
        self.plan = plan
        self.clock = clock
        self.surroundings = surroundings
        turnstile = Turnstile(width: plan.connections)
    }

    /// Nobody is measured before the first has shown what all of them had from this parent in earlier days.
    public func run() async throws -> ReturnReport {
        guard let scout = members.first else { return ReturnReport(waits: [], starved: [], seconds: 0, requests: 0, outcomes: [:]) }
        let known = MemberStore(unit: scout.unit, common: [:], own: nil, wanted: .max)
        await link(scout, known) { known.common.isEmpty }
        let common = known.common
        let begin = clock.now()
        let results = try await withThrowingTaskGroup(of: (Member, Double?).self) { group in
            for (number, member) in members.enumerated() {
                let own = try member.envelope(pupils: plan.pupils, surroundings: surroundings)
                let store = MemberStore(unit: member.unit, common: common, own: own, wanted: plan.pupils)
                let delay = plan.window * Double(number) / Double(members.count)
                group.addTask { (member, await self.comeBack(member, store, after: delay)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return ReturnReport(
            waits: results.compactMap(\.1), starved: results.filter { $0.1 == nil }.map(\.0.code).sorted(),
            seconds: clock.now() - begin, requests: turnstile.requests, outcomes: turnstile.outcomes)
    }

    /// Seconds from its first attempt to its answer; nil when none came.
    private func comeBack(_ member: Member, _ store: MemberStore, after delay: Double) async -> Double? {
        try? await clock.sleep(delay)
        let begin = clock.now()
        await link(member, store) { !store.isAnswered }
        return store.isAnswered ? clock.now() - begin : nil
    }

    private func link(_ member: Member, _ store: MemberStore, while isWaiting: @escaping @Sendable () -> Bool) async {
        guard let key = member.key, let nonce = BootNonce(surroundings.randomBytes(16)), let caller = try? member.caller() else { return }
        let sender = MemberSender(caller: caller, turnstile: turnstile, address: address, parentName: member.parentName)
        let identity = LinkIdentity(unit: member.unit, key: key, version: "crowd", nonce: nonce, ownUnits: [member.unit])
        let runner = LinkRunner(
            address: address, sender: sender, outbox: store, inbox: store, identity: { identity }, clock: clock,
            plan: LinkPlan(pullWait: plan.pullWait), report: { _ in })
        let end = clock.now() + plan.patience
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            group.addTask {
                while isWaiting(), clock.now() < end, !Task.isCancelled {
                    let rings = store.answered.rings
                    guard isWaiting() else { break }
                    await store.answered.wait(since: rings, atMost: min(0.5, end - clock.now()), sleep: clock.sleep)
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
