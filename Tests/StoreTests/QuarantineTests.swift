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

    // MARK: Dossiers and streams

    /// A handler of supplements that fails on number 2 as long as it is told to.
    struct Stumbling: Projection {
        let kinds: Set<EntryKind> = [.supplement]
        let migrations: [(name: String, sql: String)] = []

        func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
            if Payload.supplement(entry.payload)?.number == 2, try transaction.reading.nodeText("mended") == nil { throw Stumble() }
            return try DossierProjection().apply(entry, of: writer, in: transaction)
        }
    }

    /// A centre whose handler stumbles, and supplements of two dossiers of the school, in the order of the numbers given.
    private func stumbling(_ numbers: [[Int]]) throws -> (centre: Bench, dossiers: [DossierID]) {
        let centre = try Bench(ProjectionBook([Stumbling()]))
        let school = try Bench()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let root = try centre.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try school.becomeNode(of: Bench.school, key: key, root: root)
        try school.take(try centre.envelopes(), from: .parent)
        let dossiers = try numbers.indices.map { try school.enter("学生\($0)") }
        for place in 0..<(numbers.map(\.count).max() ?? 0) {
            for (dossier, list) in zip(dossiers, numbers) where list.indices.contains(place) {
                let supplement = Supplement(dossier: dossier, by: Bench.school, number: list[place], changes: [.phone: "1380000000\(list[place])"])
                _ = try school.archive.write { try $0.append(.supplement, Payload.encode(supplement), as: Bench.school, to: .up) }
            }
        }
        let all = try school.envelopes().filter { try Envelope(bytes: $0).stream.unit == Bench.school }
        for bytes in all { _ = try centre.archive.write { try $0.accept(bytes, from: .child(Bench.school)) } }
        while try centre.archive.write({ try $0.applyStored(limit: 3) }).hasMore {}
        return (centre, dossiers)
    }

    private func phone(_ dossier: DossierID, _ bench: Bench) throws -> String? {
        try bench.archive.read { try DossierShelf($0).dossier(dossier)?.record[.phone] }
    }

    @Test func `later entries of a dossier wait for its quarantined one, other dossiers go on, and a retry lets all follow`() throws {
        let (centre, dossiers) = try stumbling([[1, 2, 3], [1, 3, 4]])
        let found = try #require(try found(centre).first)
        #expect(try self.found(centre).count == 1 && found.waiting == 1)
        #expect(try phone(dossiers[0], centre) == "13800000001")
        #expect(try phone(dossiers[1], centre) == "13800000004")
        let report = try centre.archive.write { transaction in
            try transaction.setNodeText("mended", "yes")
            return try transaction.retryQuarantined(position: found.position, slot: found.slot)
        }
        #expect(report?.applied == 1)
        #expect(try phone(dossiers[0], centre) == "13800000003")
        #expect(try centre.count("parked") == 0)
    }

    @Test func `a dropped entry lets those behind it go on, and says so in a signed entry that travels up`() throws {
        let (centre, dossiers) = try stumbling([[1, 2, 3]])
        let found = try #require(try found(centre).first)
        #expect(try centre.archive.write {
            try $0.dropQuarantined(position: found.position, slot: found.slot, by: "admin", reason: "程序缺陷，上级已更正")
        })
        #expect(try phone(dossiers[0], centre) == "13800000003")
        let given = try #require(try centre.archive.read { try $0.givenUp(dossier: dossiers[0]) }.first)
        #expect(given.by == .centre && given.reason == "程序缺陷，上级已更正" && given.stream == found.stream)
        let last = try Envelope(bytes: try #require(try centre.envelopes().last))
        #expect(last.stream.audience == .up && last.count == 1)
        #expect(try last.entries().first??.kind == EntryKind.drop.rawValue)
    }

    @Test func `a start tries again what an older program failed on or did not know`() throws {
        let (centre, dossiers) = try stumbling([[1, 2, 3]])
        try centre.archive.write { transaction in
            try transaction.setNodeText("mended", "yes")
            try transaction.retryAfterStart()
        }
        #expect(try found(centre).isEmpty)
        #expect(try phone(dossiers[0], centre) == "13800000003")
        #expect(try centre.count("alarm") == 0)
    }

    @Test func `a stream of which more than one in a hundred fails is stored but not applied until it is resumed`() throws {
        let bad = (0..<12).map { _ in [2] }
        let (centre, dossiers) = try stumbling(bad + [[1, 3]])
        let paused = try centre.archive.read { try $0.pausedStreams() }
        #expect(paused.count == 1 && paused[0].hasPrefix("stream:"))
        #expect(try found(centre).count == Quarantine.most + 1)
        #expect(try phone(dossiers[12], centre) == nil)
        #expect(try centre.count("unapplied") > 0)
        let row = try #require(Int64(paused[0].dropFirst(7)))
        try centre.archive.write { transaction in
            try transaction.setNodeText("mended", "yes")
            #expect(try transaction.resumeStream(row))
            #expect(try !transaction.resumeStream(row))
        }
        while try centre.archive.write({ try $0.applyStored() }).hasMore {}
        #expect(try phone(dossiers[12], centre) == "13800000003")
        #expect(try centre.count("paused_stream") == 0)
    }

    @Test func `nothing is written into a dossier whose earlier entry is in quarantine`() throws {
        let (centre, dossiers) = try stumbling([[1, 2]])
        let word = IdentityAnswer(dossier: dossiers[0], keyDigest: Hashing.sha256([1]), answer: "matched", position: 1)
        let error = #expect(throws: StoreError.self) {
            try centre.archive.write { try $0.append(.answer, Payload.encode(word), as: .centre, to: .up) }
        }
        #expect(error?.code == .notAllowed)
    }
}
