/// Where all who stand or stood under one key have come to: open, or settled by whom and when. A function of the set of spells and
/// rulings; clocks say when, never what.
public struct GroupCourse: Sendable, Hashable {
    public struct Settlement: Sendable, Hashable {
        public var at: Int64
        public var how: KeySpell.End

        public init(at: Int64, how: KeySpell.End) {
            self.at = at
            self.how = how
        }
    }

    /// The gravest kind between any two members.
    public let kind: DuplicateKind
    /// Those who stand under the key now; of a group that has ended, the last who stood there together. In order of dossier.
    public let members: [KeySpell]
    /// Since when the oldest pair is open on which nobody has ruled; of a settled group, since when the oldest pair.
    public let since: Int64
    /// Nil while a pair is open.
    public let settled: Settlement?

    /// Nil where no two of them were ever each other's double.
    /// - Parameters:
    ///   - spells: as one authority sees them.
    ///   - rulings: of pairs, when the ruling that counts was made.
    public init?(_ comparison: DuplicateKey.Comparison, _ spells: some Sequence<KeySpell>, rulings: [DossierPair: Int64]) {
        let spells = Self.joined(spells).sorted { ($0.since, $0.dossier) < ($1.since, $1.dossier) }
        let group = Self.live(comparison, spells, rulings) ?? Self.ended(comparison, spells, rulings)
        guard let group else { return nil }
        self = group
    }

    private init(_ comparison: DuplicateKey.Comparison, _ members: [KeySpell], since: Int64, settled: Settlement?) {
        kind = switch comparison {
        case .residentID: .idDuplicate
        case .nameSexBirth: members.count { !$0.hasResidentID } > 1 ? .nsdDuplicate : .nsdCross
        }
        self.members = members.sorted { $0.dossier < $1.dossier }
        self.since = since
        self.settled = settled
    }

    /// Doubles of a number weigh most, suspicions least; each further member adds a little. Hundredths.
    public var weight: Int {
        let base = switch kind {
        case .idDuplicate: 90
        case .nsdDuplicate: 70
        default: 40
        }
        return base + min(9, 3 * max(0, members.count - 2))
    }

    /// Costs one pass over the members and one over the rulings, however large the group.
    private static func live(_ comparison: DuplicateKey.Comparison, _ spells: [KeySpell], _ rulings: [DossierPair: Int64]) -> Self? {
        let live = spells.filter { $0.until == nil }
        let places = Dictionary(live.enumerated().map { ($1.dossier, $0) }) { first, _ in first }
        var ruled: [Int: Int] = [:], newest: Int64?
        for (pair, at) in rulings {
            guard let one = places[pair.first], let other = places[pair.second], areDoubles(comparison, live[one], live[other]) else { continue }
            ruled[max(one, other), default: 0] += 1
            newest = max(newest ?? at, at)
        }
        var withoutID = 0, begun: Int64?, open: Int64?
        for (place, spell) in live.enumerated() {
            let earlier = comparison == .residentID || !spell.hasResidentID ? place : withoutID
            if earlier > 0, begun == nil { begun = spell.since }
            if earlier > ruled[place] ?? 0, open == nil { open = spell.since }
            if !spell.hasResidentID { withoutID += 1 }
        }
        guard let begun else { return nil }
        let settled = open == nil ? newest.map { Settlement(at: $0, how: .ruled) } : nil
        return Self(comparison, live, since: open ?? begun, settled: settled)
    }

    /// Of no two who stand there now: the last moment at which two did.
    private static func ended(_ comparison: DuplicateKey.Comparison, _ spells: [KeySpell], _ rulings: [DossierPair: Int64]) -> Self? {
        let gone = spells.filter { $0.until != nil }.sorted { ($1.until ?? 0, $0.dossier) < ($0.until ?? 0, $1.dossier) }
        for last in gone {
            guard let until = last.until, let end = last.end else { continue }
            let others = spells.filter { other in
                areDoubles(comparison, last, other) && other.since <= until && other.until.map { $0 >= until } ?? true
            }
            guard !others.isEmpty else { continue }
            let ruling = others.compactMap { rulings[DossierPair(last.dossier, $0.dossier)] }.max()
            return Self(
                comparison, [last] + others, since: max(last.since, others.map(\.since).min() ?? last.since),
                settled: Settlement(at: ruling ?? until, how: ruling == nil ? end : .ruled))
        }
        return nil
    }

    private static func areDoubles(_ comparison: DuplicateKey.Comparison, _ one: KeySpell, _ other: KeySpell) -> Bool {
        one.dossier != other.dossier && (comparison == .residentID || !one.hasResidentID || !other.hasResidentID)
    }

    /// A hand-over between two schools that are both seen ends nothing.
    private static func joined(_ spells: some Sequence<KeySpell>) -> [KeySpell] {
        var joined: [KeySpell] = []
        for spell in spells.sorted(by: { ($0.dossier, $0.since, $0.until ?? .max) < ($1.dossier, $1.since, $1.until ?? .max) }) {
            let before = joined.indices.reversed().prefix { joined[$0].dossier == spell.dossier }.first {
                joined[$0].hasResidentID == spell.hasResidentID && joined[$0].end == .dissolved && joined[$0].until == spell.since
            }
            guard let before else {
                joined.append(spell)
                continue
            }
            let since = joined[before].since
            joined[before] = spell
            joined[before].since = since
        }
        return joined
    }
}
