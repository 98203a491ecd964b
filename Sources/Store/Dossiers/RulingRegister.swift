import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Rulings among the words: each stands with both dossiers of its pair, whichever of them this node has.
enum RulingRegister {
    /// Judged by the records of both homes that the ruling cites: its writer stands above both.
    static func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let ruling = Payload.ruling(entry.payload) else { return .void("malformed ruling") }
        let directory = transaction.directory
        guard ruling.by == writer.unit, directory.tier(of: writer.unit) == ruling.tier, TierRights.may(ruling.tier, .rulePairs) else {
            return .void("not this unit's to rule")
        }
        var records: [Unit] = []
        for party in [ruling.first, ruling.second] {
            guard let present = directory.unit(party.home), present.version >= party.topology,
                  let record = directory.unit(party.home, version: party.topology) else { return .parked(waitsFor: "unit:\(party.home)") }
            records.append(record)
        }
        let tree = TopologyOfRecords(directory, records)
        guard records.allSatisfy({ tree.contains(writer.unit, $0.code) }) else { return .void("a ruling by an authority that is not above both") }
        for party in Set([ruling.first, ruling.second]) { try keep(ruling, entry, of: writer, for: party, in: transaction) }
        return .applied
    }

    /// Two rulings at one position are a writer's that went back: which one counts follows from the two.
    private static func keep(
        _ ruling: Ruling, _ entry: Entry, of writer: StreamID, for party: CaseParty, in transaction: Transaction
    ) throws {
        try transaction.database.cachedStatement(sql: """
            INSERT INTO word (dossier, kind, writer, position, payload) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET payload = max(payload, excluded.payload)
            """).execute(arguments: [
                Data(party.dossier.bytes), Int64(entry.kind), writer.unit.text, ruling.position, Data(entry.payload),
            ])
        transaction.touch(party.dossier)
        // One of this node's own that was addressed to a former home has to follow the dossier.
        guard writer.audience == .unit(party.home), try transaction.hosts(writer.unit) else { return }
        let home = try String.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT home FROM dossier WHERE id = ?"), arguments: [Data(party.dossier.bytes)])
        if let home, home != party.home.text { try transaction.errand(DossierProjection.forwarding, party.dossier.bytes) }
    }

    static func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws {
        guard let ruling = Payload.ruling(entry.payload), ruling.by == writer.unit else { return }
        for party in Set([ruling.first.dossier, ruling.second.dossier]) {
            try transaction.database.execute(
                literal: """
                    DELETE FROM word WHERE dossier = \(Data(party.bytes)) AND kind = \(Int64(entry.kind))
                      AND writer = \(writer.unit.text) AND position = \(ruling.position)
                    """)
            transaction.touch(party)
        }
    }
}
