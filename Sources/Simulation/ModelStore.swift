import Protocol
import Replication
import Rules
import Synchronization

/// Why the model's disk did not do as it was told.
enum DiskFault: Error { case full, failing, crashed, noKey }

/// A node's store in memory behind the same ports as the real one, with the same rules of acceptance. Faults and mutants are
/// set from outside.
final class ModelStore: Outbox, Inbox {
    /// What happened since the driver last looked.
    struct News: Sendable {
        var stored: [Sealed] = []
        var salvaged: [Sealed] = []
        var touched: Set<DossierID> = []
        var refused = 0
        /// What a real store wrote of its own accord.
        var written: [Sealed] = []
        /// Where a real store shows something else than the model.
        var differs: [String] = []
        var isEmpty: Bool { stored.isEmpty && salvaged.isEmpty && touched.isEmpty && refused == 0 }
    }

    struct State: Sendable {
        var disk: ModelDisk
        var news = News()
        /// The next write fails so; `full` stays until there is room.
        var fault: DiskFault?
        /// Set while a write is not yet on durable storage: only a mutant leaves it so.
        var durable: ModelDisk?
        /// Grows with every change that links may want to hear of.
        var rings = 0
        /// The lock on the folder.
        var isServed = false
    }

    let unit: UnitCode
    /// Nil for the store in memory alone.
    let real: ArchiveStore?
    let state: Mutex<State>
    let reader: SealReader
    let mutant: Mutant?

    init(_ unit: UnitCode, disk: ModelDisk, reader: SealReader, mutant: Mutant?, real: ArchiveStore? = nil) {
        self.unit = unit
        self.real = real
        self.reader = reader
        self.mutant = mutant
        state = Mutex(State(disk: disk))
    }

    var disk: ModelDisk { state.withLock { $0.disk } }
    var rings: Int { state.withLock { $0.rings } }
    func look<Result: Sendable>(_ body: (ModelDisk) -> Result) -> Result { state.withLock { body($0.disk) } }
    func takeNews() -> News {
        state.withLock { state in
            defer { state.news = News() }
            return state.news
        }
    }

    /// What was stored since the driver last looked, in order.
    var pending: [Sealed] { state.withLock { $0.news.stored } }

    func setFault(_ fault: DiskFault?) { state.withLock { $0.fault = fault } }
    var fault: DiskFault? { state.withLock { $0.fault } }

    /// The disk is exchanged: a backup, a rollback, an empty one.
    func replace(_ disk: ModelDisk, isRestored: Bool = false) {
        state.withLock { state in
            state.disk = disk
            state.durable = nil
            state.news = News()
            state.fault = nil
            state.rings += 1
            guard let real else { return }
            do { try exchange(real, isRestored: isRestored, &state) } catch { state.news.differs.append("exchange: \(error)") }
        }
    }

    /// Power is gone: what was not on durable storage as well.
    func crash() {
        state.withLock { state in
            if let durable = state.durable { state.disk = durable }
            state.durable = nil
            state.isServed = false
            if case .crashed? = state.fault { state.fault = nil }
            if let real {
                do { try real.kill() } catch { state.news.differs.append("kill: \(error)") }
            }
            if mutant == .restartForgetsWords { state.disk.rebuild(without: [EntryKind.supplement.rawValue]) }
        }
    }

    func change(_ body: (inout ModelDisk) -> Void) {
        state.withLock { state in
            body(&state.disk)
            state.rings += 1
        }
    }

    /// What links do not want to hear of.
    func changeUnheard<Result: Sendable>(_ body: (inout ModelDisk) -> Result) -> Result { state.withLock { body(&$0.disk) } }

    // MARK: Writing

    /// Appends acts as envelopes of a unit written for here, one for each audience, in one transaction, and applies them.
    func write(_ pieces: [(entries: [Entry], audience: Audience)], as unit: UnitCode) throws {
        try state.withLock { state in
            switch state.fault {
            case .full?: throw DiskFault.full
            case .failing?:
                state.fault = nil
                throw DiskFault.failing
            case .crashed?: throw DiskFault.crashed
            case .noKey?, nil: break
            }
            if let real {
                try real.write(pieces, as: unit)
                follow(real, &state)
                return
            }
            for (entries, audience) in pieces where !entries.isEmpty {
                guard let secret = state.disk.secrets[unit] else { throw DiskFault.noKey }
                let stream = StreamID(unit: unit, incarnation: secret.incarnation, audience: audience)
                let envelope = try Envelope.seal(entries, stream: stream, after: state.disk.head(of: stream), key: secret.key)
                guard let sealed = reader.read(envelope.bytes) else { throw DiskFault.noKey }
                keep(sealed, from: nil, &state)
            }
        }
    }

    /// Puts in place what a node begins with.
    func found(_ sealed: Sealed, from source: Neighbour?) {
        state.withLock { state in
            guard let real else { return keep(sealed, from: source, &state) }
            do {
                if source == nil {
                    try real.write([(sealed.entries.compactMap { $0 }, sealed.envelope.stream.audience)], as: sealed.envelope.stream.unit)
                } else {
                    _ = try real.accept([sealed.envelope.bytes], from: .parent)
                }
            } catch { state.news.differs.append("founding: \(error)") }
            follow(real, &state)
        }
    }

    func keep(_ sealed: Sealed, from source: Neighbour?, _ state: inout State) {
        let place = state.disk.store(sealed, from: source)
        state.news.stored.append(sealed)
        state.news.touched.formUnion(state.disk.apply(at: place))
        state.rings += 1
    }

    func refold(_ id: DossierID, _ body: (inout ModelDisk) -> Void) {
        state.withLock { state in
            body(&state.disk)
            state.disk.refold(id)
            state.news.touched.insert(id)
        }
    }

    /// Gives way in a fork; the entries of the links that went to salvage, in order.
    func giveWay(_ stream: StreamID, to parent: StreamHead?, at unit: UnitCode?, keeping: Bool) -> [Entry] {
        state.withLock { state in
            state.rings += 1
            if let real {
                giveWay(stream, to: parent, real, &state)
                return []
            }
            return state.disk.rewind(stream, after: state.disk.agreed(stream, parent: parent, unit: unit), keeping: keeping)
        }
    }

    /// A program that does not know some kinds starts on this disk.
    func run(unknownKinds: Set<UInt32>, root: StatementPublicKey, mutant: Mutant?) {
        state.withLock { state in
            state.news.touched.formUnion(state.disk.run(unknownKinds: unknownKinds, root: root, mutant: mutant))
            do { try real?.upgrade(forgetting: unknownKinds) } catch { state.news.differs.append("another release at \(unit): \(error)") }
        }
    }

    /// One process serves a folder: false for the second.
    func takeLock() -> Bool {
        state.withLock { state in
            defer { state.isServed = true }
            return !state.isServed || mutant == .lockForgotten
        }
    }

    /// Another key of a unit is written with here.
    func keep(_ secret: ModelDisk.Secret, of unit: UnitCode) {
        state.withLock { state in
            state.disk.keep(secret, of: unit)
            try? real?.change { try $0.keepSecret(secret.key, of: unit, incarnation: secret.incarnation) }
        }
    }

    // MARK: Outbox

    func heads(_ scope: Scope) throws -> [StreamHead] {
        state.withLock { state in
            let disk = state.disk
            return disk.streams.keys.compactMap { stream in
                guard covers(scope, stream, disk), var head = disk.head(of: stream) else { return nil }
                if mutant == .comparesLengthNotHash, let blank = Digest([UInt8](repeating: 7, count: 32)) { head.hash = blank }
                return head
            }
        }
    }

    /// For the checks: what lies on the disk, whatever a mutant says of it.
    func trueHeads(_ scope: Scope) -> [StreamHead] {
        look { disk in disk.streams.keys.filter { covers(scope, $0, disk) }.compactMap { disk.head(of: $0) } }
    }

    func links(beside heads: [StreamHead]) throws -> [StreamHead] {
        state.withLock { state in
            heads.compactMap { state.disk.link($0.stream, $0.sequence)?.envelope.head ?? state.disk.head(of: $0.stream) }
        }
    }

    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]] {
        state.withLock { state in
            var places: [Int] = []
            for range in ranges where covers(scope, range.stream, state.disk) {
                let all = state.disk.streams[range.stream] ?? []
                places += all.enumerated().filter { range.sequences.contains(UInt64($0.offset) + 1) }.map(\.element)
            }
            var taken: [[UInt8]] = []
            var bytes = 0
            for place in places.sorted() {
                guard let next = state.disk.bytes(at: place) else { continue }
                guard taken.isEmpty || bytes + next.count <= limitBytes else { break }
                bytes += next.count
                taken.append(next)
            }
            return taken
        }
    }

    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch {
        state.withLock { state in
            let neighbour: Neighbour = if case .down(let child) = scope { .child(child) } else { .parent }
            var batch = Batch(envelopes: [], position: position, hasMore: false)
            var bytes = 0
            for (place, stored) in state.disk.journal.enumerated().dropFirst(Int(position)) {
                if let stored, stored.source != neighbour, covers(scope, stored.sealed.envelope.stream, state.disk),
                   let next = state.disk.bytes(at: place) {
                    guard batch.envelopes.isEmpty || bytes + next.count <= limitBytes else {
                        batch.hasMore = true
                        return batch
                    }
                    bytes += next.count
                    batch.envelopes.append(next)
                }
                batch.position += 1
            }
            return batch
        }
    }

    /// The copy of a stream that has forked, from where the parent's may differ.
    func fork(of stream: StreamID, after sequence: UInt64?, limitBytes: Int) throws -> [[UInt8]] {
        state.withLock { state in
            guard let own = state.disk.head(of: stream), mutant != .salvageDiscarded else { return [] }
            let told = state.disk.told(stream, state.disk.parent)
            let from = sequence ?? (told >= own.sequence ? 0 : told)
            guard from < own.sequence else { return [] }
            return (from + 1...own.sequence).compactMap { state.disk.link(stream, $0)?.envelope.bytes }
        }
    }

    /// What those above have written for this node or for many: its key is in it.
    func vouchers(beyond heads: [StreamHead]?, limitBytes: Int) throws -> [[UInt8]] {
        state.withLock { state in
            let above = Set(state.disk.register.tree.path(of: unit).dropFirst())
            let shown = Dictionary((heads ?? []).map { ($0.stream, $0.sequence) }, uniquingKeysWith: max)
            var places: [Int] = []
            for (stream, all) in state.disk.streams where above.contains(stream.unit) {
                switch stream.audience {
                case .everyone, .subtree: break
                case .up, .unit: continue
                }
                places += heads == nil ? Array(all.suffix(1)) : Array(all.dropFirst(Int(shown[stream] ?? 0)))
            }
            return places.sorted().compactMap { state.disk.bytes(at: $0) }
        }
    }

    func isRefilling() throws -> Bool { state.withLock { $0.disk.isRefilling && mutant != .refillingCounts } }

    func position() throws -> Int64 { state.withLock { Int64($0.disk.journal.count) } }

    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64) {
        state.withLock { state in
            let found = state.disk.reach.dropFirst(Int(change)).prefix(limit)
            return (found.filter { covers(scope, $0.stream, state.disk) }, change + Int64(found.count))
        }
    }

    func backlog(after position: Int64, _ scope: Scope) throws -> Backlog {
        let batch = try envelopes(after: position, scope, limitBytes: .max)
        return Backlog(envelopes: batch.envelopes.count, entries: batch.envelopes.count, bytes: batch.envelopes.reduce(0) { $0 + $1.count })
    }

    // MARK: Inbox

    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        try state.withLock { state in
            if mutant == .fullDiskSaysStored, state.fault == .full {
                return envelopes.map { (.stored, reader.read($0)?.envelope.head) }
            }
            if state.fault == .full { throw DiskFault.full }
            if let real, state.fault == nil {
                let results = try real.accept(envelopes, from: neighbour)
                follow(real, &state)
                return results
            }
            let (fault, before) = (state.fault, state.fault == nil && mutant != .acknowledgesBeforeCommit ? nil : state)
            let results = acceptAll(envelopes, from: neighbour, &state)
            if let fault, let before {
                // One transaction: what failed half-way has not been.
                let torn = state.disk
                state = before
                if mutant == .tearsTransactions { tear(torn, &state) }
                if fault == .failing { state.fault = nil }
                if fault == .crashed, let real {
                    try real.crash(in: { _ = try $0.accept(envelopes, from: neighbour) }, part: Double(envelopes.count % 7) / 7)
                }
                throw fault
            }
            if let before { state.durable = before.disk }
            return results
        }
    }

    /// The first stage's half of a transaction without the second's.
    private func tear(_ torn: ModelDisk, _ state: inout State) {
        let register = state.disk.register
        state.disk = torn
        state.disk.keep(register)
    }

    private func acceptAll(
        _ envelopes: [[UInt8]], from neighbour: Neighbour, _ state: inout State
    ) -> [(Acceptance, StreamHead?)] {
        var results = envelopes.map { accept($0, from: neighbour, &state) }
        var waiting = results.indices.filter { Self.mayPass(results[$0].0) }
        while !waiting.isEmpty {
            for index in waiting { results[index] = accept(envelopes[index], from: neighbour, &state) }
            let left = waiting.filter { Self.mayPass(results[$0].0) }
            guard left.count < waiting.count else { break }
            waiting = left
        }
        return results
    }

    static func mayPass(_ acceptance: Acceptance) -> Bool {
        switch acceptance {
        case .refused(.unknownKey), .refused(.gap), .refused(.notForUs), .refused(.notAllowed): true
        default: false
        }
    }

    private func accept(_ bytes: [UInt8], from neighbour: Neighbour, _ state: inout State) -> (Acceptance, StreamHead?) {
        guard let sealed = reader.read(bytes) else { return (.refused(.malformed), nil) }
        let envelope = sealed.envelope
        let head = state.disk.head(of: envelope.stream)
        if let head, envelope.sequence <= head.sequence {
            if state.disk.link(envelope.stream, envelope.sequence)?.envelope.hash == envelope.hash { return (.known, head) }
            return (salvage(sealed, from: neighbour, &state), head)
        }
        if mutant != .acceptsGaps {
            guard envelope.sequence == (head?.sequence ?? 0) + 1 else { return (.refused(.gap), head) }
            guard envelope.previous == head?.hash else { return (salvage(sealed, from: neighbour, &state), head) }
        }
        if neighbour != .parent, mutant != .acceptsGaps, state.disk.isApart(envelope.hash) { return (salvage(sealed, from: neighbour, &state), head) }
        if let refusal = mayBring(envelope.stream, neighbour, state.disk.register), mutant != .misaddressedAccepted {
            state.news.refused += 1
            return (.refused(refusal), head)
        }
        guard let key = state.disk.register.key(of: envelope.stream.unit, id: envelope.keyID) else {
            return (.refused(.unknownKey), head)
        }
        guard mutant == .signatureUnchecked || reader.verifies(sealed, key) else {
            state.news.refused += 1
            return (.refused(.badSignature), head)
        }
        if let last = state.disk.register.lastGood(of: envelope.stream, keyID: envelope.keyID), envelope.sequence > last {
            state.disk.condemn(sealed)
            state.news.refused += 1
            return (.refused(.sealedKey), head)
        }
        keep(sealed, from: neighbour, &state)
        return (.stored, envelope.head)
    }

    private func salvage(_ sealed: Sealed, from neighbour: Neighbour, _ state: inout State) -> Acceptance {
        guard let key = state.disk.register.key(of: sealed.envelope.stream.unit, id: sealed.envelope.keyID) else {
            return .refused(.unknownKey)
        }
        guard reader.verifies(sealed, key) else { return .refused(.badSignature) }
        if mutant == .forkOverwrites {
            state.disk.overwrite(sealed, from: neighbour)
            return .stored
        }
        if mutant != .salvageDiscarded { state.disk.keepApart(sealed) }
        state.news.salvaged.append(sealed)
        return .refused(.fork)
    }

    private func mayBring(_ stream: StreamID, _ neighbour: Neighbour, _ register: Register) -> Acceptance.Refusal? {
        let tree = register.tree
        let target: UnitCode = if case .child(let child) = neighbour { child } else { unit }
        let isFresh = neighbour == .parent && tree.unit(unit) == nil
        // What was written below a child, or above for it, for a unit that left it since has no other way up.
        let isFromBelow = neighbour != .parent && register.hasConcerned(target, stream)
        guard isOurs(stream, at: target, register) || isFresh || isFromBelow else { return .notForUs }
        // As in the product: not for ever where a record that decides is not here yet.
        let no: Acceptance.Refusal = [stream.unit, stream.audience.addressee].compactMap { $0 }.allSatisfy { tree.unit($0) != nil } ? .notAllowed : .unknownKey
        switch stream.audience {
        case .up: return nil
        case .unit(let code), .subtree(let code): return register.hasContained(stream.unit, code) ? nil : no
        case .everyone:
            guard let tier = tree.tier(of: stream.unit) else { return stream.unit == .centre ? nil : no }
            return TierRights.may(tier, .importUnits) ? nil : .notAllowed
        }
    }

    func note(_ reach: [Reach]) throws {
        try state.withLock { state in
            if let real { try real.note(reach) }
            if state.disk.note(reach) { state.rings += 1 }
            if mutant == .prunesAtParentsWord { for item in reach { state.disk.forget(item.stream, upTo: item.sequence) } }
        }
    }
}

extension ModelStore {
    /// Whether all that was committed is on durable storage.
    var isDurable: Bool { state.withLock { $0.durable == nil } }
}
