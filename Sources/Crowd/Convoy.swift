import Protocol
import Replication
import Rules
import Synchronization

/// One province of a convoy: an enrolled child of the centre that brings what a school below it has said, sealed beforehand.
public struct ConvoyProvince: Sendable {
    let member: Member
    let envelopes: [Envelope]

    /// - Parameter steps: encoded steps, in the order in which the school said them.
    /// - Throws: where they cannot be sealed; `LinkFailure` when the member is damaged.
    public init(_ member: Member, school: UnitCode, steps: [[UInt8]], surroundings: Surroundings) throws {
        guard let key = member.key, let own = member.stream else {
            throw LinkFailure(.unreadable, message: "下级单位的身份文件已损坏。", remedy: "请重新登记。", cause: "member")
        }
        let schoolKey = surroundings.statementKey()
        let enrolment = KeyEnrolment(unit: school, publicKey: schoolKey.publicKey, issuer: member.unit, generation: 1, node: member.unit)
        let introduction = Entry(act: surroundings.act(), kind: .key, payload: Payload.encode(enrolment))
        var envelopes = [
            try Envelope.seal(
                [introduction], stream: StreamID(unit: member.unit, incarnation: own.incarnation, audience: .subtree(school)), after: nil, key: key),
        ]
        let stream = StreamID(unit: school, incarnation: surroundings.incarnation(), audience: .up)
        var head: StreamHead?
        for start in stride(from: 0, to: steps.count, by: Envelope.sealedEntries) {
            let part = steps[start..<min(start + Envelope.sealedEntries, steps.count)]
            let envelope = try Envelope.seal(
                part.map { Entry(act: surroundings.act(), kind: .step, payload: $0) }, stream: stream, after: head, key: schoolKey)
            head = envelope.head
            envelopes.append(envelope)
        }
        self.member = member
        self.envelopes = envelopes
    }
}

/// Provinces that send at once, each by a link of the product on connections of its own, from one process. What comes back for their schools
/// is stored in memory and acknowledged.
public struct Convoy: Sendable {
    private let address: PeerAddress
    private let provinces: [ConvoyProvince]
    private let clock: LinkClock
    private let surroundings: Surroundings

    public init(to address: PeerAddress, _ provinces: [ConvoyProvince], clock: LinkClock, surroundings: Surroundings) {
        self.address = address
        self.provinces = provinces
        self.clock = clock
        self.surroundings = surroundings
    }

    /// Runs all links until the task is cancelled.
    public func run() async {
        let turnstile = Turnstile(width: .max)
        await withTaskGroup(of: Void.self) { group in
            for province in provinces { group.addTask { await run(province, turnstile) } }
        }
    }

    private func run(_ province: ConvoyProvince, _ turnstile: Turnstile) async {
        let member = province.member
        guard let key = member.key, let nonce = BootNonce(surroundings.randomBytes(16)), let caller = try? member.caller() else { return }
        let store = ConvoyStore(province.envelopes)
        let identity = LinkIdentity(
            unit: member.unit, key: key, version: "convoy", nonce: nonce, ownUnits: Set(province.envelopes.map(\.stream.unit)))
        await LinkRunner(
            address: address, sender: MemberSender(caller: caller, turnstile: turnstile, address: address, parentName: member.parentName),
            outbox: store, inbox: store, identity: { identity }, clock: clock, report: { _ in }
        ).run()
    }
}

/// A province's store in memory: its envelopes in order, and of what came from above the heads alone.
final class ConvoyStore: Outbox, Inbox {
    private let own: [Envelope]
    private let heads: Mutex<[StreamID: StreamHead]>

    init(_ own: [Envelope]) {
        self.own = own
        heads = Mutex(Dictionary(own.map { ($0.stream, $0.head) }, uniquingKeysWith: { $0.sequence > $1.sequence ? $0 : $1 }))
    }

    // MARK: Outbox

    func heads(_ scope: Scope) throws -> [StreamHead] { heads.withLock { Array($0.values) } }

    func links(beside heads: [StreamHead]) throws -> [StreamHead] {
        self.heads.withLock { known in
            heads.compactMap { head in
                guard let last = known[head.stream], head.sequence < last.sequence else { return known[head.stream] }
                return own.first { $0.stream == head.stream && $0.sequence == head.sequence }?.head ?? last
            }
        }
    }

    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]] {
        var (found, bytes): ([[UInt8]], Int) = ([], 0)
        for range in ranges {
            for envelope in own where envelope.stream == range.stream && range.sequences.contains(envelope.sequence) {
                guard found.isEmpty || bytes + envelope.bytes.count <= limitBytes else { return found }
                found.append(envelope.bytes)
                bytes += envelope.bytes.count
            }
        }
        return found
    }

    /// The position of an envelope is its number, from 1.
    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch {
        var batch = Batch(envelopes: [], position: position, hasMore: false)
        var bytes = 0
        for envelope in own.dropFirst(Int(position)) {
            guard batch.envelopes.isEmpty || bytes + envelope.bytes.count <= limitBytes else {
                batch.hasMore = true
                break
            }
            batch.envelopes.append(envelope.bytes)
            batch.position += 1
            bytes += envelope.bytes.count
        }
        return batch
    }

    func position() throws -> Int64 { Int64(own.count) }

    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64) { ([], change) }

    func backlog(after position: Int64, _ scope: Scope) throws -> Backlog { Backlog(envelopes: 0, entries: 0, bytes: 0) }

    // MARK: Inbox

    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        heads.withLock { heads in envelopes.map { Self.accept($0, &heads) } }
    }

    private static func accept(_ bytes: [UInt8], _ heads: inout [StreamID: StreamHead]) -> (Acceptance, StreamHead?) {
        guard let envelope = try? Envelope(bytes: bytes) else { return (.refused(.malformed), nil) }
        let head = heads[envelope.stream]
        guard envelope.sequence > head?.sequence ?? 0 else { return (.known, head) }
        guard envelope.sequence == (head?.sequence ?? 0) + 1 else { return (.refused(.gap), head) }
        guard envelope.previous == head?.hash else { return (.refused(.fork), head) }
        heads[envelope.stream] = envelope.head
        return (.stored, envelope.head)
    }

    func note(_ reach: [Reach]) throws {}
}
