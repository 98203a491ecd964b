import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Authorities that a moved school stood under before. What they wrote to it goes down its new path, which has to verify it.
public enum FormerPaths {
    /// Name of the office whose errands are made here: subject is the code of a moved unit, or of an authority with another key.
    public static let office = "welcomes"

    static func noteMoved(_ unit: UnitCode, in transaction: Transaction) throws {
        try transaction.errand(office, Array(unit.text.utf8))
    }

    /// A school's own keys come with what its former authorities wrote to it.
    static func noteKey(of unit: UnitCode, in transaction: Transaction) throws {
        guard transaction.directory.tier(of: unit).map({ $0 != .school }) ?? false, try transaction.reading.hasMoves() else { return }
        try transaction.errand(office, Array(unit.text.utf8))
    }
}

extension Reading {
    /// Units that were ever moved, in order of code.
    public func movedUnits() throws -> [UnitCode] {
        try String.fetchAll(database.cachedStatement(sql: "SELECT unit FROM unit_move ORDER BY unit")).map { UnitCode($0) }
    }

    /// For each move of a unit that is known here: who moved it, and the authorities below the mover that the unit stood under before.
    public func formerPaths(of unit: UnitCode) throws -> [(mover: UnitCode, left: [UnitCode])] {
        let records = directory.records(of: unit)
        return zip(records, records.dropFirst()).compactMap { before, after in
            guard let old = before.competent, let new = after.competent, old != new,
                  let mover = directory.lowestCommonAuthority(old, new) else { return nil }
            return (mover, Array(directory.path(of: old).prefix { $0 != mover }))
        }
    }

    /// Keys that an authority has said to a unit's subtree, whosever they are.
    public func keysSaid(by issuer: UnitCode, to unit: UnitCode) throws -> Set<StatementPublicKey> {
        var said: Set<StatementPublicKey> = []
        let rows = try Row.fetchCursor(
            database, sql: "SELECT e.bytes FROM stream s JOIN envelope e ON e.stream = s.id WHERE s.unit = ? AND s.audience = ?",
            arguments: [issuer.text, Audience.subtree(unit).text])
        while let row = try rows.next() {
            for case let entry? in try Envelope(bytes: Array(row["bytes"] as Data)).entries() {
                if let enrolment = KeyEnrolment(entry: entry) { said.insert(enrolment.publicKey) }
            }
        }
        return said
    }
}
