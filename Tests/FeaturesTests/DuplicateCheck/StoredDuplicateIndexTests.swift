import FoundationEssentials
import GRDB
import Rules
import Testing

@testable import Features

/// The index in the store, in an order of flushes, merges, batches and transactions undone that chance gives.
@Suite struct StoredDuplicateIndexTests {
    /// Small ones, so that a hundred records have it all.
    private static let limits = SortedRuns.Limits(live: 60, chunk: 4, width: 3)

    private static func database() throws -> DatabaseQueue {
        let database = try DatabaseQueue()
        try database.write { db in
            for (_, sql) in StoredDuplicateIndex.migrations + StoredDuplicateIndex.later { try db.execute(sql: sql) }
        }
        return database
    }

    private static func index(_ db: Database) throws -> StoredDuplicateIndex {
        try StoredDuplicateIndex(database: db, randomBytes: { Array(repeating: 9, count: $0) }, limits: limits)
    }

    @Test func `The index in memory stands the trial`() throws {
        var trial = DuplicateIndexTrial(seed: 1), index = InMemoryDuplicateIndex<DossierID>()
        try trial.run(&index, steps: 200)
        try trial.judge(index)
    }

    @Test(arguments: 1...8)
    func `Any order of entries, changes and deletions agrees with the oracle`(_ seed: UInt64) throws {
        var trial = DuplicateIndexTrial(seed: seed)
        try Self.database().write { db in
            for _ in 0..<4 {
                // Made anew, as every transaction does.
                var index = try Self.index(db)
                try trial.run(&index, steps: 60)
                try trial.judge(index)
            }
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM duplicate_run") ?? 0 > 0)
            let live = try Row.fetchOne(db, sql: "SELECT live, (SELECT count(*) FROM duplicate_live) AS n FROM duplicate_state")
            #expect(live?["live"] as Int? == live?["n"] as Int?)
        }
    }

    @Test(arguments: 1...8)
    func `Batches between single changes say of every group what it is`(_ seed: UInt64) throws {
        var trial = DuplicateIndexTrial(seed: 100 + seed)
        try Self.database().write { db in
            var index = try Self.index(db)
            for _ in 0..<6 {
                try trial.run(&index, steps: 20)
                let (batch, before) = trial.batch()
                let said = try index.insert(batch)
                for group in said { #expect(trial.truth.members(of: group.key) == group) }
                let keys = Set(said.map(\.key))
                for group in trial.changed(since: before) { #expect(keys.contains(group.key)) }
                #expect(try index.insert(batch).map(\.key).allSatisfy(keys.contains))
                try trial.judge(index)
            }
        }
    }

    @Test func `What a transaction undoes is undone in runs and log`() throws {
        var trial = DuplicateIndexTrial(seed: 7)
        try Self.database().write { db in
            var index = try Self.index(db)
            for _ in 0..<10 {
                try trial.run(&index, steps: 25)
                var other = trial
                try db.inSavepoint {
                    try other.run(&index, steps: 60)
                    _ = try index.insert(other.batch().batch)
                    return .rollback
                }
                try trial.judge(index)
            }
        }
    }

    @Test func `Runs of like size are merged, and what stands no longer goes`() throws {
        try Self.database().write { db in
            var index = try Self.index(db)
            var trial = DuplicateIndexTrial(seed: 3)
            for _ in 0..<12 { try trial.run(&index, steps: 50) }
            let most = try Int.fetchOne(db, sql: "SELECT max(n) FROM (SELECT count(*) AS n FROM duplicate_run GROUP BY partition)") ?? 0
            #expect((1...6).contains(most))
            let entries = try Int.fetchOne(db, sql: "SELECT sum(entries) FROM duplicate_run") ?? 0
            let written = try Int.fetchOne(db, sql: "SELECT count(*) FROM duplicate_record") ?? 0
            #expect(entries < written * 2)
            try trial.judge(index)
        }
    }

    @Test func `A hash that meets another's is no hit`() throws {
        try Self.database().write { db in
            var index = try Self.index(db)
            var trial = DuplicateIndexTrial(seed: 5)
            let (one, other) = (trial.pupil(), trial.pupil())
            let wei = KeyFields(name: "张伟", sex: "1", birthDate: "20160305", idType: "Z", idNumber: "")
            let na = KeyFields(name: "李娜", sex: "2", birthDate: "20160305", idType: "Z", idNumber: "")
            _ = try index.insert(one, wei)
            _ = try index.insert(other, na)
            let key = try #require(wei.nameSexBirthKey)
            let hash = IndexedRecord.bytes(key).withUnsafeBytes { index.hash.hash($0, domain: RunEntry.Kind.nameSexBirth.rawValue) }
            let position = try #require(try index.present(other)).position
            try index.runs.add([RunEntry(key: hash, kind: .nameSexBirth, position: position)])
            #expect(try index.members(of: key).members.map(\.subject) == [one])
            try index.runs.flushAll()
            #expect(try index.members(of: key).members.map(\.subject) == [one])
        }
    }

    @Test func `The table of earlier versions moves over in slices`() throws {
        try Self.database().write { db in
            var trial = DuplicateIndexTrial(seed: 11), memory = InMemoryDuplicateIndex<DossierID>()
            try trial.run(&memory, steps: 150)
            for id in trial.truth.subjects {
                for key in trial.truth.fields(of: id)?.keys ?? [] {
                    try db.execute(literal: "INSERT INTO duplicate_key (key, dossier, has_id) VALUES (\(key.text), \(Data(id.bytes)), 0)")
                }
            }
            var index = try Self.index(db)
            var slices = 0
            while try index.moveOld(slice: 7) { slices += 1 }
            #expect(slices > 2)
            try trial.judge(index)
        }
    }
}
