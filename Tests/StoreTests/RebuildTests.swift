import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct RebuildTests {
    private func centre() throws -> Bench {
        let bench = try Bench()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        _ = try bench.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try bench.archive.write { transaction in
            try transaction.keepSecret(key, of: Bench.school, incarnation: transaction.surroundings.incarnation())
        }
        for name in ["张伟", "李娜"] {
            try bench.archive.write { transaction in
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter,
                    by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: name]))
                try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
            }
        }
        return bench
    }

    private func tables(_ bench: Bench) throws -> (present: [String: Digest], rebuilt: [String: Digest]) {
        try bench.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: bench.archive, in: bench.folder + "/rebuilt")
            defer { rebuild.remove() }
            return (
                try TableDigest.all(reading, of: bench.archive),
                try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) })
        }
    }

    @Test func `tables rebuilt from the journal are those that stand, and the folder is gone afterwards`() throws {
        let bench = try centre()
        let (present, rebuilt) = try tables(bench)
        #expect(present == rebuilt && present.count == 16)
        #expect(!FileManager.default.fileExists(atPath: bench.folder + "/rebuilt"))
    }

    @Test func `what a busy node has stored and not yet applied is no difference`() throws {
        let bench = try Bench()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        _ = try bench.becomeCentre(enrolling: [Bench.school: key.publicKey])
        let step = Step(
            hash: Hashing.sha256([0]), dossier: bench.archive.surroundings.dossier(), previous: nil, kind: .enter, by: Bench.school,
            nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "张伟"]))
        let entry = Entry(act: bench.archive.surroundings.act(), kind: .step, payload: Payload.encode(step))
        let stream = StreamID(unit: Bench.school, incarnation: bench.archive.surroundings.incarnation(), audience: .up)
        let envelope = try Envelope.seal([entry], stream: stream, after: nil, key: key)
        _ = try bench.archive.write { try $0.accept(envelope.bytes, from: .child(Bench.school)) }
        #expect(try bench.count("unapplied") == 1)
        var (present, rebuilt) = try tables(bench)
        #expect(present == rebuilt)
        try bench.archive.write { _ = try $0.applyStored(limit: 10) }
        #expect(try bench.count("step") == 1)
        (present, rebuilt) = try tables(bench)
        #expect(present == rebuilt)
    }

    @Test(arguments: [
        // The counts follow their table.
        ("UPDATE dossier SET state = 'enrolled'", ["dossier", "dossier_count"]), ("UPDATE unit SET version = 9", ["unit"]),
        ("DELETE FROM step", ["step"]), ("INSERT INTO number VALUES ('L1', zeroblob(16), NULL)", ["number"]),
        ("UPDATE dossier_count SET n = n + 1", ["dossier_count"]),
    ]) func `a table that was tampered with differs`(_ damage: String, _ tables: [String]) throws {
        let bench = try centre()
        try bench.archive.write { try $0.database.execute(sql: damage) }
        let (present, rebuilt) = try self.tables(bench)
        #expect(present.filter { rebuilt[$0.key] != $0.value }.map(\.key).sorted() == tables)
    }
}
