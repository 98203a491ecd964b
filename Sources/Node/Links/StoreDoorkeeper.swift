import Features
import GRDB
import Protocol
import Replication
import Rules
import Store

/// Who may link to this node, as its directory has it.
struct StoreDoorkeeper: Doorkeeper {
    let archive: Archive
    /// Links that an operator has stopped.
    var paused: (@Sendable () -> PausedLinks)?

    func standing(of unit: UnitCode, keyID: [UInt8]) throws -> CallerStanding {
        if paused?().isPaused(unit) == true { throw PeerRefusal.paused }
        return try archive.read { reading in
            guard let own = try reading.ownUnit(), let known = reading.directory.unit(unit),
                  let active = try reading.directory.activeKey(of: unit) else { return .unknown }
            guard reading.directory.contains(own, unit), unit != own else {
                let wasBelow = try reading.hostedUnits().contains { host in
                    try reading.directory.hasContained(host, unit) || Self.hasEnrolled(host, unit, reading) || reading.wasGiven(unit, to: host)
                }
                return wasBelow ? .moved(to: known.competent) : .notBelow
            }
            guard try Self.leadsHere(known, own, reading) else { return .moved(to: known.competent) }
            // Hosted by an authority: its former node hands over what it wrote before it learnt of that, also here where that authority is
            // another one, from before the unit was given to this one.
            if active.node != unit, case .good(let former) = try reading.directory.standing(of: unit, keyID: keyID, chain: []) {
                return .child(former)
            }
            return .child(active.key)
        }
    }

    func address(afterMoveOf unit: UnitCode) throws -> String? {
        try archive.read { try $0.addressOfAuthority(over: unit) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    func isOwn(_ unit: UnitCode) throws -> Bool {
        try archive.read { try $0.hostedUnits().contains(unit) }
    }

    /// Whether the unit's link comes here: its competent authority is this node's unit, or one that this node hosts.
    private static func leadsHere(_ unit: Unit, _ own: UnitCode, _ reading: Reading) throws -> Bool {
        guard let competent = unit.competent, competent != own else { return true }
        return try reading.directory.activeKey(of: competent)?.node == own
    }

    private static func hasEnrolled(_ issuer: UnitCode, _ unit: UnitCode, _ reading: Reading) throws -> Bool {
        try Bool.fetchOne(
            reading.database, sql: "SELECT EXISTS (SELECT 1 FROM unit_key WHERE unit = ? AND issuer = ?)",
            arguments: [unit.text, issuer.text]) ?? false
    }
}
