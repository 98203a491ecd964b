import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The contract's `why`: one record's path through all tiers, with times as far as this node knows them.
public struct PathReport: Encodable, Sendable {
    struct StepItem: Encodable, Sendable {
        let hash, act, kind, by, at: String
        @OrNull var previous: String?
        let void: Bool
        /// Whether it was taken in the holder's stead (强制干预).
        let inStead: Bool
        /// Chinese, given by who took it.
        var reason: String?
        /// Chinese: why a void step does not count.
        var whyVoid: String?
        /// Of a hand-over: the school that the dossier left, and where it went.
        var from: String?
        var to: String?
    }

    struct Seen: Encodable, Sendable {
        let unit, tier: String
        @OrNull var storedAt: String?
        @OrNull var appliedAt: String?
    }

    let dossier, state: String
    @OrNull var holder: String?
    @OrNull var number: String?
    let steps: [StepItem]
    let seen: [Seen]
    /// Entries about the dossier that nodes have given up.
    let dropped: [QuarantineOperations.GivenUp]

    static func report(_ id: DossierID, sight unit: UnitCode, _ reading: Reading) throws -> PathReport {
        let dossier = try DossierPage.dossier(id, sight: unit, reading)
        let facts = try DossierShelf(reading).facts(id)
        let inChain = Dictionary(uniqueKeysWithValues: dossier.chain.enumerated().map { ($1.hash, $0) })
        let ordered = facts.steps.sorted {
            (inChain[$0.hash] ?? .max, $0.at, $0.hash) < (inChain[$1.hash] ?? .max, $1.at, $1.hash)
        }
        return PathReport(
            dossier: id.description, state: dossier.state.rawValue, holder: dossier.holder?.text, number: dossier.number,
            steps: try ordered.map { try item($0, isVoid: inChain[$0.hash] == nil, dossier, reading) },
            seen: try seen(dossier, reading), dropped: try reading.givenUp(dossier: id).map(QuarantineOperations.GivenUp.init))
    }

    private static func item(_ step: Step, isVoid: Bool, _ dossier: Dossier, _ reading: Reading) throws -> StepItem {
        let act = try Data.fetchOne(
            reading.database, sql: "SELECT act FROM step WHERE hash = ?", arguments: [Data(step.hash.bytes)]) ?? Data()
        return StepItem(
            hash: step.hash.description, act: DossierID(act)?.description ?? "", kind: step.kind.rawValue, by: step.by.text,
            at: ChinaTime.text(step.at), previous: step.previous?.description, void: isVoid,
            inStead: dossier.overrides.contains(step.hash), reason: step.reason,
            whyVoid: dossier.voidReasons[step.hash].map { $0.text(reading.directory) }, from: step.archive?.from.text, to: step.archive.flatMap { _ in step.nextHolder?.text })
    }

    /// Where the newest step of the home school, or the hand-over that gave it the dossier, is stored and applied: here, at the units
    /// above as they have told, and at the school itself, which did both in writing it.
    private static func seen(_ dossier: Dossier, _ reading: Reading) throws -> [Seen] {
        guard let last = dossier.chain.last(where: { $0.by == dossier.home || $0.archive != nil }),
              let place = try StepPlace.of(last.hash, reading) else { return [] }
        let path = reading.directory.path(of: dossier.home)
        let here = Set(try reading.hostedUnits() + [reading.ownUnit()].compactMap { $0 })
        return try path.map { unit in
            let tier = (reading.directory.tier(of: unit) ?? .school).rawValue
            if here.contains(unit) {
                return Seen(unit: unit.text, tier: tier, storedAt: ChinaTime.text(place.storedAt), appliedAt: place.appliedAt.map { ChinaTime.text($0) })
            }
            if unit == dossier.home, last.by == dossier.home {
                return Seen(unit: unit.text, tier: tier, storedAt: ChinaTime.text(last.at), appliedAt: ChinaTime.text(last.at))
            }
            func told(_ table: String) throws -> String? {
                try Int64.fetchOne(
                    reading.database, sql: "SELECT at FROM \(table) WHERE stream = ? AND unit = ? AND sequence >= ? ORDER BY sequence LIMIT 1",
                    arguments: [place.stream, unit.text, place.sequence]).map { ChinaTime.text($0) }
            }
            return Seen(unit: unit.text, tier: tier, storedAt: try told("reach"), appliedAt: try told("reach_applied"))
        }
    }
}

/// Where in the journal a step stands. Looked up by reading envelopes: `why` is asked rarely. First those of the stream that
/// brought it, then, as it may have been written again, those of its writer's other streams.
struct StepPlace {
    let stream: Int64
    let sequence: Int64
    let storedAt: Int64
    let appliedAt: Int64?

    static func of(_ hash: Rules.Digest, _ reading: Reading) throws -> StepPlace? {
        let db = reading.database
        let streams = try Int64.fetchAll(db, sql: """
            SELECT o.id FROM step p JOIN stream s ON s.id = p.stream JOIN stream o ON o.unit = s.unit AND o.audience = s.audience
            WHERE p.hash = ? ORDER BY o.id <> s.id, o.id DESC
            """, arguments: [Data(hash.bytes)])
        for stream in streams {
            if let place = try find(hash, in: stream, db) { return place }
        }
        return nil
    }

    private static let steps = Set([EntryKind.step, .handOver, .caseStep].map(\.rawValue))

    private static func find(_ hash: Rules.Digest, in stream: Int64, _ db: Database) throws -> StepPlace? {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT sequence, stored_at, applied_at, bytes FROM envelope WHERE stream = ? ORDER BY sequence DESC",
            arguments: [stream])
        while let row = try rows.next() {
            let envelope = try Envelope(bytes: Array(row["bytes"] as Data))
            let holds = try envelope.entries().contains { entry in
                entry.map { steps.contains($0.kind) && Payload.stepHash($0.payload) == hash } ?? false
            }
            if holds {
                return StepPlace(
                    stream: stream, sequence: row["sequence"], storedAt: row["stored_at"], appliedAt: row["applied_at"])
            }
        }
        return nil
    }
}
