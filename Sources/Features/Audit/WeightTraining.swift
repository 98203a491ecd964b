import Foundation
import Rules
import Sheets

/// `xueji weights`: makes the weights of the search for suspicions from files whose pairs are decided.
public enum WeightTraining {
    /// One file of pupils and what was decided about its pairs: CSV with `rec_no_a,rec_no_b,same`; 1 says one child.
    public struct Lesson: Sendable, Hashable {
        public var pupils: String, decided: String

        public init(pupils: String, decided: String) {
            self.pupils = pupils
            self.decided = decided
        }
    }

    public struct Report: Sendable, Hashable {
        public var rows: Int
        /// Pairs of one child that the exact check does not name, and how many of them the blocks bring together.
        public var decided: Int, compared: Int
        /// Pairs compared in all.
        public var candidates: Int
    }

    /// - Throws: `AuditError` for what is refused, `SheetError` for files that cannot be read or written.
    public static func run(_ lessons: [Lesson], output: String, threshold: Double) throws -> Report {
        var training = SuspicionTraining()
        for lesson in lessons {
            let records = try AuditRecords(readingFrom: lesson.pupils, forSuspicions: true)
            training.learn(from: records.subjects, decided: try decided(lesson.decided, records))
        }
        guard let weights = training.weights(threshold: threshold) else { throw AuditError.tooFewDecisions }
        do {
            try Data(("# xueji weights: one child, siblings, twins\n" + weights.text).utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw AuditError.unwritable(output, reason: error.localizedDescription)
        }
        return Report(rows: training.records, decided: training.decided, compared: training.compared, candidates: training.candidates)
    }

    private static func decided(_ path: String, _ records: AuditRecords) throws -> Set<SuspicionPair> {
        let reader = try CSVReader(path: path)
        let header = (try reader.next()?.fields ?? []).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        let names = ["rec_no_a", "rec_no_b", "same"]
        let places = names.map { header.firstIndex(of: $0) }
        guard let one = places[0], let other = places[1], let same = places[2] else {
            throw AuditError.missingColumnsOfDecisions(names.filter { !header.contains($0) })
        }
        let rows = records.rowsByNumber
        var pairs = Set<SuspicionPair>()
        while let line = try reader.next() {
            guard let first = rows[line[one]], let second = rows[line[other]], first != second else {
                throw AuditError.unknownRecordNumber(line: line.line)
            }
            if line[same] == "1" { pairs.insert(SuspicionPair(first, second)) }
        }
        return pairs
    }
}
