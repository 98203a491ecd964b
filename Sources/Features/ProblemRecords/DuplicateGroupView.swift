import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The other dossiers of a group as one authority's node has them, the deleted ones among them.
struct DuplicateGroupView {
    let dossier: Dossier
    /// In order of dossier, without the dossier itself.
    let others: [Dossier]

    /// - Parameter sight: whose subtree is looked at.
    init(of dossier: Dossier, sight unit: UnitCode, _ reading: Reading) throws {
        self.dossier = dossier
        let own = KeyFields(dossier.record)
        var candidates = try Data.fetchAll(
            reading.database.cachedStatement(sql: "SELECT id FROM dossier WHERE name_key = ? AND sex = ? AND birth = ?"),
            arguments: [own.name, own.sex, own.birthDate])
        if own.hasResidentID {
            candidates += try Data.fetchAll(
                reading.database.cachedStatement(sql: "SELECT id FROM dossier WHERE id_number = ? AND id_number <> ''"),
                arguments: [own.idNumber])
        }
        let named = dossier.openCase?.opening.parties.map(\.dossier) ?? []
        let shelf = DossierShelf(reading)
        let ids = Set(candidates.compactMap { DossierID($0) } + named).subtracting([dossier.id])
        others = try ids.sorted().compactMap { try shelf.dossier($0) }.filter { other in
            let kind = DuplicateOracle.comparison(of: own, with: KeyFields(other.record))
            return (kind?.isProblem ?? false || named.contains(other.id)) && reading.directory.contains(unit, other.home)
        }
    }

    /// Those still under one of the dossier's keys.
    var live: [Dossier] {
        others.filter { other in
            other.stand != .deleted
                && DuplicateOracle.comparison(of: KeyFields(dossier.record), with: KeyFields(other.record))?.isProblem ?? false
        }
    }

    /// Why a deletion would not be safe; nil when it is.
    enum Doubt: Sendable, Hashable {
        /// Nobody else is left.
        case last
        /// Those left stand below the same authority, which decides among them.
        case below(UnitCode)
        /// Those left may be on their way out by what was decided elsewhere.
        case uncertain
    }

    /// A deletion granted at an authority rests on others that stay. What an authority below decides among its own is not known here
    /// in time, but that it leaves one of them is: so its members count together, as long as nothing was deleted among them from here or
    /// above, and never for one of themselves. Each deletion rests on one that is decided here or higher up, so the last one stays.
    func doubt(at authority: UnitCode, _ directory: UnitDirectory, hosts: (UnitCode) throws -> Bool) rethrows -> Doubt? {
        guard !live.isEmpty else { return .last }
        let own = block(of: dossier, at: authority, directory)
        let blocks = Dictionary(grouping: others) { block(of: $0, at: authority, directory) }.filter { $0.key != own }
        guard live.contains(where: { block(of: $0, at: authority, directory) != own }) else {
            if case .authority(let below) = own { return .below(below) }
            return .last
        }
        let staying = Set(live.map(\.id))
        let isSafe = try blocks.contains { block, members in
            if case .authority(let below) = block {
                let deleted = members.filter { $0.stand == .deleted }.compactMap { $0.chain.last?.by }
                guard deleted.allSatisfy({ directory.contains(below, $0) }) else { return false }
            }
            return try members.contains { member in
                guard staying.contains(member.id) else { return false }
                guard member.stand == .problemDeletionRequested, let holder = member.holder else { return true }
                return try hosts(holder)
            }
        }
        return isSafe ? nil : .uncertain
    }

    private enum Block: Hashable {
        case one(DossierID)
        /// All below an authority directly below this one.
        case authority(UnitCode)
    }

    private func block(of dossier: Dossier, at authority: UnitCode, _ directory: UnitDirectory) -> Block {
        guard let below = directory.path(of: dossier.home).prefix(while: { $0 != authority }).last,
              directory.tier(of: below) != .school else { return .one(dossier.id) }
        return .authority(below)
    }
}
