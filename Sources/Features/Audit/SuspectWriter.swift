import Foundation
import Rules
import Sheets

/// Writes what the search for suspicions finds in the rows of an audit: pairs with scores, and on request the reasons.
enum SuspectWriter {
    /// - Parameter reasons: where the reasons go, one line a pair and field: `rec_no_a,rec_no_b,field,level,bits`.
    static func write(_ records: AuditRecords, _ weights: SuspicionWeights, to writer: PairWriter, reasons: String?) throws {
        let search = SuspicionSearch(records.subjects, weights: weights)
        let found = search.suspicions().map { inOrder($0, records) }.sorted { precedes($0, $1, records) }
        for suspicion in found { try writer.write(suspicion.one, suspicion.other, suspectedWith: suspicion.score, of: records) }
        guard let reasons else { return }
        let lines = try CSVWriter(path: reasons)
        try lines.write(["rec_no_a", "rec_no_b", "field", "level", "bits"])
        for suspicion in found {
            let numbers = [records.number(of: suspicion.one), records.number(of: suspicion.other)]
            for reason in search.reasons(suspicion.one, suspicion.other) {
                try lines.write(numbers + [reason.field.rawValue, reason.level, String(format: "%.2f", reason.bits)])
            }
        }
        try lines.finish()
    }

    /// The smaller record number first.
    private static func inOrder(_ suspicion: Suspicion, _ records: AuditRecords) -> Suspicion {
        let isInOrder = records.withNumbers(of: suspicion.one, suspicion.other, RecordNumberOrder.isSmaller)
        return isInOrder ? suspicion : Suspicion(one: suspicion.other, other: suspicion.one, score: suspicion.score)
    }

    private static func precedes(_ one: Suspicion, _ other: Suspicion, _ records: AuditRecords) -> Bool {
        one.one == other.one ? records.precedes(one.other, other.other) : records.precedes(one.one, other.one)
    }
}
