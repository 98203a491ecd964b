import Foundation

/// Finds records of one child that the exact check cannot see (Q55), among all records of a file or a registry.
///
/// Every pair that shares a block is held against four explanations: one child, siblings, twins, strangers. Twins and
/// siblings share guardian, telephone and address, so these fields speak against strangers only. The order of the records
/// plays no part.
public struct SuspicionSearch: Sendable {
    private let register: SuspicionRegister
    private let blocks: SuspicionBlocks
    public let weights: SuspicionWeights

    public init(_ subjects: some Sequence<SuspicionSubject>, weights: SuspicionWeights = .shipped) {
        self.init(SuspicionRegister(subjects), weights: weights)
    }

    init(_ register: SuspicionRegister, weights: SuspicionWeights) {
        self.register = register
        self.weights = weights
        blocks = SuspicionBlocks(register)
    }

    /// All suspicions, in no particular order. Pairs that the exact check names are not among them.
    public func suspicions() -> [Suspicion] {
        var scores: [SuspicionPair: Double] = [:], families: [Int: [Int]] = [:]
        forEachCandidate { one, other, comparison in
            let verdict = SuspicionVerdict(comparison, weights, records: register.records.count)
            if verdict.score >= weights.threshold {
                scores[SuspicionPair(one, other)] = verdict.score
            } else if verdict.score < 0, verdict.alternative != nil {
                families[one, default: []].append(other)
                families[other, default: []].append(one)
            }
        }
        return scores.filter { !hasLikelierSibling($0.key, $0.value, scores, families) }
            .map { Suspicion(one: $0.key.one, other: $0.key.other, score: $0.value) }
    }

    /// Whoever is entered again is alike to the brothers and sisters of the first entry too: of a family, the likeliest
    /// member is suspected alone.
    private func hasLikelierSibling(
        _ pair: SuspicionPair, _ score: Double, _ scores: [SuspicionPair: Double], _ families: [Int: [Int]]
    ) -> Bool {
        let isLikelier = { (sibling: Int, peer: Int) in (scores[SuspicionPair(sibling, peer)] ?? -.infinity) > score }
        return families[pair.one]?.contains { isLikelier($0, pair.other) } ?? false
            || families[pair.other]?.contains { isLikelier($0, pair.one) } ?? false
    }

    /// Why two records are suspected or not: one line a field that says something, the heaviest first.
    public func reasons(_ one: Int, _ other: Int) -> [SuspicionReason] {
        let comparison = SuspicionComparison(register.records[one], register.records[other], in: register)
        return SuspicionVerdict(comparison, weights, records: register.records.count).reasons(comparison, weights)
    }

    /// Records in the search.
    var count: Int { register.records.count }

    /// Two records held against each other; nil when the exact check names them.
    func comparison(_ one: Int, _ other: Int) -> SuspicionComparison? {
        guard !isNamedByExactCheck(register.records[one], register.records[other]) else { return nil }
        return SuspicionComparison(register.records[one], register.records[other], in: register)
    }

    /// Every pair that is compared, but those that the exact check names.
    func forEachCandidate(_ body: (Int, Int, SuspicionComparison) -> Void) {
        blocks.forEachPair { one, other in
            let records = (register.records[one], register.records[other])
            guard !isNamedByExactCheck(records.0, records.1), isWorthwhile(records.0, records.1) else { return }
            body(one, other, SuspicionComparison(records.0, records.1, in: register))
        }
    }

    /// Whoever shares neither guardian nor telephone nor address is compared only under a like name: nothing else could
    /// make up for it.
    private func isWorthwhile(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record) -> Bool {
        if SuspicionComparison.isShared(one.guardianNumbers, other.guardianNumbers)
            || SuspicionComparison.isShared(one.guardianNames, other.guardianNames)
            || SuspicionComparison.isShared(one.phones, other.phones) || one.address != 0 && one.address == other.address { return true }
        if one.name == other.name { return one.name != 0 }
        let likeness = NameLikeness(register.names[Int(one.name)], register.names[Int(other.name)], register.book)
        return likeness < .partly && likeness != .unknown
    }

    /// The same as `DuplicateOracle.comparison`, on numbers instead of texts.
    private func isNamedByExactCheck(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record) -> Bool {
        if one.hasResidentID && other.hasResidentID { return one.number == other.number }
        return one.nameSexBirth != 0 && one.nameSexBirth == other.nameSexBirth
    }
}

/// Two records that may be one child: rows of the search, from 0.
public struct Suspicion: Sendable, Hashable {
    public var one: Int, other: Int
    /// log2 of the odds that they are one child; higher is likelier.
    public var score: Double

    public init(one: Int, other: Int, score: Double) {
        self.one = one
        self.other = other
        self.score = score
    }
}

/// What one field says about a pair.
public struct SuspicionReason: Sendable, Hashable {
    public var field: SuspicionField
    /// A name in `SuspicionField.levels`.
    public var level: String
    /// log2 of how much likelier this level is for one child than for the strongest other explanation.
    public var bits: Double
}
