import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct ApplicationTests {
    /// A handler that fails on one policy key, and knows another only after an upgrade.
    struct Poisoned: Projection {
        struct Poison: Error {}
        let kinds: Set<EntryKind> = [.policy]
        let migrations: [(name: String, sql: String)] = [("poison-1", "CREATE TABLE tasted (key TEXT PRIMARY KEY)")]

        func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
            guard let setting = Payload.policy(entry.payload) else { return .void("malformed") }
            try transaction.database.execute(literal: "INSERT OR IGNORE INTO tasted (key) VALUES (\(setting.key))")
            if setting.key == "poison" { throw Poison() }
            return .applied
        }
    }

    private func setting(_ key: String) -> [UInt8] {
        Payload.encode(PolicySetting(unit: .centre, key: key, value: "", version: 1, by: .centre, at: 0))
    }

    /// Envelopes with so many settings each that a centre has sealed for a reader, which becomes its school.
    private func settings(_ keys: [String], inEach size: Int, for reader: Bench) throws -> [[UInt8]] {
        let writer = try Bench()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let root = try writer.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try reader.becomeNode(of: Bench.school, key: key, root: root)
        try reader.take(try writer.envelopes(), from: .parent)
        let secret = try writer.archive.read { reading in
            try Row.fetchOne(reading.database, sql: "SELECT seed, incarnation FROM secret WHERE unit = '000000'")
        }
        let row = try #require(secret)
        let centreKey = try #require(StatementKey(seed: Array(row["seed"] as Data)))
        let stream = StreamID(
            unit: .centre, incarnation: try #require(Incarnation(row["incarnation"] as Data)), audience: .subtree(Bench.school))
        var head = try reader.archive.read { try Journal.heads(in: $0.database) }.first { $0.stream == stream }
        return try stride(from: 0, to: keys.count, by: size).map { start in
            let entries = keys[start..<min(start + size, keys.count)].map { key in
                Entry(act: writer.archive.surroundings.act(), kind: .policy, payload: setting(key))
            }
            let envelope = try Envelope.seal(entries, stream: stream, after: head, key: centreKey)
            head = envelope.head
            return envelope.bytes
        }
    }

    @Test(arguments: [(isAwaited: true, passes: [100, 100, 100]), (isAwaited: false, passes: [500, 100, 0])])
    func `a pass takes no further envelope after so many entries, sooner when somebody waits, and says that there are more`(
        isAwaited: Bool, passes expected: [Int]
    ) throws {
        let reader = try Bench(ProjectionBook([Poisoned()]))
        let keys = (0..<600).map { "key\($0)" }
        let envelopes = try settings(keys, inEach: 50, for: reader)
        try reader.archive.write { transaction in
            for bytes in envelopes { _ = try transaction.accept(bytes, from: .parent) }
        }
        if isAwaited { reader.archive.queue.arrive() }
        let passes = try (0..<3).map { _ in try reader.archive.write { try $0.applyStored() } }
        #expect(passes.map(\.applied) == expected)
        #expect(passes.map(\.hasMore) == expected.map { $0 > 0 && (isAwaited || $0 == 500) })
        #expect(try reader.count("tasted") == expected.reduce(0, +))
    }

    @Test func anEntryOnWhichTheHandlerFailsDelaysNothingElse() throws {
        let reader = try Bench(ProjectionBook([Poisoned()]))
        let envelopes = try settings(["before", "poison", "after"], inEach: 3, for: reader)
        #expect(try reader.take(envelopes, from: .parent) == [.stored])
        let tasted = try reader.archive.read { try String.fetchAll($0.database, sql: "SELECT key FROM tasted ORDER BY key") }
        #expect(tasted == ["after", "before"])
        #expect(try reader.count("quarantine") == 1)
        #expect(try reader.count("unapplied") == 0)
    }

    @Test func whatCameFromBelowIsToldThereAsAppliedAndNothingElse() throws {
        let pair = try Pair()
        func told() throws -> [String] {
            try pair.centre.archive.read {
                try String.fetchAll($0.database, sql: """
                    SELECT s.unit || ' ' || r.unit || ' ' || r.sequence FROM reach_applied r JOIN stream s ON s.id = r.stream ORDER BY r.change
                    """)
            }
        }
        #expect(try told().isEmpty)
        for name in ["张伟", "李娜"] { _ = try pair.school.enter(name) }
        try pair.centre.take(Array(try pair.school.envelopes().suffix(2)), from: .child(Bench.school))
        #expect(try told() == ["\(Bench.school) 000000 1", "\(Bench.school) 000000 2"])
        #expect(try pair.school.count("reach_applied") == 0)
    }

    @Test func whatCannotBeUnderstoodIsParkedNotLost() throws {
        let writer = try Bench(ProjectionBook([Poisoned()]))
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let reader = try Bench()
        let root = try writer.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try reader.becomeNode(of: Bench.school, key: key, root: root)
        try writer.archive.write { transaction in
            _ = try transaction.append(.policy, setting("new"), as: .centre, to: .everyone)
        }
        try reader.take(try writer.envelopes(), from: .parent)
        #expect(try reader.count("parked") == 1)
        #expect(try reader.count("envelope") == writer.count("envelope"))
    }

    @Test func stepsBeforeTheirPredecessorTakeEffectWhenItComes() throws {
        let pair = try Pair()
        let id = try pair.school.enter("张伟")
        try pair.school.archive.write { transaction in
            let head = try #require(try transaction.dossier(id)?.head)
            let step = Step(
                hash: head, dossier: id, previous: head, kind: .review, by: Bench.school, nextHolder: Bench.school, topology: 1,
                at: 0)
            try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
        }
        try pair.centre.take(Array(try pair.school.envelopes().suffix(2)), from: .child(Bench.school))
        let state = try pair.centre.archive.read { try String.fetchOne($0.database, sql: "SELECT state FROM dossier") }
        #expect(state == "reviewed")
    }

    /// Found by the simulator: a school that ran twice numbered two supplements alike, and the nodes kept what came first.
    @Test func ofTwoSupplementsWithOneNumberEveryNodeKeepsTheSame() throws {
        var shown: Set<String> = []
        for phones in [["1", "2"], ["2", "1"]] {
            let pair = try Pair()
            let id = try pair.school.enter("张伟")
            for phone in phones {
                try pair.school.archive.write { transaction in
                    let supplement = Supplement(dossier: id, by: Bench.school, number: 1, changes: [.phone: phone])
                    _ = try transaction.append(.supplement, Payload.encode(supplement), as: Bench.school, to: .up)
                }
            }
            shown.insert(try pair.school.archive.write { try $0.dossier(id)?.record[.phone] } ?? "")
        }
        #expect(shown.count == 1)
    }

    @Test func anotherUnitsVerdictInTheCentresNameIsVoid() throws {
        let pair = try Pair()
        let id = try pair.school.enter("张伟")
        try pair.centre.take(Array(try pair.school.envelopes().suffix(1)), from: .child(Bench.school))
        #expect(throws: StoreError.self) {
            try pair.school.archive.write { transaction in
                let verdict = Verdict(
                    dossier: id, keyDigest: Hashing.sha256([1]), by: .centre, tier: .centre, position: 1, problems: [],
                    peers: [], at: 0)
                _ = try transaction.append(.verdict, Payload.encode(verdict), as: Bench.school, to: .up)
            }
        }
    }

    @Test func aTransactionThatFailsLeavesNeitherJournalNorProjection() throws {
        struct Stop: Error {}
        let pair = try Pair()
        let before = try pair.school.count("envelope")
        #expect(throws: Stop.self) {
            try pair.school.archive.write { transaction in
                let id = transaction.surroundings.dossier()
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: id, previous: nil, kind: .enter, by: Bench.school,
                    nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "张伟"]))
                try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
                throw Stop()
            }
        }
        #expect(try pair.school.count("envelope") == before)
        #expect(try pair.school.count("dossier") == 0)
    }
}
