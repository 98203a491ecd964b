import FoundationEssentials
import GRDB
import Rules

/// What the index knows of one record: its keys in full, against which every hit of a hash is confirmed.
struct IndexedRecord: Sendable, Hashable {
    let dossier: DossierID
    /// Normalised, UTF-8; empty without a resident ID.
    let residentID: [UInt8]
    /// `name|sex|birth date`, normalised, UTF-8; empty while one of the three is missing.
    let nameSexBirth: [UInt8]

    init(_ dossier: DossierID, _ fields: KeyFields?) {
        self.dossier = dossier
        residentID = Self.bytes(fields?.idKey)
        nameSexBirth = Self.bytes(fields?.nameSexBirthKey)
    }

    /// What follows the comparison's name in the text of a key.
    static func bytes(_ key: DuplicateKey?) -> [UInt8] { Array(key?.text.utf8.dropFirst((key?.comparison.rawValue.utf8.count ?? 0) + 1) ?? "".utf8[...]) }

    var hasResidentID: Bool { !residentID.isEmpty }
    var isUnderNoKey: Bool { residentID.isEmpty && nameSexBirth.isEmpty }
    var member: DuplicateMember<DossierID> { DuplicateMember(dossier, hasResidentID: hasResidentID) }

    func bytes(_ comparison: DuplicateKey.Comparison) -> [UInt8] { comparison == .residentID ? residentID : nameSexBirth }

    func key(_ comparison: DuplicateKey.Comparison) -> DuplicateKey? {
        DuplicateKey(text: comparison.rawValue + ":" + String(decoding: bytes(comparison), as: UTF8.self))
    }

    var keys: [DuplicateKey] { DuplicateKey.Comparison.allCases.compactMap(key) }

    // MARK: Bytes

    /// Dossier, length of the number (32 bits, little end first), number, the rest.
    static let headBytes = 20

    init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count > Self.headBytes, let dossier = DossierID(bytes[..<16]) else { return nil }
        let end = Self.headBytes + bytes[16..<Self.headBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard end <= bytes.count else { return nil }
        self.dossier = dossier
        residentID = Array(bytes[Self.headBytes..<end])
        nameSexBirth = Array(bytes[end...])
    }

    var encoded: [UInt8] {
        let length = UInt32(residentID.count)
        return dossier.bytes + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + residentID + nameSexBirth
    }
}

/// The records in the order in which they came, many to a row where many came at once. Nothing in it is changed; a record that
/// stands no longer is named in a table of its own.
struct RecordLog {
    let database: Database

    static let schema = """
        CREATE TABLE duplicate_record (first INTEGER PRIMARY KEY, starts BLOB NOT NULL, text BLOB NOT NULL);
        CREATE TABLE duplicate_dead (position INTEGER PRIMARY KEY);
        """

    /// Records to a row of a batch, about 2 KB: a hit reads one.
    private static let rowRecords = 32

    /// The position that the next record will have, from 1.
    func next() throws -> UInt64 {
        let last = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT first, length(starts) / 4 AS n FROM duplicate_record ORDER BY first DESC LIMIT 1"))
        return last.map { UInt64(($0["first"] as Int64) + ($0["n"] as Int64)) } ?? 1
    }

    func append(_ record: IndexedRecord) throws -> UInt64 {
        let position = try next()
        try insert(first: position, starts: [0], text: Data(record.encoded))
        return position
    }

    /// A batch as it is, at the next positions; of those left out nothing but the place stays.
    func append(_ batch: DuplicateBatch, without left: Set<Int>) throws {
        let base = try next()
        try batch.text.withUnsafeBytes { text in
            for begin in stride(from: 0, to: batch.count, by: Self.rowRecords) {
                let end = min(begin + Self.rowRecords, batch.count)
                let offset = batch.range(of: begin).lowerBound
                if left.isEmpty || !(begin..<end).contains(where: left.contains) {
                    let starts = (begin..<end).map { UInt32(batch.range(of: $0).lowerBound - offset) }
                    try insert(first: base + UInt64(begin), starts: starts, text: Data(text[offset..<batch.range(of: end - 1).upperBound]))
                } else {
                    var starts: [UInt32] = [], kept = Data()
                    for item in begin..<end {
                        starts.append(UInt32(kept.count))
                        if !left.contains(item) { kept.append(contentsOf: text[batch.range(of: item)]) }
                    }
                    try insert(first: base + UInt64(begin), starts: starts, text: kept)
                }
            }
        }
    }

    private func insert(first: UInt64, starts: [UInt32], text: Data) throws {
        try database.cachedStatement(sql: "INSERT INTO duplicate_record (first, starts, text) VALUES (?, ?, ?)")
            .execute(arguments: [Int64(first), starts.withUnsafeBytes { Data($0) }, text])
    }

    /// The record at a position; nil where it stands no longer.
    /// - Parameter mayBeDead: false where it is known that none has ended.
    func record(at position: UInt64, mayBeDead: Bool = true) throws -> IndexedRecord? {
        if mayBeDead, try isDead(position) { return nil }
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT first, starts, text FROM duplicate_record WHERE first <= ? ORDER BY first DESC LIMIT 1"),
            arguments: [Int64(position)])
        guard let row else { return nil }
        let place = Int(position) - Int(row["first"] as Int64)
        let (starts, text): (Data, Data) = (row["starts"], row["text"])
        guard place * 4 < starts.count else { return nil }
        let start = Self.number(starts, place)
        let end = (place + 1) * 4 < starts.count ? Self.number(starts, place + 1) : text.count
        return IndexedRecord(text.dropFirst(start).prefix(end - start))
    }

    private static func number(_ starts: Data, _ place: Int) -> Int {
        starts.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: place * 4, as: UInt32.self)) }
    }

    func isDead(_ position: UInt64) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM duplicate_dead WHERE position = ?)"),
            arguments: [Int64(position)]) ?? false
    }

    func hasDead() throws -> Bool {
        try Bool.fetchOne(database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM duplicate_dead)")) ?? false
    }

    func kill(_ position: UInt64) throws {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO duplicate_dead (position) VALUES (?)").execute(arguments: [Int64(position)])
    }
}
