import Protocol
import Rules

/// Which streams a link is about, seen from this node.
public enum Scope: Sendable, Hashable {
    /// What this node shows its parent: all streams of its subtree (own and hosted units included), and its copies of
    /// streams from above that reach it, so that the parent can be given back what it lost.
    case up
    /// `up`, and what once was in it: a school that was given away, and what those above wrote for it. Shown once to each process
    /// of the parent, for one that went back to before the move may have nobody else to get it from.
    case upOnce
    /// What that child must hold: the writer stands in its subtree, or the audience reaches its subtree.
    case down(UnitCode)
}

/// Envelopes in order of arrival at this node.
public struct Batch: Sendable, Hashable {
    public var envelopes: [[UInt8]]
    /// Everything of the scope up to here is in this batch or before it. Moves on also past what is not in scope.
    public var position: Int64
    public var hasMore: Bool

    public init(envelopes: [[UInt8]], position: Int64, hasMore: Bool) {
        self.envelopes = envelopes
        self.position = position
        self.hasMore = hasMore
    }
}

/// What waits to be sent.
public struct Backlog: Sendable, Hashable {
    public var envelopes: Int
    /// How many entries are in them.
    public var entries: Int
    public var bytes: Int
    /// When the oldest of it was stored here, seconds since 1970; nil where nothing waits or nobody asked.
    public var oldest: Int64?

    public init(envelopes: Int, entries: Int, bytes: Int, oldest: Int64? = nil) {
        self.envelopes = envelopes
        self.entries = entries
        self.bytes = bytes
        self.oldest = oldest
    }
}

/// Reads what this node has stored. Everything returned is on durable storage.
public protocol Outbox: Sendable {
    /// Heads of all non-empty streams in scope, in any order.
    func heads(_ scope: Scope) throws -> [StreamHead]
    /// Beside each head of a neighbour's: our link with the same sequence, or our last one where our copy is shorter; streams that
    /// are not here give nothing. Whatever their scope.
    func links(beside heads: [StreamHead]) throws -> [StreamHead]
    /// Envelopes of the ranges, each stream in sequence; streams that are unknown or out of scope give nothing. Stops before
    /// `limitBytes` is passed, but returns one envelope at least where there is one.
    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]]
    /// What arrived after a position, without what came from that very neighbour.
    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch
    /// The newest position, 0 for an empty journal.
    func position() throws -> Int64
    /// How far streams in scope are stored and applied at this node's parent and above, and applied here, as learnt after a change
    /// number.
    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64)
    /// The copy of a stream that has forked: its links beyond the last one that the parent is known to hold, or after a
    /// sequence; in order.
    func fork(of stream: StreamID, after sequence: UInt64?, limitBytes: Int) throws -> [[UInt8]]
    /// What proves this node to a parent that has forgotten it: links of the streams that those above have written for it.
    /// - Parameter heads: what the parent has shown to hold; nil gives the last link of each stream, so that it shows that.
    func vouchers(beyond heads: [StreamHead]?, limitBytes: Int) throws -> [[UInt8]]
    /// What those above a unit further below have written for it among others, beyond what its node shows; nil for a unit that is not
    /// below.
    func broadcasts(to unit: UnitCode, beyond heads: [StreamHead], limitBytes: Int) throws -> [[UInt8]]?
    /// Whether this node's disk is still being refilled by those below: it has children that have not yet shown it all they hold.
    func isRefilling() throws -> Bool
    /// For display.
    func backlog(after position: Int64, _ scope: Scope) throws -> Backlog
}

/// Stores what a neighbour brings.
public protocol Inbox: Sendable {
    /// One answer for each envelope, in order, with the stream's stored head where there is one. Returns after a durable
    /// commit. What can be applied at once should be, so that keys in a batch serve the envelopes after them.
    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)]
    /// Notes how far streams are stored and applied above. What is known already changes nothing.
    func note(_ reach: [Reach]) throws
    /// Applies what is stored, so that the next look at the directory sees it.
    func applyNow() throws
}

extension Outbox {
    /// A store that shows no copy of a forked stream.
    public func fork(of stream: StreamID, after sequence: UInt64?, limitBytes: Int) throws -> [[UInt8]] { [] }
    /// A store that never lost its disk.
    public func isRefilling() throws -> Bool { false }
    /// A store that nobody asks from further below.
    public func broadcasts(to unit: UnitCode, beyond heads: [StreamHead], limitBytes: Int) throws -> [[UInt8]]? { nil }
    /// A store that vouches for nobody.
    public func vouchers(beyond heads: [StreamHead]?, limitBytes: Int) throws -> [[UInt8]] { [] }
}

extension Inbox {
    /// A store that applies with storing.
    public func applyNow() throws {}
}

/// Who calls, as the directory has it.
public enum CallerStanding: Sendable, Hashable {
    /// A unit whose link comes to this node, with the statement key its hello must be signed by.
    case child(StatementPublicKey)
    case unknown
    case notBelow
    /// It has another parent now, named where known.
    case moved(to: UnitCode?)

    /// Whether a session that is open ends: by the records of now the caller is another node's child. The record that made it a child here may
    /// also have gone with a disk above. One whose record is missing altogether is told at its next hello.
    public var endsSession: Bool {
        switch self {
        case .child, .unknown: false
        case .notBelow, .moved: true
        }
    }
}

/// Looks callers up for the parent's desk.
public protocol Doorkeeper: Sendable {
    /// - Parameter keyID: names the key that the caller signs with; a node whose unit moved away may still hand over what it
    ///   wrote before.
    func standing(of unit: UnitCode, keyID: [UInt8]) throws -> CallerStanding
    /// Whether this node writes as the unit.
    func isOwn(_ unit: UnitCode) throws -> Bool
    /// Where the node is reached that a unit was moved to; nil where that is not known.
    func address(afterMoveOf unit: UnitCode) throws -> String?
}

extension Doorkeeper {
    public func address(afterMoveOf unit: UnitCode) throws -> String? { nil }
}
