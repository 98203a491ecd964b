import Protocol
import Replication
import Rules
import Synchronization

/// A member's store in memory: its own envelope, and of what came from above the heads alone.
final class MemberStore: Outbox, Inbox {
    private struct Contents {
        var heads: [StreamID: StreamHead]
        var own: Envelope?
        var verdicts = 0
    }

    private let unit: UnitCode
    private let contents: Mutex<Contents>
    /// Rung when the answer has come.
    let answered = Bell()
    /// Verdicts that make the answer.
    private let wanted: Int

    /// - Parameters:
    ///   - common: heads of what every child of this parent has had before.
    ///   - own: what it brings.
    init(unit: UnitCode, common: [StreamID: StreamHead], own: Envelope?, wanted: Int) {
        self.unit = unit
        self.wanted = wanted
        var heads = common
        if let own { heads[own.stream] = own.head }
        contents = Mutex(Contents(heads: heads, own: own))
    }

    var isAnswered: Bool { contents.withLock { $0.verdicts >= wanted } }

    /// What another child of the same parent would have as well.
    var common: [StreamID: StreamHead] {
        contents.withLock { contents in
            contents.heads.filter { stream, _ in
                switch stream.audience {
                case .everyone: true
                case .subtree(let code): code != unit
                case .up, .unit: false
                }
            }
        }
    }

    // MARK: Outbox

    func heads(_ scope: Scope) throws -> [StreamHead] { contents.withLock { Array($0.heads.values) } }

    func links(beside heads: [StreamHead]) throws -> [StreamHead] {
        contents.withLock { contents in heads.compactMap { contents.heads[$0.stream] } }
    }

    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]] {
        contents.withLock { contents in
            guard let own = contents.own else { return [] }
            return ranges.contains { $0.stream == own.stream && $0.sequences.contains(own.sequence) } ? [own.bytes] : []
        }
    }

    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch {
        let own = contents.withLock { $0.own }
        guard position < 1, let own else { return Batch(envelopes: [], position: max(position, 1), hasMore: false) }
        return Batch(envelopes: [own.bytes], position: 1, hasMore: false)
    }

    func position() throws -> Int64 { 1 }

    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64) { ([], change) }

    func backlog(after position: Int64, _ scope: Scope) throws -> Backlog { Backlog(envelopes: 0, entries: 0, bytes: 0) }

    // MARK: Inbox

    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        let results = contents.withLock { contents in envelopes.map { accept($0, &contents) } }
        if isAnswered { answered.ring() }
        return results
    }

    private func accept(_ bytes: [UInt8], _ contents: inout Contents) -> (Acceptance, StreamHead?) {
        guard let envelope = try? Envelope(bytes: bytes) else { return (.refused(.malformed), nil) }
        let head = contents.heads[envelope.stream]
        let length = head?.sequence ?? 0
        guard envelope.sequence > length else { return (.known, head) }
        guard envelope.sequence == length + 1 else { return (.refused(.gap), head) }
        guard envelope.previous == head?.hash else { return (.refused(.fork), head) }
        contents.heads[envelope.stream] = envelope.head
        if envelope.stream.audience == .unit(unit) {
            let entries = (try? envelope.entries()) ?? []
            contents.verdicts += entries.count { $0?.kind == EntryKind.verdict.rawValue }
        }
        return (.stored, envelope.head)
    }

    func note(_ reach: [Reach]) throws {}
}
