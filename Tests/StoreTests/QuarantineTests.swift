import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct QuarantineTests {
    struct Stumble: Error {}

    /// A handler that fails on classes as long as it is told to.
    struct Fragile: Projection {
        let kinds: Set<EntryKind> = [.schoolClass]
        let migrations: [(name: String, sql: String)] = [("fragile-1", "CREATE TABLE fragile (n INTEGER)")]

        func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
            if try transaction.reading.nodeText("fragile") != "mended" { throw Stumble() }
            try transaction.database.execute(sql: "INSERT INTO fragile VALUES (1)")
            return .applied
        }
    }

    /// A node that took in one class on which its handler failed.
    private func poisoned() throws -> Bench {
        let centre = try Bench(ProjectionBook([]))
        let school = try Bench(ProjectionBook([Fragile()]))
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let root = try centre.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try school.becomeNode(of: Bench.school, key: key, root: root)
        try school.take(try centre.envelopes(), from: .parent)
        let stream = StreamID(
            unit: Bench.school, incarnation: centre.archive.surroundings.incarnation(), audience: .up)
        let entry = Entry(act: centre.archive.surroundings.act(), kind: .schoolClass, payload: [1, 2, 3])
        let envelope = try Envelope.seal([entry], stream: stream, after: nil, key: key)
        try school.take([envelope.bytes], from: .parent)
        return school
    }

    private func found(_ bench: Bench) throws -> [QuarantinedEntry] { try bench.archive.read { try $0.quarantined() } }

    @Test func `a quarantined entry is listed with its place, stream and reason`() throws {
        let bench = try poisoned()
        let entry = try #require(try found(bench).first)
        #expect(entry.stream.unit == Bench.school && entry.sequence == 1 && entry.slot == 0)
        #expect(entry.error.contains("Stumble") && entry.entry?.payload == [1, 2, 3])
    }

    @Test func `a retry that fails leaves it in quarantine, one that succeeds applies it and ends the alarm`() throws {
        let bench = try poisoned()
        let entry = try #require(try found(bench).first)
        let again = try bench.archive.write { try $0.retryQuarantined(position: entry.position, slot: 0) }
        #expect(again?.quarantined == 1)
        #expect(try found(bench).count == 1)
        let report = try bench.archive.write { transaction in
            try transaction.setNodeText("fragile", "mended")
            return try transaction.retryQuarantined(position: entry.position, slot: 0)
        }
        #expect(report?.applied == 1)
        #expect(try found(bench).isEmpty)
        let counts = try bench.archive.read { reading in
            (try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM fragile"),
             try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM alarm WHERE code = 'quarantine'"))
        }
        #expect(counts.0 == 1 && counts.1 == 0)
    }

    @Test func `a dropped entry is never applied, also not when the tables are rebuilt`() throws {
        let bench = try poisoned()
        let entry = try #require(try found(bench).first)
        #expect(try bench.archive.write { try $0.dropQuarantined(position: entry.position, slot: 0, by: "admin", reason: "坏") })
        #expect(try !bench.archive.write { try $0.dropQuarantined(position: entry.position, slot: 0, by: "admin", reason: "坏") })
        try bench.archive.write { try $0.setNodeText("fragile", "mended") }
        try bench.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: bench.archive, in: bench.folder + "/rebuilt")
            defer { rebuild.remove() }
            #expect(try rebuild.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM fragile") } == 0)
        }
    }
}
