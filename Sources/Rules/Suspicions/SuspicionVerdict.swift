import Foundation

/// The four explanations of a pair, weighed.
struct SuspicionVerdict: Sendable {
    /// log2 of the odds that the pair is one child.
    let score: Double
    /// The strongest of the other explanations; nil for strangers.
    let alternative: SuspicionWeights.Relation?

    init(_ comparison: SuspicionComparison, _ weights: SuspicionWeights, records: Int) {
        let pairs = { (relation: SuspicionWeights.Relation) in
            log2(2 * weights.pairsPerRecord[relation.rawValue] / Double(max(records, 100)))
        }
        var same = pairs(.same), siblings = pairs(.siblings), twins = pairs(.twins), strangers = 0.0
        for field in SuspicionField.allCases {
            let level = comparison.pattern[field]
            same += weights.log(.same, field, level)
            siblings += weights.log(.siblings, field, level)
            twins += weights.log(.twins, field, level)
            strangers += comparison.strangers[field.index]
        }
        let best = max(siblings, twins, strangers)
        score = same - (best + log2(exp2(siblings - best) + exp2(twins - best) + exp2(strangers - best)))
        alternative = best == strangers ? nil : best == twins ? .twins : .siblings
    }

    func reasons(_ comparison: SuspicionComparison, _ weights: SuspicionWeights) -> [SuspicionReason] {
        SuspicionField.allCases.compactMap { field in
            let level = comparison.pattern[field]
            guard level != 0 else { return nil }
            let other = alternative.map { weights.log($0, field, level) } ?? comparison.strangers[field.index]
            return SuspicionReason(field: field, level: field.levels[Int(level)], bits: weights.log(.same, field, level) - other)
        }.sorted { abs($0.bits) > abs($1.bits) }
    }
}
