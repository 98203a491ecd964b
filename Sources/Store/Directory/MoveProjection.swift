import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Where nodes are reached, and where units were moved to: for the links alone, the tree is in the units' records.
struct MoveProjection: Projection {
    let kinds: Set<EntryKind> = [.address, .move]
    let migrations: [(name: String, sql: String)] = []
    /// Appended to the list of all migrations as they came.
    static let schema: [(name: String, sql: String)] = [("directory-2", """
        -- Every authority that a move has ever given a unit to, also by a move that counts no longer or never has. Not compared by
        -- verify: of what came before this table only the newest move of each unit is in it.
        CREATE TABLE unit_given (unit TEXT NOT NULL, authority TEXT NOT NULL, PRIMARY KEY (unit, authority)) WITHOUT ROWID;
        INSERT INTO unit_given SELECT unit, to_unit FROM unit_move;
        """)]
    let tables = [
        (table: "node_address", sql: "SELECT * FROM node_address ORDER BY unit"),
        (table: "unit_move", sql: "SELECT * FROM unit_move ORDER BY unit"),
    ]

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        if entry.kind == EntryKind.address.rawValue {
            guard let address = Payload.address(entry.payload) else { return .void("malformed address") }
            guard address.unit == writer.unit else { return .void("in another's name") }
            try transaction.database.execute(
                literal: """
                    INSERT INTO node_address (unit, address, at) VALUES (\(address.unit.text), \(address.address), \(address.at))
                    ON CONFLICT DO UPDATE SET address = excluded.address, at = excluded.at
                    WHERE (excluded.at, excluded.address) > (at, address)
                    """)
            return .applied
        }
        guard let move = Payload.move(entry.payload) else { return .void("malformed move") }
        let directory = transaction.directory
        guard let unit = directory.unit(move.unit), unit.version >= move.version else { return .parked(waitsFor: "unit:\(move.unit)") }
        guard directory.hasContained(writer.unit, move.unit), directory.contains(writer.unit, move.to),
              directory.tier(of: writer.unit).map({ TierRights.may($0, .moveUnits) }) ?? false else {
            return .void("move by an authority that is not above both")
        }
        // Who knows the losing move alone comes to whom it names, and is sent on from there.
        try transaction.database.execute(
            literal: "INSERT OR IGNORE INTO unit_given (unit, authority) VALUES (\(move.unit.text), \(move.to.text))")
        // Two authorities may have given one school away by records of one version; only that move counts whose record does.
        guard directory.unit(move.unit, version: move.version)?.competent == move.to else { return .applied }
        try transaction.database.execute(
            literal: """
                INSERT INTO unit_move (unit, from_unit, to_unit, version, address, at)
                VALUES (\(move.unit.text), \(move.from.text), \(move.to.text), \(move.version), \(move.address), \(move.at))
                ON CONFLICT DO UPDATE SET from_unit = excluded.from_unit, to_unit = excluded.to_unit, version = excluded.version,
                  address = excluded.address, at = excluded.at
                WHERE excluded.version > version
                  OR excluded.version = version AND (excluded.to_unit <> to_unit
                    OR (excluded.address, excluded.at, excluded.from_unit) > (address, at, from_unit))
                """)
        return .applied
    }

    func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        guard entry.kind == EntryKind.address.rawValue else { return false }
        try transaction.database.execute(literal: "DELETE FROM node_address WHERE unit = \(writer.unit.text)")
        return true
    }
}

extension Reading {
    /// The newest move of a unit.
    public func move(of unit: UnitCode) throws -> UnitMove? {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM unit_move WHERE unit = ?"), arguments: [unit.text]).map { row in
            UnitMove(
                unit: unit, from: UnitCode(row["from_unit"]), to: UnitCode(row["to_unit"]), version: row["version"], address: row["address"],
                at: row["at"])
        }
    }

    /// Whether a move has ever given a unit to an authority or to one below it, whichever record counts now.
    public func wasGiven(_ unit: UnitCode, to authority: UnitCode) throws -> Bool {
        try String.fetchAll(database.cachedStatement(sql: "SELECT authority FROM unit_given WHERE unit = ?"), arguments: [unit.text])
            .contains { directory.contains(authority, UnitCode($0)) }
    }

    /// Where a unit is to call now: as the move to its present authority says, or else as that authority's node has said itself.
    public func addressOfAuthority(over unit: UnitCode) throws -> String? {
        guard let competent = directory.unit(unit)?.competent else { return nil }
        if let move = try move(of: unit), move.to == competent, !move.address.isEmpty { return move.address }
        return try nodeAddress(of: competent)
    }

    /// Schools that stand below a unit since they were moved, with the versions of their records.
    public func moves(below unit: UnitCode) throws -> [UnitCode: Int] {
        let all = try Row.fetchAll(database.cachedStatement(sql: "SELECT unit, version FROM unit_move")).map { (UnitCode($0["unit"]), $0["version"] as Int) }
        return Dictionary(uniqueKeysWithValues: all.filter { $0.0 != unit && directory.contains(unit, $0.0) })
    }

    /// Where the node of a unit is reached by those below it, as it has said.
    public func nodeAddress(of unit: UnitCode) throws -> String? {
        let node = try directory.activeKey(of: unit)?.node ?? unit
        return try String.fetchOne(database.cachedStatement(sql: "SELECT address FROM node_address WHERE unit = ?"), arguments: [node.text])
    }

    /// What the unit's own node has said of its address, and when, seconds since 1970.
    public func saidAddress(of unit: UnitCode) throws -> (address: String, at: Int64)? {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT address, at FROM node_address WHERE unit = ?"), arguments: [unit.text])
            .map { ($0["address"], $0["at"]) }
    }

    /// Whether units were ever moved, as far as is known here.
    public func hasMoves() throws -> Bool {
        try Bool.fetchOne(database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM unit_move)")) ?? false
    }
}
