import Rules
import Sheets

/// The rows of one file, reduced to what the check compares. Rows are numbered from 0 in the file's order.
///
/// All text lies in one run of bytes, about 50 to a row: record number, resident ID number (none without one), and name,
/// sex and birth date. Normal forms hold no white space, so a line feed between these three makes them unambiguous.
struct AuditRecords {
    private struct Record {
        var start: Int
        var numberLength: UInt32
        /// 0 without a resident ID.
        var idLength: UInt32
        /// 0 while name, sex or birth date is missing: what is unknown is not equal.
        var nameSexBirthLength: UInt32
        var line: UInt32

        var numberRange: Range<Int> { start..<(start + Int(numberLength)) }
        var idRange: Range<Int> { numberRange.upperBound..<(numberRange.upperBound + Int(idLength)) }
        var nameSexBirthRange: Range<Int> { idRange.upperBound..<(idRange.upperBound + Int(nameSexBirthLength)) }
    }

    /// Over the bytes of one key. Only equal keys must have equal hashes: every hit is confirmed.
    typealias Hash = (UnsafeBufferPointer<UInt8>) -> UInt64

    private let hash: Hash
    private var text = ContiguousArray<UInt8>()
    private var records = ContiguousArray<Record>()
    /// Rows with a resident ID that is not well formed, by record number.
    private(set) var rowsWithInvalidID: [Int] = []
    /// What the search for suspicions looks at, row by row; empty unless it was asked for.
    private(set) var subjects: [SuspicionSubject] = []

    var count: Int { records.count }

    /// - Throws: `AuditError`, `SheetError`.
    init(readingFrom path: String, forSuspicions: Bool = false, hash: @escaping Hash = AuditRecords.standardHash) throws {
        self.hash = hash
        let reader = try CSVReader(path: path)
        let header = try reader.next()
        let columns = try AuditColumns(header: header), suspectColumns = SuspectColumns(header: header)
        while let row = try reader.next() {
            if columns.isBlank(row) { continue }
            try columns.check(row)
            try append(row, columns)
            if forSuspicions { subjects.append(suspectColumns.subject(of: row, columns)) }
        }
        try refuseRepeatedNumbers()
        rowsWithInvalidID.sort(by: precedes)
    }

    func hasResidentID(_ row: Int) -> Bool { records[row].idLength > 0 }

    /// The record numbers as the file wrote them, for the time of the call.
    func withNumbers<Result>(
        of one: Int, _ other: Int,
        _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try text.withUnsafeBufferPointer { bytes in
            try body(
                UnsafeBufferPointer(rebasing: bytes[records[one].numberRange]),
                UnsafeBufferPointer(rebasing: bytes[records[other].numberRange]))
        }
    }

    func number(of row: Int) -> String { String(decoding: text[records[row].numberRange], as: UTF8.self) }

    /// Rows by their record numbers.
    var rowsByNumber: [String: Int] { Dictionary(uniqueKeysWithValues: (0..<count).map { (number(of: $0), $0) }) }

    func precedes(_ one: Int, _ other: Int) -> Bool {
        withNumbers(of: one, other, RecordNumberOrder.precedes)
    }

    /// Calls `body` with the rows of each key that two or more rows share, in the order of their record numbers.
    /// The groups come in an order that depends on the keys alone.
    func forEachGroup(_ comparison: DuplicateKey.Comparison, _ body: ([Int]) throws -> Void) rethrows {
        switch comparison {
        case .residentID: try forEachGroup(of: \.idRange) { try body($0.sorted(by: precedes)) }
        case .nameSexBirth: try forEachGroup(of: \.nameSexBirthRange) { try body($0.sorted(by: precedes)) }
        }
    }
}

// MARK: Reading

extension AuditRecords {
    private mutating func append(_ row: CSVRow, _ columns: AuditColumns) throws {
        let start = text.count
        row.withBytes(at: columns.number) { text.append(contentsOf: $0) }
        guard text[start...].contains(where: { $0 != 0x20 && $0 != 0x09 }) else {
            throw AuditError.missingRecordNumber(line: row.line)
        }
        let idStart = text.count
        if row.equals("1", at: columns.idType) || KeyText.code(row[columns.idType]) == "1" {
            append(row, columns.idNumber, isPlain: KeyText.isPlainNumber, normalise: KeyText.number)
            if text.count > idStart, !ResidentIDNumber.isWellFormed(String(decoding: text[idStart...], as: UTF8.self)) {
                rowsWithInvalidID.append(records.count)
            }
        }
        let nameStart = text.count
        appendNameSexBirth(row, columns)
        records.append(Record(
            start: start, numberLength: UInt32(idStart - start), idLength: UInt32(nameStart - idStart),
            nameSexBirthLength: UInt32(text.count - nameStart), line: UInt32(clamping: row.line)))
    }

    private mutating func appendNameSexBirth(_ row: CSVRow, _ columns: AuditColumns) {
        let start = text.count
        append(row, columns.name, isPlain: KeyText.isPlainName, normalise: KeyText.name)
        let nameEnd = text.count
        text.append(Self.lineFeed)
        append(row, columns.sex, isPlain: KeyText.isPlainNumber, normalise: KeyText.code)
        let sexEnd = text.count
        text.append(Self.lineFeed)
        append(row, columns.birthDate, isPlain: KeyText.isPlainNumber, normalise: KeyText.code)
        let isComplete = nameEnd > start && sexEnd > nameEnd + 1 && text.count > sexEnd + 1
        if !isComplete { text.removeSubrange(start...) }
    }

    /// Appends a field in its normal form; makes a string only when the plain bytes will not do.
    private mutating func append(
        _ row: CSVRow, _ column: Int, isPlain: (UnsafeBufferPointer<UInt8>) -> Bool, normalise: (String) -> String
    ) {
        let done = row.withBytes(at: column) { bytes in
            guard isPlain(bytes) else { return false }
            text.append(contentsOf: bytes)
            return true
        }
        if !done { text.append(contentsOf: normalise(row[column]).utf8) }
    }

    private static let lineFeed: UInt8 = 0x0A

    /// A file whose numbers rise from row to row needs no sorting to be sure of it.
    private func refuseRepeatedNumbers() throws {
        guard count > 1, !(1..<count).allSatisfy({ precedes($0 - 1, $0) }) else { return }
        try forEachGroup(of: \.numberRange) { rows in
            let second = rows.sorted()[1]
            let number = String(decoding: text[records[second].numberRange], as: UTF8.self)
            throw AuditError.repeatedRecordNumber(number, line: Int(records[second].line))
        }
    }
}

// MARK: Grouping

extension AuditRecords {
    private struct Entry {
        var hash: UInt64
        var row: UInt32
    }

    /// Calls `body` with the rows, in no particular order, of every text that two or more rows share. Rows without the
    /// text take no part.
    private func forEachGroup(of range: (Record) -> Range<Int>, _ body: ([Int]) throws -> Void) rethrows {
        var entries = ContiguousArray<Entry>()
        entries.reserveCapacity(count)
        text.withUnsafeBufferPointer { bytes in
            for (row, record) in records.enumerated() where !range(record).isEmpty {
                let key = UnsafeBufferPointer(rebasing: bytes[range(record)])
                entries.append(Entry(hash: hash(key), row: UInt32(row)))
            }
        }
        entries.sort { $0.hash < $1.hash }
        var start = 0
        while start < entries.count {
            var end = start + 1
            while end < entries.count, entries[end].hash == entries[start].hash { end += 1 }
            if end - start > 1 {
                let rows = entries[start..<end].map { Int($0.row) }
                for group in confirmed(rows, range) where group.count > 1 { try body(group) }
            }
            start = end
        }
    }

    /// Splits rows of equal hash by their texts: almost always one group.
    private func confirmed(_ rows: [Int], _ range: (Record) -> Range<Int>) -> [[Int]] {
        let first = text[range(records[rows[0]])]
        if rows.dropFirst().allSatisfy({ text[range(records[$0])].elementsEqual(first) }) { return [rows] }
        let groups = Dictionary(grouping: rows) { Array(text[range(records[$0])]) }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// FNV-1a with a last mixing; the same on every run, so that the output is too.
    static func standardHash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ (hash >> 33)
    }
}
