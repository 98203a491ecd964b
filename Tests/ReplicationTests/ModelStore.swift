import Protocol
import Replication
import Rules
import Synchronization

/// splitmix64: the one source of chance in these tests.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }
    mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    /// 0..<1.
    mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}

struct StoreIsFull: Error {}

/// A node's store in memory, with the acceptance rules that matter to links: chains, signatures, who may bring what.
final class ModelStore: Outbox, Inbox, Doorkeeper {
    struct Stored {
        let stream: StreamID
        let sequence: UInt64
        let hash: Digest
        let source: Neighbour?
        let bytes: [UInt8]
    }

    struct Contents {
        var journal: [Stored] = []
        var streams: [StreamID: [Stored]] = [:]
        var reach: [Reach] = []
        var incarnations: [UnitCode: Incarnation] = [:]
        /// Keys known here; nil entries are enrolled later.
        var keys: [UnitCode: StatementPublicKey] = [:]
        var isFull = false
        var salvage = 0
        /// Hashes of links that lost a fork.
        var salvaged: Set<Digest> = []
    }

    let unit: UnitCode
    let tree: UnitTree
    private let secrets: [UnitCode: StatementKey]
    private let contents: Mutex<Contents>
    let bell = Bell()

    init(_ unit: UnitCode, _ tree: UnitTree, secrets: [UnitCode: StatementKey]) {
        self.unit = unit
        self.tree = tree
        self.secrets = secrets
        var contents = Contents()
        contents.keys = secrets.mapValues(\.publicKey)
        self.contents = Mutex(contents)
    }

    /// A backup, or the state of a disk that comes back.
    var disk: Contents {
        get { contents.withLock { $0 } }
        set { contents.withLock { $0 = newValue }; bell.ring() }
    }

    var length: Int { contents.withLock { $0.journal.count } }
    var reach: [Reach] { contents.withLock { $0.reach } }
    var salvage: Int { contents.withLock { $0.salvage } }
    func setFull(_ isFull: Bool) { contents.withLock { $0.isFull = isFull } }
    func forget(_ unit: UnitCode) { contents.withLock { $0.keys[unit] = nil } }
    func enrol(_ unit: UnitCode) { contents.withLock { $0.keys[unit] = secrets[unit]?.publicKey } }

    // MARK: Writing as an own unit

    func startIncarnation(_ incarnation: Incarnation, of unit: UnitCode) {
        contents.withLock { $0.incarnations[unit] = incarnation }
    }

    /// Appends one act as a unit written for here.
    @discardableResult
    func write(_ text: String, as unit: UnitCode? = nil, to audience: Audience = .up) throws -> StreamHead {
        let unit = unit ?? self.unit
        let head = try contents.withLock { contents in
            guard let incarnation = contents.incarnations[unit], let key = secrets[unit], let act = ActID(Array(repeating: 7, count: 16))
            else { throw StoreIsFull() }
            let stream = StreamID(unit: unit, incarnation: incarnation, audience: audience)
            let last = contents.streams[stream]?.last
            let previous = last.map { StreamHead(stream: stream, sequence: $0.sequence, hash: $0.hash) }
            let entry = Entry(act: act, kind: .step, payload: Array(text.utf8))
            let envelope = try Envelope.seal([entry], stream: stream, after: previous, key: key)
            Self.append(envelope, from: nil, to: &contents)
            enrolKeys(of: envelope, in: &contents)
            return envelope.head
        }
        bell.ring()
        return head
    }

    /// An act with this text enrols a unit's key where it is stored.
    static func enrolling(_ unit: UnitCode) -> String { "enrol:" + unit.text }

    private func enrolKeys(of envelope: Envelope, in contents: inout Contents) {
        for entry in ((try? envelope.entries()) ?? []).compactMap({ $0 }) {
            let text = String(decoding: entry.payload, as: UTF8.self)
            guard text.hasPrefix("enrol:") else { continue }
            let unit = UnitCode(String(text.dropFirst(6)))
            contents.keys[unit] = secrets[unit]?.publicKey
        }
    }

    private static func append(_ envelope: Envelope, from source: Neighbour?, to contents: inout Contents) {
        let stored = Stored(
            stream: envelope.stream, sequence: envelope.sequence, hash: envelope.hash, source: source, bytes: envelope.bytes)
        contents.journal.append(stored)
        contents.streams[envelope.stream, default: []].append(stored)
    }

    // MARK: Outbox

    private func isIn(_ scope: Scope, _ stream: StreamID) -> Bool {
        let target: UnitCode
        switch scope {
        case .up, .upOnce: target = unit
        case .down(let child): target = child
        }
        return tree.contains(target, stream.unit) || stream.audience.reaches(target, in: tree)
    }

    func heads(_ scope: Scope) throws -> [StreamHead] {
        contents.withLock { contents in
            contents.streams.compactMap { stream, links in
                guard isIn(scope, stream), let last = links.last else { return nil }
                return StreamHead(stream: stream, sequence: last.sequence, hash: last.hash)
            }
        }
    }

    func links(beside heads: [StreamHead]) throws -> [StreamHead] {
        contents.withLock { contents in
            heads.compactMap { head in
                let links = contents.streams[head.stream] ?? []
                let link = links.count >= head.sequence ? links[Int(head.sequence) - 1] : links.last
                return link.map { StreamHead(stream: head.stream, sequence: $0.sequence, hash: $0.hash) }
            }
        }
    }

    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]] {
        contents.withLock { contents in
            var taken: [[UInt8]] = []
            var bytes = 0
            for range in ranges where isIn(scope, range.stream) {
                for link in contents.streams[range.stream] ?? [] where range.sequences.contains(link.sequence) {
                    guard taken.isEmpty || bytes + link.bytes.count <= limitBytes else { return taken }
                    bytes += link.bytes.count
                    taken.append(link.bytes)
                }
            }
            return taken
        }
    }

    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch {
        contents.withLock { contents in
            var batch = Batch(envelopes: [], position: position, hasMore: false)
            var bytes = 0
            let source: Neighbour = if case .down(let child) = scope { .child(child) } else { .parent }
            for link in contents.journal.dropFirst(Int(position)) {
                if isIn(scope, link.stream), link.source != source {
                    guard batch.envelopes.isEmpty || bytes + link.bytes.count <= limitBytes else {
                        batch.hasMore = true
                        return batch
                    }
                    bytes += link.bytes.count
                    batch.envelopes.append(link.bytes)
                }
                batch.position += 1
            }
            return batch
        }
    }

    func position() throws -> Int64 { Int64(length) }

    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64) {
        contents.withLock { contents in
            let found = contents.reach.dropFirst(Int(change)).prefix(limit)
            return (found.filter { isIn(scope, $0.stream) }, change + Int64(found.count))
        }
    }

    func fork(of stream: StreamID, after sequence: UInt64?, limitBytes: Int) throws -> [[UInt8]] {
        contents.withLock { contents in
            (contents.streams[stream] ?? []).filter { $0.sequence > sequence ?? 0 }.prefix(2).map(\.bytes)
        }
    }

    func vouchers(beyond heads: [StreamHead]?, limitBytes: Int) throws -> [[UInt8]] {
        contents.withLock { contents in
            contents.streams.filter { tree.contains($0.key.unit, unit) && $0.key.unit != unit }.values.flatMap { links in
                let shown = heads?.first { $0.stream == links.first?.stream }?.sequence ?? 0
                return (heads == nil ? links.suffix(1) : links.filter { $0.sequence > shown }.prefix(2)[...]).map(\.bytes)
            }
        }
    }

    func backlog(after position: Int64, _ scope: Scope) throws -> Backlog {
        let batch = try envelopes(after: position, scope, limitBytes: .max)
        return Backlog(envelopes: batch.envelopes.count, entries: batch.envelopes.count, bytes: batch.envelopes.reduce(0) { $0 + $1.count })
    }

    /// Takes a stream out of the journal.
    func giveUp(_ stream: StreamID) {
        contents.withLock { contents in
            contents.streams[stream] = nil
            contents.journal.removeAll { $0.stream == stream }
        }
    }

    // MARK: Inbox

    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        let results = try contents.withLock { contents in
            guard !contents.isFull else { throw StoreIsFull() }
            return envelopes.map { accept($0, from: neighbour, &contents) }
        }
        bell.ring()
        return results
    }

    private func accept(_ bytes: [UInt8], from neighbour: Neighbour, _ contents: inout Contents) -> (Acceptance, StreamHead?) {
        guard let envelope = try? Envelope(bytes: bytes) else { return (.refused(.malformed), nil) }
        let links = contents.streams[envelope.stream] ?? []
        let head = links.last.map { StreamHead(stream: envelope.stream, sequence: $0.sequence, hash: $0.hash) }
        if envelope.sequence <= links.count {
            if links[Int(envelope.sequence) - 1].hash == envelope.hash { return (.known, head) }
            return salvage(envelope, head, &contents)
        }
        guard envelope.sequence == links.count + 1 else {
            guard let previous = envelope.previous, contents.salvaged.contains(previous) else { return (.refused(.gap), head) }
            return salvage(envelope, head, &contents)
        }
        guard envelope.previous == head?.hash else { return salvage(envelope, head, &contents) }
        let scope: Scope = if case .child(let child) = neighbour { .down(child) } else { .up }
        guard isIn(scope, envelope.stream) else { return (.refused(.notForUs), head) }
        guard let key = contents.keys[envelope.stream.unit] else { return (.refused(.unknownKey), head) }
        guard (try? envelope.verify(key)) != nil else { return (.refused(.badSignature), head) }
        Self.append(envelope, from: neighbour, to: &contents)
        enrolKeys(of: envelope, in: &contents)
        return (.stored, envelope.head)
    }

    private func salvage(
        _ envelope: Envelope, _ head: StreamHead?, _ contents: inout Contents
    ) -> (Acceptance, StreamHead?) {
        contents.salvage += 1
        contents.salvaged.insert(envelope.hash)
        return (.refused(.fork), head)
    }

    func note(_ reach: [Reach]) throws {
        contents.withLock { contents in
            for item in reach where !contents.reach.contains(where: {
                $0.stream == item.stream && $0.unit == item.unit && $0.sequence >= item.sequence
            }) { contents.reach.append(item) }
        }
        bell.ring()
    }

    // MARK: Doorkeeper

    func standing(of caller: UnitCode, keyID: [UInt8]) throws -> CallerStanding {
        guard let record = tree.unit(caller) else { return .unknown }
        guard record.competent == unit else { return tree.contains(unit, caller) ? .moved(to: record.competent) : .notBelow }
        return contents.withLock { $0.keys[caller].map { .child($0) } ?? .unknown }
    }

    func isOwn(_ unit: UnitCode) throws -> Bool { unit == self.unit }
}
