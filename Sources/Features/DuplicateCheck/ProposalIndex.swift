import FoundationEssentials
import GRDB
import Rules

/// Under which keys the proposals of open changes would stand: whoever comes to stand there meanwhile, as a record or by a proposal, has
/// them judged anew. No record is judged by them.
struct ProposalIndex {
    let database: Database

    /// - Parameter fields: the proposal's; nil when there is none any more.
    /// - Returns: other proposals under the keys that it came to or left.
    func put(_ dossier: DossierID, _ fields: KeyFields?) throws -> [DossierID] {
        let id = Data(dossier.bytes)
        let wanted = Set(fields?.keys.map(\.text) ?? [])
        let present = try keys(of: dossier)
        for key in present.subtracting(wanted) {
            try database.cachedStatement(sql: "DELETE FROM proposal_key WHERE key = ? AND dossier = ?").execute(arguments: [key, id])
        }
        for key in wanted.subtracting(present) {
            try database.cachedStatement(sql: "INSERT INTO proposal_key (key, dossier) VALUES (?, ?)").execute(arguments: [key, id])
        }
        return try wanted.symmetricDifference(present).flatMap { try dossiers(under: $0) }.filter { $0 != dossier }
    }

    /// The texts of the keys under which a dossier's proposal stands.
    func keys(of dossier: DossierID) throws -> Set<String> {
        try String.fetchSet(
            database.cachedStatement(sql: "SELECT key FROM proposal_key WHERE dossier = ?"), arguments: [Data(dossier.bytes)])
    }

    func dossiers(under key: DuplicateKey) throws -> [DossierID] { try dossiers(under: key.text) }

    private func dossiers(under key: String) throws -> [DossierID] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT dossier FROM proposal_key WHERE key = ?"), arguments: [key]).compactMap { DossierID($0) }
    }
}

/// What a proposal is judged by: the records, and the other proposals beside them.
struct RecordsAndProposals: DuplicateIndex {
    let records: StoredDuplicateIndex
    let proposals: ProposalIndex
    /// The fields of an open proposal of the subtree; nil where there is none any more.
    let proposed: (DossierID) throws -> KeyFields?

    func members(of key: DuplicateKey) throws -> DuplicateGroup<DossierID> {
        let group = try records.members(of: key)
        let known = Set(group.members.map(\.subject))
        let others = try proposals.dossiers(under: key).filter { !known.contains($0) }.compactMap { id in
            try proposed(id).map { DuplicateMember(id, hasResidentID: $0.hasResidentID) }
        }
        return DuplicateGroup(key: key, members: group.members + others)
    }

    /// It is only read: records and proposals are put where they belong.
    func insert(_ subject: DossierID, _ fields: KeyFields) throws -> [DuplicateGroup<DossierID>] { [] }
    func remove(_ subject: DossierID) throws -> [DuplicateGroup<DossierID>] { [] }
}
