import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct TransactionTests {
    /// Writes a class in the school's name, then fails.
    struct Clumsy: Office {
        struct Stumble: Error {}
        let migrations: [(name: String, sql: String)] = []
        func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

        func work(in transaction: Transaction) throws -> Bool {
            guard try transaction.hosts(Bench.school) else { return false }
            let step = Step(
                hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter,
                by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "不该存在"]))
            try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
            throw Stumble()
        }
    }

    @Test func anOfficeThatFailsUndoesItsOwnWorkAndRaisesAnAlarm() throws {
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let centre = try Bench()
        let school = try Bench(ProjectionBook([], offices: [Clumsy()]))
        let root = try centre.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try school.becomeNode(of: Bench.school, key: key, root: root)
        try school.take(try centre.envelopes(), from: .parent)
        #expect(try school.count("unit") == 3)
        #expect(try school.count("dossier") == 0)
        #expect(try school.count("alarm") == 1)
        let own = try school.archive.read { try Journal.heads(in: $0.database) }.filter { $0.stream.unit == Bench.school }
        #expect(own.isEmpty)
        let id = try school.enter("张伟")
        #expect(try school.archive.read { try DossierShelf($0).dossier(id) }?.record.name == "张伟")
    }

    @Test func aNodeSpeaksOnlyForUnitsWhoseKeyItHolds() throws {
        let pair = try Pair()
        #expect { _ = try pair.school.enter("张伟", as: Bench.county) } throws: { ($0 as? StoreError)?.code == .noKey }
        try pair.school.archive.write { try $0.retireSecret(of: Bench.school) }
        #expect { _ = try pair.school.enter("张伟") } throws: { ($0 as? StoreError)?.code == .noKey }
    }
}

@Suite struct MovedUnitTests {
    @Test func aNodeWhoseUnitIsEnrolledElsewhereTurnsReadOnly() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let newKey = try #require(StatementKey(seed: [UInt8](repeating: 77, count: 32)))
        try pair.centre.archive.write { transaction in
            let moved = KeyEnrolment(
                unit: Bench.school, publicKey: newKey.publicKey, issuer: .centre, generation: 2, node: .centre)
            try transaction.append(.key, Payload.encode(moved), as: .centre, to: .subtree(Bench.school))
        }
        try pair.school.take(Array(try pair.centre.envelopes().suffix(1)), from: .parent)
        #expect { _ = try pair.school.enter("李娜") } throws: { ($0 as? StoreError)?.code == .noKey }
        #expect(try pair.school.count("alarm") == 1)
        #expect(try pair.school.count("dossier") == 1)
    }

    @Test func `a flood of alarms of one code is told by a hundred of them and one for the rest`() throws {
        let bench = try Bench()
        try bench.archive.write { transaction in
            for number in 0..<5000 { try transaction.raiseAlarm("held", subject: "unit \(number)", "数据流停住了") }
            try transaction.raiseAlarm("disk", subject: "node", "磁盘已满")
            try transaction.raiseAlarm("held", subject: "unit 5", "换了说法")
        }
        #expect(try bench.count("alarm") == 102)
        let (first, rest) = try bench.archive.read { reading in
            (try String.fetchOne(reading.database, sql: "SELECT text FROM alarm WHERE code = 'held' AND subject = 'unit 5'"),
             try String.fetchOne(reading.database, sql: "SELECT text FROM alarm WHERE code = 'held' AND subject = 'more'"))
        }
        #expect(first == "数据流停住了")
        #expect(rest?.contains("alarm acknowledge held more") == true)
        // With room again the next one is listed; the word about the rest stays until somebody has seen it.
        try bench.archive.write { transaction in
            for number in 0..<50 { try transaction.clearAlarm("held", subject: "unit \(number)") }
            try transaction.raiseAlarm("held", subject: "unit 5000", "数据流停住了")
        }
        #expect(try bench.count("alarm") == 53)
    }

    @Test func `a large transaction folds on the way, so that what it has decoded is still at hand`() throws {
        let pair = try Pair()
        let rows = try pair.school.archive.write { transaction in
            for number in 0..<1001 {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter, by: Bench.school,
                    nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "学生\(number)"]))
                try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
            }
            return try Int.fetchOne(transaction.database, sql: "SELECT count(*) FROM dossier")
        }
        #expect(rows == 1000)
        #expect(try pair.school.count("dossier") == 1001)
    }
}
