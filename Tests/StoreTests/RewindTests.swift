import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct RewindTests {
    /// A school's node whose parent is the county.
    private func school() throws -> Bench {
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let centre = try Bench()
        let school = try Bench()
        let root = try centre.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try school.becomeNode(of: Bench.school, key: key, root: root)
        try school.take(try centre.envelopes(), from: .parent)
        try school.archive.write { try $0.setNodeText("parentUnit", Bench.county.text) }
        return school
    }

    @discardableResult
    private func enter(_ name: String, at bench: Bench) throws -> Transaction.Place {
        try bench.archive.write { transaction in
            let step = Step(
                hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter,
                by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: name]))
            return try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
        }
    }

    private func acts(_ bench: Bench) throws -> [ActID] {
        try bench.envelopes().flatMap { try Envelope(bytes: $0).entries().compactMap { $0?.act } }
    }

    @Test func `own acts that lose a fork are written again under a new incarnation, with the same act ids`() throws {
        let school = try school()
        let place = try enter("张伟", at: school)
        try enter("李娜", at: school)
        let before = try acts(school)
        let tables = try school.archive.read { try TableDigest.all($0, of: school.archive) }
        // The parent had told that it has the first link; it holds another second one.
        try school.archive.write { transaction in
            try transaction.database.execute(
                sql: "INSERT INTO reach SELECT id, ?, 1, 0, 1 FROM stream WHERE unit = ?",
                arguments: [Bench.county.text, Bench.school.text])
        }
        let other = StreamHead(stream: place.stream, sequence: 2, hash: Hashing.sha256([5]))
        #expect(try school.archive.write { try $0.giveWay(place.stream, to: other) } == 1)
        let heads = try school.archive.read { try Journal.heads(in: $0.database).filter { $0.stream.unit == Bench.school } }
        #expect(heads.count == 2 && heads.allSatisfy { $0.sequence == 1 })
        #expect(Set(heads.map(\.stream.incarnation)).count == 2)
        #expect(try acts(school) == before)
        #expect(try school.archive.read { try TableDigest.all($0, of: school.archive) } == tables)
        #expect(try school.archive.read { try JournalCheck($0).problems }.isEmpty)
        let kept = try school.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM salvage") }
        #expect(kept == 1)
        #expect(try school.archive.read { try $0.recoveringUnits() } == [Bench.school])
    }

    @Test func `without any word from the parent the whole stream gives way, and once it has there is nothing left to do`() throws {
        let school = try school()
        let place = try enter("张伟", at: school)
        let before = try acts(school)
        #expect(try school.archive.write { try $0.giveWay(place.stream, to: nil) } == 1)
        #expect(try school.archive.write { try $0.giveWay(place.stream, to: nil) } == nil)
        #expect(try acts(school) == before)
    }

    @Test func `another writer's stream gives way without being written again`() throws {
        let school = try school()
        let stream = try #require(try school.archive.read { try Journal.heads(in: $0.database) }.first { $0.stream.unit == .centre }?.stream)
        let tables = try school.archive.read { try TableDigest.all($0, of: school.archive) }
        #expect(try school.archive.write { try $0.giveWay(stream, to: nil) } == 0)
        #expect(try school.archive.read { try Journal.heads(in: $0.database) }.allSatisfy { $0.stream != stream })
        #expect(try school.archive.read { try TableDigest.all($0, of: school.archive) } == tables)
        #expect(try school.archive.read { try $0.recoveringUnits() }.isEmpty)
    }
}
