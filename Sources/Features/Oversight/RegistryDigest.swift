import Crypto
import FoundationEssentials
import GRDB
import Rules
import Store

/// One value that two nodes with the same facts have in common: SHA-256 over the bytewise sorted lines
/// `dossier⇥canonicalHead⇥state⇥number⏎` of a subtree.
public enum RegistryDigest {
    /// - Parameter unit: the subtree; every node on the path computes the same for it.
    public static func digest(of unit: UnitCode, _ reading: Reading) throws -> String {
        var hash = SHA256()
        var isInside: [String: Bool] = [:]
        let rows = try Row.fetchCursor(
            reading.database, sql: "SELECT id, home, head, state, coalesce(formal, provisional, '') AS number FROM dossier ORDER BY id")
        while let row = try rows.next() {
            let home: String = row["home"]
            let inside = isInside[home] ?? reading.directory.contains(unit, UnitCode(home))
            isInside[home] = inside
            guard inside, let id = DossierID(row["id"] as Data) else { continue }
            let head = (row["head"] as Data?).flatMap { Digest($0) }?.description ?? ""
            hash.update(data: Array("\(id)\t\(head)\t\(row["state"] as String)\t\(row["number"] as String)\n".utf8))
        }
        return Rules.Digest(hash.finalize())?.description ?? ""
    }
}
