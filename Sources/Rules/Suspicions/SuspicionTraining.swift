/// Makes weights from decided pairs: counts of levels between records of one child, of siblings and of twins.
///
/// Who is not decided to be one child counts as two; among these, pairs that share a guardian's number, a telephone or an
/// address are twins when they are born on one day or the next, and siblings otherwise.
public struct SuspicionTraining: Sendable {
    private var counts: [[[Double]]] = SuspicionWeights.Relation.allCases.map { _ in
        SuspicionField.allCases.map { $0.levels.map { _ in 0 } }
    }
    private var pairs = [0.0, 0, 0]
    public private(set) var records = 0
    /// Decided pairs that share a block, of all that the exact check does not name.
    public private(set) var compared = 0, decided = 0
    /// Pairs that were compared at all.
    public private(set) var candidates = 0

    public init() {}

    /// Learns from one file. `isOne` says whether two rows were decided to be one child; `decidedPairs` are all such, the
    /// smaller row first.
    public mutating func learn(from subjects: some Sequence<SuspicionSubject>, decided pairsOfOne: Set<SuspicionPair>) {
        let search = SuspicionSearch(SuspicionRegister(subjects), weights: SuspicionWeights())
        records += search.count
        search.forEachCandidate { one, other, comparison in
            candidates += 1
            if pairsOfOne.contains(SuspicionPair(one, other)) {
                compared += 1
            } else if let relation = Self.household(comparison.pattern) {
                count(relation, comparison.pattern)
            }
        }
        for pair in pairsOfOne {
            guard let comparison = search.comparison(pair.one, pair.other) else { continue }
            decided += 1
            count(.same, comparison.pattern)
        }
    }

    private mutating func count(_ relation: SuspicionWeights.Relation, _ pattern: SuspicionPattern) {
        pairs[relation.rawValue] += 1
        for field in SuspicionField.allCases { counts[relation.rawValue][field.index][Int(pattern[field])] += 1 }
    }

    private static func household(_ pattern: SuspicionPattern) -> SuspicionWeights.Relation? {
        let isOne = pattern[.guardian] == GuardianLikeness.sameNumber.rawValue || pattern[.phone] == PhoneLikeness.equal.rawValue
            || pattern[.address] == AddressLikeness.equal.rawValue
        guard isOne, let birth = BirthLikeness(rawValue: pattern[.birthDate]) else { return nil }
        return birth == .equal || birth == .day ? .twins : .siblings
    }

    /// Weights for what was learnt; nil while one of the relations has not been seen.
    /// - Parameter doubt: the part of every probability that is spread evenly over the levels, so that what was never
    ///   seen is improbable, not impossible.
    public func weights(threshold: Double, doubt: Double = 0.05) -> SuspicionWeights? {
        guard records > 0, pairs.allSatisfy({ $0 > 0 }) else { return nil }
        var weights = SuspicionWeights()
        weights.threshold = threshold
        weights.pairsPerRecord = pairs.map { $0 / Double(records) }
        for relation in SuspicionWeights.Relation.allCases {
            for field in SuspicionField.allCases {
                let levels = counts[relation.rawValue][field.index].dropFirst(), known = levels.reduce(0, +)
                for (level, count) in zip(levels.indices, levels) {
                    let even = 1 / Double(levels.count)
                    weights.set(relation, field, level, known > 0 ? (1 - doubt) * count / known + doubt * even : even)
                }
            }
        }
        return weights
    }
}

/// Two rows, the smaller first.
public struct SuspicionPair: Sendable, Hashable {
    public let one: Int, other: Int

    public init(_ one: Int, _ other: Int) {
        self.one = min(one, other)
        self.other = max(one, other)
    }
}
