import GRDB
import Protocol
import Replication
import Rules
import Store

/// Who may link to this node, as its directory has it.
struct StoreDoorkeeper: Doorkeeper {
    let archive: Archive

    func standing(of unit: UnitCode) throws -> CallerStanding {
        try archive.read { reading in
            guard let own = try reading.ownUnit(), let known = reading.directory.unit(unit),
                  let active = try reading.directory.activeKey(of: unit) else { return .unknown }
            guard reading.directory.contains(own, unit), unit != own else {
                let wasBelow = try reading.hostedUnits().contains { host in
                    try Self.hasEnrolled(host, unit, reading)
                }
                return wasBelow ? .moved(to: known.competent) : .notBelow
            }
            return .child(active.key)
        }
    }

    func isOwn(_ unit: UnitCode) throws -> Bool {
        try archive.read { try $0.hostedUnits().contains(unit) }
    }

    private static func hasEnrolled(_ issuer: UnitCode, _ unit: UnitCode, _ reading: Reading) throws -> Bool {
        try Bool.fetchOne(
            reading.database, sql: "SELECT EXISTS (SELECT 1 FROM unit_key WHERE unit = ? AND issuer = ?)",
            arguments: [unit.text, issuer.text]) ?? false
    }
}
