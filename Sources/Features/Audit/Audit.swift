import Foundation
import Rules
import Sheets

/// `xueji audit`: the duplicate check over any file of pupils, without a registry.
///
/// Reads the file once, keeps per row only its number and its normalised keys, groups the rows by sorting 64-bit hashes
/// (every hit is confirmed against the full key) and streams the pairs. Five million rows need less than 1 GB; a group
/// of any size costs no more memory than its rows. The same rows in another order give the same pairs.
public enum Audit {
    /// - Parameters:
    ///   - input: CSV with the columns `rec_no,name,sex,birth,id_type,id_no` in any order, and any others.
    ///   - output: where the pairs go. Written beside it first and renamed at the end: it is there whole or not at all.
    ///   - suspect: whether approximate pairs are wanted too (Q55). They need about 1.5 KB a row.
    ///   - weights: a file with weights for these, in place of the shipped ones.
    ///   - reasons: where the reasons for these go, one line a pair and field.
    ///   - clock: seconds from any fixed point, for the report alone.
    /// - Throws: `AuditError` for what the audit refuses, `SheetError` for a file that cannot be read as CSV.
    public static func run(
        input: String, output: String, suspect: Bool = false, weights: String? = nil, reasons: String? = nil, clock: () -> Double
    ) throws -> AuditReport {
        let begin = clock()
        let chosen = try weights.map(read) ?? .shipped
        let records = try AuditRecords(readingFrom: input, forSuspicions: suspect)
        let writer = try PairWriter(path: output, input: input, kinds: suspect ? DuplicateKind.allCases : PairWriter.exactKinds)
        try write(records, to: writer)
        if suspect { try SuspectWriter.write(records, chosen, to: writer, reasons: reasons) }
        try writer.finish()
        return AuditReport(rows: records.count, pairs: writer.counts, seconds: clock() - begin)
    }

    private static func read(_ path: String) throws -> SuspicionWeights {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let weights = SuspicionWeights(text: text) else {
            throw AuditError.unusableWeights(path)
        }
        return weights
    }

    private static func write(_ records: AuditRecords, to writer: PairWriter) throws {
        try records.forEachGroup(.residentID) { group in
            try writer.write(.idDuplicate, pairsWithin: group, of: records)
        }
        try records.forEachGroup(.nameSexBirth) { group in
            let without = group.filter { !records.hasResidentID($0) }
            guard !without.isEmpty else { return }
            try writer.write(.nsdDuplicate, pairsWithin: without, of: records)
            let with = group.filter(records.hasResidentID)
            try writer.write(.nsdCross, pairsBetween: without, and: with, of: records)
        }
        for row in records.rowsWithInvalidID { try writer.write(.idInvalid, alone: row, of: records) }
    }
}

/// What an audit did.
public struct AuditReport: Sendable, Hashable {
    /// Rows of the file, without header and blank rows.
    public var rows: Int
    /// Lines written per kind; every kind that was looked for is there, with 0 if need be.
    public var pairs: [DuplicateKind: Int]
    public var seconds: Double

    public init(rows: Int, pairs: [DuplicateKind: Int], seconds: Double) {
        self.rows = rows
        self.pairs = pairs
        self.seconds = seconds
    }
}
