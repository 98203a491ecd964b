import FoundationEssentials
import GRDB

/// Some thousand entries of a run, as one row: the hashes, and apart from them the values, which are read for hits alone.
struct RunChunk {
    private let place: Int64
    private let keys: [UInt64]

    /// Where an entry's chunk begins at the latest: the run above, 37 bits of the hash below.
    static func place(_ key: UInt64, _ run: Int64) -> Int64 { run << 37 | Int64((key << 8) >> 27) }

    /// The one chunk of a run in which a hash may stand; nil where all begin behind it.
    init?(at key: UInt64, run: Int64, _ database: Database) throws {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT place, keys FROM duplicate_chunk WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1"),
            arguments: [Self.place(0, run), Self.place(key, run)])
        guard let row else { return nil }
        place = row[0]
        keys = try row.withUnsafeData(atIndex: 1) { Self.numbers($0) }
    }

    var last: UInt64 { keys.last ?? 0 }

    /// Places of a hash, at `start` or behind; where there are none, an empty range at where they would be.
    func places(of key: UInt64, from start: Int) -> Range<Int> {
        // Who asks for one after the other is close by: steps that double, then halves.
        var low = start, high = start, step = 1
        while high < keys.count, keys[high] < key {
            low = high + 1
            high += step
            step *= 2
        }
        high = min(high, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < keys.count, keys[end] == key { end += 1 }
        return low..<end
    }

    func values(_ database: Database) throws -> [UInt64] {
        let data = try Data.fetchOne(
            database.cachedStatement(sql: "SELECT \"values\" FROM duplicate_chunk WHERE place = ?"), arguments: [place])
        return Self.numbers(data)
    }

    static func write(_ entries: ContiguousArray<RunEntry>.SubSequence, _ run: Int64, _ database: Database) throws {
        guard let first = entries.first else { return }
        try database.cachedStatement(sql: "INSERT INTO duplicate_chunk (place, keys, \"values\") VALUES (?, ?, ?)").execute(arguments: [
            place(first.key, run), data(entries) { $0.key }, data(entries) { $0.value },
        ])
    }

    static func read(_ row: Row, into entries: inout ContiguousArray<RunEntry>) throws {
        let keys = try row.withUnsafeData(atIndex: 0) { numbers($0) }
        let values = try row.withUnsafeData(atIndex: 1) { numbers($0) }
        for (key, value) in zip(keys, values) { entries.append(RunEntry(key: key, value: value)) }
    }

    @inline(__always)
    private static func data(_ entries: ContiguousArray<RunEntry>.SubSequence, _ part: (RunEntry) -> UInt64) -> Data {
        entries.map { part($0).littleEndian }.withUnsafeBytes { Data($0) }
    }

    private static func numbers(_ data: Data?) -> [UInt64] {
        guard let data else { return [] }
        let count = data.count / 8
        return [UInt64](unsafeUninitializedCapacity: count) { numbers, filled in
            data.withUnsafeBytes { bytes in
                for place in 0..<count {
                    numbers.initializeElement(at: place, to: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self)))
                }
            }
            filled = count
        }
    }
}
