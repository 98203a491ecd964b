import FoundationEssentials
import GRDB
import Rules

/// Under which keys the proposals of open key-data changes would stand: whoever comes to stand there meanwhile has them judged anew.
struct ProposalIndex {
    let database: Database

    /// - Parameter fields: the proposal's; nil when there is none any more.
    func put(_ dossier: DossierID, _ fields: KeyFields?) throws {
        let id = Data(dossier.bytes)
        try database.cachedStatement(sql: "DELETE FROM proposal_key WHERE dossier = ?").execute(arguments: [id])
        for key in fields?.keys ?? [] {
            try database.cachedStatement(sql: "INSERT INTO proposal_key (key, dossier) VALUES (?, ?)").execute(arguments: [key.text, id])
        }
    }

    func dossiers(under key: DuplicateKey) throws -> [DossierID] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT dossier FROM proposal_key WHERE key = ?"), arguments: [key.text]).compactMap { DossierID($0) }
    }
}
