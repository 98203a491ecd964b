import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Streams and envelopes as stored. Statements only; what may be stored is decided by `Acceptance`.
public enum Journal {
    static func row(of stream: StreamID, in db: Database) throws -> Int64 {
        if let row = try find(stream, in: db) { return row }
        try db.cachedStatement(sql: "INSERT INTO stream (unit, incarnation, audience) VALUES (?, ?, ?)")
            .execute(arguments: [stream.unit.text, Data(stream.incarnation.bytes), stream.audience.text])
        return db.lastInsertedRowID
    }

    static func find(_ stream: StreamID, in db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM stream WHERE unit = ? AND incarnation = ? AND audience = ?"),
            arguments: [stream.unit.text, Data(stream.incarnation.bytes), stream.audience.text])
    }

    static func head(ofRow row: Int64, _ stream: StreamID, in db: Database) throws -> StreamHead? {
        let found = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT sequence, head FROM stream WHERE id = ?"), arguments: [row])
        guard let found, let hash = Digest((found["head"] as Data?) ?? Data()) else { return nil }
        return StreamHead(stream: stream, sequence: UInt64(found["sequence"] as Int64), hash: hash)
    }

    static func insert(
        _ envelope: Envelope, row: Int64, source: String, now: Int64, isApplied: Bool, in db: Database
    ) throws {
        try db.cachedStatement(sql: """
            INSERT INTO envelope (stream, sequence, hash, source, stored_at, applied_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
            """).execute(arguments: [
                row, Int64(envelope.sequence), Data(envelope.hash.bytes), source, now, isApplied ? now : nil,
                Data(envelope.bytes),
            ])
        let position = db.lastInsertedRowID
        try db.cachedStatement(sql: "INSERT INTO envelope_count (position, entries) VALUES (?, ?)")
            .execute(arguments: [position, envelope.count])
        try db.cachedStatement(sql: "UPDATE stream SET sequence = ?, head = ? WHERE id = ?")
            .execute(arguments: [Int64(envelope.sequence), Data(envelope.hash.bytes), row])
        if !isApplied {
            try db.cachedStatement(sql: "INSERT INTO unapplied (position) VALUES (?)").execute(arguments: [position])
        }
    }

    static func hash(ofRow row: Int64, at sequence: UInt64, in db: Database) throws -> Digest? {
        try Data.fetchOne(
            db.cachedStatement(sql: "SELECT hash FROM envelope WHERE stream = ? AND sequence = ?"),
            arguments: [row, Int64(sequence)]).flatMap { Digest($0) }
    }

    /// The newest position, 0 for an empty journal.
    public static func position(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT coalesce(max(position), 0) FROM envelope")) ?? 0
    }

    /// Heads of all streams, in a fixed order.
    public static func heads(in db: Database) throws -> [StreamHead] {
        try Row.fetchAll(db.cachedStatement(sql: """
            SELECT unit, incarnation, audience, sequence, head FROM stream WHERE sequence > 0
            ORDER BY unit, incarnation, audience
            """)).compactMap(streamHead)
    }

    /// How much of a stream the parent has told to have stored.
    static func toldByParent(_ row: Int64, in reading: Reading) throws -> UInt64 {
        let told = try Int64.fetchOne(
            reading.database.cachedStatement(sql: "SELECT max(sequence) FROM reach WHERE stream = ? AND unit = ?"),
            arguments: [row, try reading.nodeText("parentUnit") ?? ""])
        return UInt64(max(told ?? 0, 0))
    }

    /// The link of the same stream and sequence, or the last one where ours is shorter; nil where nothing of the stream is here.
    public static func link(beside other: StreamHead, in db: Database) throws -> StreamHead? {
        guard let row = try find(other.stream, in: db), let own = try head(ofRow: row, other.stream, in: db) else { return nil }
        guard own.sequence > other.sequence else { return own }
        return try hash(ofRow: row, at: other.sequence, in: db).map {
            StreamHead(stream: other.stream, sequence: other.sequence, hash: $0)
        }
    }

    /// Whether the parent is not known to hold all of a stream.
    public static func isUntold(_ stream: StreamID, in reading: Reading) throws -> Bool {
        guard let row = try find(stream, in: reading.database), let own = try head(ofRow: row, stream, in: reading.database) else {
            return false
        }
        return try toldByParent(row, in: reading) < own.sequence
    }

    /// The copy of a stream that has forked, from where the parent's may differ; in order.
    public static func fork(
        of stream: StreamID, after sequence: UInt64?, limitBytes: Int, in reading: Reading
    ) throws -> [Stored] {
        guard let row = try find(stream, in: reading.database), let own = try head(ofRow: row, stream, in: reading.database) else {
            return []
        }
        let told = try toldByParent(row, in: reading)
        // It once had all of it and holds something else now: it may differ anywhere.
        let from = sequence ?? (told >= own.sequence ? 0 : told)
        guard from < own.sequence else { return [] }
        return try envelopes(
            [StreamRange(stream: stream, sequences: from + 1...own.sequence)], limitBytes: limitBytes, in: reading.database
        ).sorted { $0.sequence < $1.sequence }
    }

    /// Heads of one unit's streams, in a fixed order.
    static func heads(in db: Database, of unit: UnitCode) throws -> [StreamHead] {
        try heads(in: db).filter { $0.stream.unit == unit }
    }

    /// An envelope with its place in the order of arrival.
    public struct Stored: Sendable {
        public let position: Int64
        public let stream: StreamID
        public let sequence: UInt64
        /// The neighbour it came from, empty for our own.
        public let source: String
        public let bytes: [UInt8]
    }

    /// Visits envelopes after a position in order of arrival, until `body` returns false.
    public static func forEach(
        after position: Int64, in db: Database, _ body: (Stored) throws -> Bool
    ) throws {
        let rows = try Row.fetchCursor(db, sql: """
            SELECT e.position, e.sequence, e.source, e.bytes, s.unit, s.incarnation, s.audience
            FROM envelope e JOIN stream s ON s.id = e.stream WHERE e.position > ? ORDER BY e.position
            """, arguments: [position])
        while let row = try rows.next() {
            guard let stored = stored(row) else { continue }
            if try !body(stored) { return }
        }
    }

    /// Where an envelope stands, without its bytes.
    public struct Place: Sendable {
        public let position: Int64
        /// Row of the stream.
        public let stream: Int64
        public let source: String
        public let size: Int
        /// Entries in it; 0 where they are not counted.
        public let entries: Int
        /// Seconds since 1970.
        public let storedAt: Int64
    }

    /// Visits the places of envelopes after a position in order of arrival, until `body` returns false.
    /// - Parameter isCounting: whether their entries are counted.
    public static func forEachPlace(
        after position: Int64, counting isCounting: Bool = false, in db: Database, _ body: (Place) throws -> Bool
    ) throws {
        let entries = isCounting ? "coalesce((SELECT entries FROM envelope_count c WHERE c.position = e.position), 1)" : "0"
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: """
                SELECT position, stream, source, length(bytes) AS size, \(entries) AS entries, stored_at
                FROM envelope e WHERE position > ? ORDER BY position
                """), arguments: [position])
        while let row = try rows.next() {
            let place = Place(
                position: row["position"], stream: row["stream"], source: row["source"], size: row["size"], entries: row["entries"],
                storedAt: row["stored_at"])
            if try !body(place) { return }
        }
    }

    /// The bytes of the envelope at a position.
    public static func bytes(at position: Int64, in db: Database) throws -> [UInt8]? {
        try Data.fetchOne(
            db.cachedStatement(sql: "SELECT bytes FROM envelope WHERE position = ?"), arguments: [position]).map { Array($0) }
    }

    /// The stream of a row.
    public static func stream(row: Int64, in db: Database) throws -> StreamID? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT unit, incarnation, audience FROM stream WHERE id = ?"), arguments: [row])
            .flatMap(streamID)
    }

    /// Reads the columns `unit`, `incarnation` and `audience`.
    public static func streamID(_ row: Row) -> StreamID? {
        guard let incarnation = Incarnation(row["incarnation"] as Data), let audience = Audience(row["audience"]) else { return nil }
        return StreamID(unit: UnitCode(row["unit"]), incarnation: incarnation, audience: audience)
    }

    /// Reads the columns of a stream with `sequence` and `head`.
    public static func streamHead(_ row: Row) -> StreamHead? {
        guard let stream = streamID(row), let hash = Digest(row["head"] as Data) else { return nil }
        return StreamHead(stream: stream, sequence: UInt64(row["sequence"] as Int64), hash: hash)
    }

    /// The envelopes of ranges, in order of arrival so that keys and units precede what needs them.
    public static func envelopes(
        _ ranges: [StreamRange], limitBytes: Int, in db: Database
    ) throws -> [Stored] {
        var positions: [(Int64, Int)] = []
        for range in ranges {
            let (stream, sequences) = (range.stream, range.sequences)
            guard let row = try find(stream, in: db) else { continue }
            let found = try Row.fetchAll(
                db.cachedStatement(sql: """
                    SELECT position, length(bytes) AS size FROM envelope WHERE stream = ? AND sequence BETWEEN ? AND ?
                    ORDER BY sequence LIMIT 4096
                    """), arguments: [row, Int64(sequences.lowerBound), Int64(clamping: sequences.upperBound)])
            positions += found.map { ($0["position"], $0["size"]) }
        }
        var taken: [Stored] = []
        var bytes = 0
        for (position, size) in positions.sorted(by: { $0.0 < $1.0 }) {
            guard taken.isEmpty || bytes + size <= limitBytes else { break }
            bytes += size
            let row = try Row.fetchOne(
                db.cachedStatement(sql: """
                    SELECT e.position, e.sequence, e.source, e.bytes, s.unit, s.incarnation, s.audience
                    FROM envelope e JOIN stream s ON s.id = e.stream WHERE e.position = ?
                    """), arguments: [position])
            if let stored = row.flatMap(stored) { taken.append(stored) }
        }
        return taken
    }

    private static func stored(_ row: Row) -> Stored? {
        guard let stream = streamID(row) else { return nil }
        return Stored(
            position: row["position"], stream: stream, sequence: UInt64(row["sequence"] as Int64), source: row["source"], bytes: Array(row["bytes"] as Data))
    }
}
