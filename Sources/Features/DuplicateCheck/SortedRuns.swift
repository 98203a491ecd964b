import FoundationEssentials
import GRDB
import Rules

/// Under which hashes which records stand, as sorted runs in 256 partitions by the highest byte of the hash, with a small live table
/// for what comes one by one. Nothing is taken out: whether a record still stands says the log. So runs may be merged in any order.
///
/// All of it lies in tables and nothing in memory: a transaction that is undone undoes it too. One step touches one partition, which
/// bounds what a transaction writes and a merge holds: a 256th of the index.
struct SortedRuns {
    let database: Database
    let limits: Limits

    struct Limits: Sendable {
        /// Entries of the live table, of all partitions together.
        var live = 65_536
        /// Entries in a chunk; entries of one hash are in one chunk, however many.
        var chunk = 4096
        /// Runs of like size are merged when there are so many.
        var width = 4
    }

    static let partitions = 256

    /// - `place` of a chunk: its run above, the 37 bits of its first hash after the partition's below. Keys and values are 64-bit numbers,
    ///   little end first.
    /// - `turn`: the partition that is taken out of the live table next.
    static let schema = """
        CREATE TABLE duplicate_live (key INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (key, value)) WITHOUT ROWID;
        CREATE TABLE duplicate_run (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, entries INTEGER NOT NULL);
        CREATE INDEX duplicate_run_partition ON duplicate_run (partition);
        CREATE TABLE duplicate_chunk (place INTEGER PRIMARY KEY, keys BLOB NOT NULL, "values" BLOB NOT NULL);
        CREATE TABLE duplicate_state (
          id INTEGER PRIMARY KEY CHECK (id = 0), secret BLOB NOT NULL, live INTEGER NOT NULL, turn INTEGER NOT NULL);
        """

    // MARK: One by one

    /// The values under a hash, in no particular order.
    func values(under key: UInt64) throws -> [UInt64] {
        var values = try Int64.fetchAll(
            database.cachedStatement(sql: "SELECT value FROM duplicate_live WHERE key = ?"), arguments: [Int64(bitPattern: key)])
            .map { UInt64(bitPattern: $0) }
        for run in try runs(of: Int(key >> 56)) {
            guard let chunk = try RunChunk(at: key, run: run.id, database) else { continue }
            let found = chunk.places(of: key, from: 0)
            if !found.isEmpty { values += try chunk.values(database)[found] }
        }
        return values
    }

    /// Puts entries into the live table; where it is full by that, a partition of it becomes a run.
    func add(_ entries: [RunEntry]) throws {
        let insertion = try database.cachedStatement(sql: "INSERT INTO duplicate_live (key, value) VALUES (?, ?)")
        for entry in entries {
            try insertion.execute(arguments: [Int64(bitPattern: entry.key), Int64(bitPattern: entry.value)])
        }
        let live = try Int.fetchOne(
            database.cachedStatement(sql: "UPDATE duplicate_state SET live = live + ? RETURNING live"), arguments: [entries.count]) ?? 0
        if live > limits.live { try flushNext() }
    }

    private func flushNext() throws {
        let turn = try Int.fetchOne(
            database.cachedStatement(sql: "UPDATE duplicate_state SET turn = (turn + 1) % ? RETURNING turn"), arguments: [Self.partitions]) ?? 0
        if try flush(turn) { try merge(turn) }
    }

    /// Empties the live table into runs.
    func flushAll() throws {
        for partition in 0..<Self.partitions { _ = try flush(partition) }
    }

    /// - Returns: whether there is a new run.
    private func flush(_ partition: Int) throws -> Bool {
        let low = UInt64(partition) << 56
        let range: StatementArguments = [Int64(bitPattern: low), Int64(bitPattern: low | (1 << 56 - 1))]
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT key, value FROM duplicate_live WHERE key BETWEEN ? AND ?"), arguments: range)
        var entries = ContiguousArray<RunEntry>()
        while let row = try rows.next() {
            entries.append(RunEntry(key: UInt64(bitPattern: row[0]), value: UInt64(bitPattern: row[1])))
        }
        guard !entries.isEmpty else { return false }
        try addRun(entries[...], partition)
        try database.cachedStatement(sql: "DELETE FROM duplicate_live WHERE key BETWEEN ? AND ?").execute(arguments: range)
        try database.cachedStatement(sql: "UPDATE duplicate_state SET live = live - ?").execute(arguments: [entries.count])
        return true
    }

    // MARK: Many at once

    /// Calls `body` for every entry in the runs that has the hash of one of these: with the place of the first of that hash here, and the
    /// value there. The live table is not looked at.
    /// - Parameter entries: sorted.
    func meet(_ entries: ContiguousArray<RunEntry>, _ body: (Int, UInt64) throws -> Void) throws {
        try forEachPartition(of: entries) { partition, range in
            for run in try runs(of: partition) { try meet(entries, range, run.id, body) }
        }
    }

    private func meet(
        _ entries: ContiguousArray<RunEntry>, _ range: Range<Int>, _ run: Int64, _ body: (Int, UInt64) throws -> Void
    ) throws {
        var chunk: RunChunk?, values: [UInt64]?, place = 0, index = range.lowerBound
        while index < range.upperBound {
            let key = entries[index].key
            if chunk.map({ $0.last < key }) ?? true {
                chunk = try RunChunk(at: key, run: run, database)
                values = nil
                place = 0
            }
            if let chunk {
                let found = chunk.places(of: key, from: place)
                place = found.upperBound
                if !found.isEmpty {
                    let all = try values ?? chunk.values(database)
                    values = all
                    for value in all[found] { try body(index, value) }
                }
            }
            repeat { index += 1 } while index < range.upperBound && entries[index].key == key
        }
    }

    /// Makes entries runs, one a partition, and merges where there are too many then.
    /// - Parameter entries: sorted.
    func addRuns(_ entries: ContiguousArray<RunEntry>) throws {
        try forEachPartition(of: entries) { partition, range in
            try addRun(entries[range], partition)
            try merge(partition)
        }
    }

    private func forEachPartition(of entries: ContiguousArray<RunEntry>, _ body: (Int, Range<Int>) throws -> Void) rethrows {
        var start = 0
        while start < entries.count {
            let partition = entries[start].partition
            var end = start + 1
            while end < entries.count, entries[end].partition == partition { end += 1 }
            try body(partition, start..<end)
            start = end
        }
    }

    // MARK: Runs

    private struct Run {
        var id: Int64
        var entries: Int
    }

    /// Small ones first.
    private func runs(of partition: Int) throws -> [Run] {
        try Row.fetchAll(
            database.cachedStatement(sql: "SELECT id, entries FROM duplicate_run WHERE partition = ?"), arguments: [partition])
            .map { Run(id: $0["id"], entries: $0["entries"]) }.sorted { ($0.entries, $0.id) < ($1.entries, $1.id) }
    }

    private func addRun(_ entries: ContiguousArray<RunEntry>.SubSequence, _ partition: Int) throws {
        try database.cachedStatement(sql: "INSERT INTO duplicate_run (partition, entries) VALUES (?, ?)")
            .execute(arguments: [partition, entries.count])
        let run = database.lastInsertedRowID
        var start = entries.startIndex
        while start < entries.endIndex {
            var end = min(start + limits.chunk, entries.endIndex)
            while end < entries.endIndex, RunChunk.place(entries[end].key, run) == RunChunk.place(entries[end - 1].key, run) { end += 1 }
            try RunChunk.write(entries[start..<end], run, database)
            start = end
        }
    }

    /// Merges the small runs of a partition where there are enough of them: each is at most half as large again as those before it together.
    private func merge(_ partition: Int) throws {
        let runs = try runs(of: partition)
        var sum = 0
        let chosen = runs.enumerated().prefix { index, run in
            defer { sum += run.entries }
            return index == 0 || run.entries <= sum * 3 / 2
        }.map(\.element)
        guard chosen.count >= limits.width else { return }
        var entries = ContiguousArray<RunEntry>()
        entries.reserveCapacity(sum)
        for run in chosen {
            let range: StatementArguments = [RunChunk.place(0, run.id), RunChunk.place(0, run.id + 1) - 1]
            let rows = try Row.fetchCursor(
                database.cachedStatement(sql: "SELECT keys, \"values\" FROM duplicate_chunk WHERE place BETWEEN ? AND ? ORDER BY place"), arguments: range)
            while let row = try rows.next() { try RunChunk.read(row, into: &entries) }
            try database.cachedStatement(sql: "DELETE FROM duplicate_chunk WHERE place BETWEEN ? AND ?").execute(arguments: range)
            try database.cachedStatement(sql: "DELETE FROM duplicate_run WHERE id = ?").execute(arguments: [run.id])
        }
        RunSort.sort(&entries)
        try dropDead(&entries)
        if !entries.isEmpty { try addRun(entries[...], partition) }
    }

    /// Of hashes that several have, entries whose record stands no longer go; of others a line is left over, which no one meets.
    private func dropDead(_ entries: inout ContiguousArray<RunEntry>) throws {
        let log = RecordLog(database: database)
        guard try log.hasDead() else { return }
        var kept = 0
        for index in entries.indices {
            let key = entries[index].key
            let isShared = index > 0 && entries[index - 1].key == key || index + 1 < entries.count && entries[index + 1].key == key
            if isShared, try log.isDead(entries[index].position) { continue }
            // Never ahead of the reading, so what was read stands; the one before may have moved, and has the same hash then.
            entries[kept] = entries[index]
            kept += 1
        }
        entries.removeSubrange(kept...)
    }
}
