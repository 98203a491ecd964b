import Protocol
import Rules

/// Who this node is when it says hello.
public struct LinkIdentity: Sendable {
    public var unit: UnitCode
    public var key: StatementKey
    /// The program's version, for display at the parent.
    public var version: String
    /// Minted when the process started.
    public var nonce: BootNonce
    /// The units written for on this node, its own among them.
    public var ownUnits: Set<UnitCode>

    public init(unit: UnitCode, key: StatementKey, version: String, nonce: BootNonce, ownUnits: Set<UnitCode>) {
        self.unit = unit
        self.key = key
        self.version = version
        self.nonce = nonce
        self.ownUnits = ownUnits
    }
}

/// Carries a link's local actions out: shared by the runner and the simulator.
public struct LocalWork: Sendable {
    public enum Outcome: Sendable {
        case event(ChildLink.Event)
        case call(PeerCall)
        case rest(until: Double?)
    }

    private let outbox: any Outbox
    private let inbox: any Inbox
    /// Read anew for each hello: the key may have been renewed.
    private let identity: @Sendable () throws -> LinkIdentity

    public init(outbox: any Outbox, inbox: any Inbox, identity: @escaping @Sendable () throws -> LinkIdentity) {
        self.outbox = outbox
        self.inbox = inbox
        self.identity = identity
    }

    /// A failure of the own store is an event like any other: the link waits and tries again.
    public func perform(_ action: ChildLink.Action, chance: Double) -> Outcome {
        do { return try perform(action) } catch { return .event(.failed(.ownStore(error), chance: chance)) }
    }

    private func perform(_ action: ChildLink.Action) throws -> Outcome {
        switch action {
        case .readHeads(let scope):
            // In this order: heads read after the end of a refill are whole.
            let isPartial = try outbox.isRefilling()
            let position = try outbox.position()
            return .event(.heads(try outbox.heads(scope), position: position, ownUnits: try identity().ownUnits, isPartial: isPartial))
        case .readRanges(let ranges, let limit):
            return .event(.ranges(try outbox.envelopes(ranges, in: .upOnce, limitBytes: limit)))
        case .readNews(let position, let limit):
            return .event(.news(try outbox.envelopes(after: position, .up, limitBytes: limit)))
        case .readFork(let stream, let sequence, let limit):
            return .event(.ranges(try outbox.fork(of: stream, after: sequence, limitBytes: limit)))
        case .readVouchers(let heads, let limit):
            let unit = try identity().unit
            return .event(.vouchers(try outbox.vouchers(beyond: heads, limitBytes: limit), of: unit))
        case .store(let envelopes):
            return .event(.stored(try inbox.accept(envelopes, from: .parent)))
        case .note(let reach):
            try inbox.note(reach)
            return .event(.noted)
        case .greet(let challenge, let digest):
            let identity = try identity()
            return .call(.hello(try Hello(
                unit: identity.unit, nonce: identity.nonce, protocols: PeerCall.protocols, version: identity.version,
                headsDigest: digest, challenge: challenge, key: identity.key)))
        case .call(let call): return .call(call)
        case .rest(let until): return .rest(until: until)
        }
    }
}
