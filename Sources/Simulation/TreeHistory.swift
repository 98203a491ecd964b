import Rules

/// Every record that ever moved a school, as it was signed: the truth that checks judge by, whatever the nodes know.
struct TreeHistory {
    /// Two records of one version may have been signed: a mover that went back in time gave its number again.
    private var moves: [UnitCode: [Unit]] = [:]

    var movedSchools: [UnitCode] { moves.keys.sorted() }

    mutating func add(_ record: Unit) { moves[record.code, default: []].append(record) }

    /// The authorities that were competent for a unit by one of its records of those versions.
    func competent(_ code: UnitCode, versions: ClosedRange<Int>) -> Set<UnitCode> {
        guard let moved = moves[code] else { return first(of: code).map { [$0] } ?? [] }
        let within = moved.filter { versions.contains($0.version) }.compactMap(\.competent)
        let isFirstMeant = versions.lowerBound < moved.map(\.version).min() ?? 2
        return Set(within).union(isFirstMeant ? first(of: code).map { [$0] } ?? [] : [])
    }

    /// Whether an authority stood above a unit, or is it, by one of those records.
    func contains(_ ancestor: UnitCode, _ code: UnitCode, versions: ClosedRange<Int>) -> Bool {
        ancestor == code || competent(code, versions: versions).contains { WorldTree.tree.contains(ancestor, $0) }
    }

    /// The lowest authorities above two schools by records of those versions; several where a version was given to two records.
    func common(_ one: UnitCode, _ version: Int, _ other: UnitCode, _ otherVersion: Int) -> Set<UnitCode> {
        var found: Set<UnitCode> = []
        for first in competent(one, versions: version...version) {
            for second in competent(other, versions: otherVersion...otherVersion) {
                if let common = WorldTree.tree.lowestCommonAuthority(first, second) { found.insert(common) }
            }
        }
        return found
    }

    func hasEverContained(_ ancestor: UnitCode, _ code: UnitCode) -> Bool { contains(ancestor, code, versions: 1...Int.max) }

    private func first(of code: UnitCode) -> UnitCode? { WorldTree.tree.unit(code)?.competent }
}
