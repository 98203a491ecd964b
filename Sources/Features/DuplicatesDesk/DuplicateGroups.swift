import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The groups of doubles that an authority sees in its own subtree, from the index of its node: ranked, with what is still open.
struct DuplicateGroups {
    enum Status: String, Sendable, CaseIterable {
        case open, overdue, decided

        var label: String {
            switch self {
            case .open: "待处理"
            case .overdue: "已超期"
            case .decided: "已裁定"
            }
        }
    }

    struct Group: Sendable {
        /// Opaque, for addresses: half the hash of the key.
        let id: String
        let key: DuplicateKey
        let kind: DuplicateKind
        /// When the second of them had come, seconds since 1970.
        let since: Int64
        let days: Int
        let status: Status
        /// In order of dossier.
        let members: [Dossier]

        /// Doubles of a number weigh most, suspicions least; each further member adds a little.
        var score: Double {
            let base = switch kind {
            case .idDuplicate: 0.9
            case .nsdDuplicate: 0.7
            default: 0.4
            }
            return base + min(0.09, 0.03 * Double(members.count - 2))
        }
    }

    let unit: UnitCode
    private let reading: Reading
    private let now: Int64

    init(sight unit: UnitCode, now: Int64, _ reading: Reading) {
        self.unit = unit
        self.now = now
        self.reading = reading
    }

    /// All groups, the highest score first, then the oldest, then by their opaque names.
    func all() throws -> [Group] {
        try keyed().compactMap { try group($0, $1) }.sorted { (-$0.score, $0.since, $0.id) < (-$1.score, $1.since, $1.id) }
    }

    func group(_ id: String) throws -> Group {
        guard let (key, members) = try keyed().first(where: { Self.id(of: $0.key) == id }), let group = try group(key, members) else {
            throw Refusal("group.unknown", question: "Q61", "没有这一组重复学籍，或已经解除。", remedy: "请从重复学籍列表中选取。", kind: .missing)
        }
        return group
    }

    /// What stands under one key with others, as the index has it.
    private func keyed() throws -> [(key: DuplicateKey, members: [DuplicateMember<DossierID>])] {
        let rows = try Row.fetchAll(
            reading.database, sql: """
                SELECT k.key, k.dossier, k.has_id FROM duplicate_key k
                WHERE k.key IN (SELECT key FROM duplicate_key GROUP BY key HAVING count(*) > 1) ORDER BY k.key, k.dossier
                """)
        let keyed = rows.map { row -> (String, DuplicateMember<DossierID>?) in
            (row["key"], DossierID(row["dossier"] as Data).map { DuplicateMember($0, hasResidentID: row["has_id"]) })
        }
        return Dictionary(grouping: keyed, by: \.0).compactMap { text, rows in
            DuplicateKey(text: text).map { ($0, rows.compactMap(\.1)) }
        }
    }

    private static func id(of key: DuplicateKey) -> String { String(Hashing.sha256(Array(key.text.utf8)).description.prefix(32)) }

    private func group(_ key: DuplicateKey, _ members: [DuplicateMember<DossierID>]) throws -> Group? {
        let shelf = DossierShelf(reading)
        var dossiers: [DossierID: Dossier] = [:]
        for member in members {
            if let dossier = try shelf.dossier(member.subject), reading.directory.contains(unit, dossier.home) { dossiers[member.subject] = dossier }
        }
        let seen = DuplicateGroup(key: key, members: members.filter { dossiers[$0.subject] != nil })
        guard seen.isFinding else { return nil }
        let kinds = seen.members.flatMap { seen.problems(of: $0).map(\.kind) }
        guard let kind = kinds.min() else { return nil }
        let those = seen.members.compactMap { dossiers[$0.subject] }
        let arrivals = those.map { $0.chain.first?.at ?? now }.sorted()
        let since = arrivals.count > 1 ? arrivals[1] : now
        let days = max(0, Int((now - since) / 86_400))
        return Group(
            id: Self.id(of: key), key: key, kind: kind, since: since, days: days,
            status: try status(seen, dossiers, days), members: those)
    }

    /// Open while a pair of the group has not been ruled on; overdue when that lasts longer than policy allows.
    private func status(_ group: DuplicateGroup<DossierID>, _ dossiers: [DossierID: Dossier], _ days: Int) throws -> Status {
        let isDecided = group.members.allSatisfy { member in
            group.problems(of: member).flatMap(\.peers).allSatisfy { dossiers[member.subject]?.ruling(with: $0) != nil }
        }
        if isDecided { return .decided }
        let limit = Int(try PolicyShelf(reading).value("problems.days", for: unit)) ?? 0
        return limit > 0 && days > limit ? .overdue : .open
    }
}

/// Names and numbers as lists show them; whole ones are for who opens a group, and that is noted.
enum Masked {
    /// 张伟 → 张*, 欧阳娜娜 → 欧**娜.
    static func name(_ name: String) -> String {
        guard name.count > 1 else { return name.isEmpty ? "" : "*" }
        guard name.count > 2, let first = name.first, let last = name.last else { return String(name.prefix(1)) + "*" }
        return String(first) + String(repeating: "*", count: name.count - 2) + String(last)
    }

    /// All but the first six and the last two characters; short ones wholly.
    static func number(_ number: String) -> String {
        guard number.count > 10 else { return String(repeating: "*", count: number.count) }
        return number.prefix(6) + String(repeating: "*", count: number.count - 8) + number.suffix(2)
    }
}
