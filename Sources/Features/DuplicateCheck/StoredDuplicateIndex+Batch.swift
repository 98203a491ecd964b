import Rules

/// Many records at once: appended, sorted by hash, held against the runs in one pass, and written as runs of their own.
extension StoredDuplicateIndex {
    /// Puts records under their keys, each in place of what it stood under before; of a dossier that comes twice the last counts, and a
    /// record under no key is taken out. Memory: some 150 bytes a record.
    /// - Returns: the changed groups that say or may have said something: those of two and more that a record has come to, and those that
    ///   one has left, in the order of their keys.
    public mutating func insert(_ batch: DuplicateBatch) throws -> [DuplicateGroup<DossierID>] {
        guard batch.count > 0 else { return [] }
        try runs.flushAll()
        let base = try log.next()
        var landing = DuplicateLanding(batch, batch.entries(hash, from: base), from: base)
        try landing.meet(runs, log)
        landing.settleDossiers()
        for position in landing.superseded { try log.kill(position) }
        let arrived = landing.groups()
        let changed = Set(arrived.map(\.key))
        if landing.left.count < batch.count {
            try log.append(batch, without: landing.left)
            try runs.addRuns(landing.entries)
        }
        let others = try Set(landing.abandoned).subtracting(changed).map { try members(of: $0) }
        return (arrived + others).sorted { $0.key < $1.key }
    }
}

/// A batch on its way: which of its records count, which they replace, and who stands where then.
struct DuplicateLanding {
    private let batch: DuplicateBatch
    private let base: UInt64
    /// Of the records that count.
    private(set) var entries: ContiguousArray<RunEntry>
    private var shared: [Shared] = []
    /// Records of the batch that change nothing: repeated, replayed, or under no key.
    private(set) var left: Set<Int> = []
    /// Positions of records that others take the place of.
    private(set) var superseded: Set<UInt64> = []
    /// Keys under which a superseded record stood.
    private(set) var abandoned: [DuplicateKey] = []

    /// Those who share a hash, of the batch and of before.
    private struct Shared {
        var items: [(kind: UInt64, item: Int)] = []
        var known: [(kind: UInt64, position: UInt64, record: IndexedRecord)] = []
    }

    init(_ batch: DuplicateBatch, _ entries: ContiguousArray<RunEntry>, from base: UInt64) {
        self.batch = batch
        self.entries = entries
        self.base = base
    }

    /// Finds who shares a hash with whom.
    mutating func meet(_ runs: SortedRuns, _ log: RecordLog) throws {
        var met: [Int: [UInt64]] = [:]
        try runs.meet(entries) { index, value in met[index, default: []].append(value) }
        let haveEnded = try log.hasDead()
        var start = 0
        while start < entries.count {
            let key = entries[start].key
            var end = start + 1
            while end < entries.count, entries[end].key == key { end += 1 }
            let known = met[start] ?? []
            if end - start > 1 || !known.isEmpty {
                var one = Shared()
                one.items = entries[start..<end].map { ($0.value >> 62, Int($0.position - base)) }
                for value in known {
                    let entry = RunEntry(key: key, value: value)
                    if let record = try log.record(at: entry.position, mayBeDead: haveEnded) { one.known.append((value >> 62, entry.position, record)) }
                }
                shared.append(one)
            }
            start = end
        }
    }

    /// Decides of every dossier which record counts.
    mutating func settleDossiers() {
        for one in shared {
            let items = one.items.filter { $0.kind == RunEntry.Kind.dossier.rawValue }.map(\.item)
            for (dossier, items) in Dictionary(grouping: items, by: { batch.dossier($0) }) {
                let known = one.known.first { $0.kind == RunEntry.Kind.dossier.rawValue && $0.record.dossier == dossier }
                settle(items.sorted(), known.map { ($0.position, $0.record) })
            }
        }
        for item in 0..<batch.count where batch.isUnderNoKey(item) { left.insert(item) }
        let (left, base) = (left, base)
        if !left.isEmpty { entries.removeAll { left.contains(Int($0.position - base)) } }
    }

    private mutating func settle(_ items: [Int], _ known: (position: UInt64, record: IndexedRecord)?) {
        guard let last = items.last else { return }
        left.formUnion(items.dropLast())
        guard let known else { return }
        if batch.record(last) == known.record {
            left.insert(last)
        } else {
            superseded.insert(known.position)
            abandoned += known.record.keys
        }
    }

    /// The groups of two and more to which the records that count belong.
    func groups() -> [DuplicateGroup<DossierID>] {
        shared.flatMap { one in
            DuplicateKey.Comparison.allCases.flatMap { comparison -> [DuplicateGroup<DossierID>] in
                let kind = RunEntry.Kind(comparison).rawValue
                let news = one.items.filter { $0.kind == kind && !left.contains($0.item) }.compactMap { batch.record($0.item) }
                guard !news.isEmpty else { return [] }
                let olds = one.known.filter { $0.kind == kind && !superseded.contains($0.position) }.map(\.record)
                let arrivals = Set(news.map { $0.bytes(comparison) })
                return Dictionary(grouping: news + olds) { $0.bytes(comparison) }.compactMap { bytes, records in
                    guard records.count > 1, arrivals.contains(bytes), let key = records[0].key(comparison) else { return nil }
                    return DuplicateGroup(key: key, members: records.map(\.member))
                }
            }
        }
    }
}
