@testable import Features
import GRDB
import Protocol
import Rules
@testable import Store
import Testing

/// Two hand-overs of one pupil by authorities that did not know of each other, and schools with nodes of their own.
@Suite struct HandOverRepealsTests {
    private typealias C = MergerCountry
    private static let city: UnitCode = "440100"

    private func copies(_ node: TestNode, _ isWanted: (Journal.Stored) -> Bool) throws -> [[UInt8]] {
        try node.archive.read { reading in
            var found: [[UInt8]] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                if isWanted(stored) { found.append(stored.bytes) }
                return true
            }
            return found
        }
    }

    private func give(_ envelopes: [[UInt8]], to node: TestNode, from neighbour: Neighbour) throws {
        for bytes in envelopes {
            let result = try node.archive.write { transaction in
                let result = try transaction.accept(bytes, from: neighbour).0
                if neighbour == .parent { _ = try transaction.applyStored() }
                return result
            }
            if case .refused(let refusal) = result { Issue.record("refused: \(refusal)") }
        }
        try node.settle()
    }

    /// The receiving school on a disk of its own, with what the node above has for it.
    private func receivingSchool(of above: TestNode, seed: UInt64) throws -> TestNode {
        let node = try TestNode(seed: seed)
        let key = node.clock.surroundings.statementKey()
        let root = try above.archive.read { try #require(try $0.directory.activeKey(of: .centre)?.key) }
        try node.archive.write { transaction in
            try transaction.setNodeText("unit", C.target.text)
            try transaction.trustRoot(root)
            try transaction.keepSecret(key, of: C.target, incarnation: transaction.surroundings.incarnation())
        }
        let tree = try above.archive.read { $0.directory }
        try give(try copies(above) { $0.stream.audience.reaches(C.target, in: tree) }, to: node, from: .parent)
        return node
    }

    /// A county that went back to before it merged two schools, whose pupil a city has handed on since; and the school to which the
    /// county's forgotten hand-over has come.
    private func crossed(seed: UInt64) throws -> (above: TestNode, school: TestNode, pupil: DossierID) {
        let (before, above) = (try C.node(seed: seed), try C.node(seed: seed))
        let ids = try [before, above].map { node in
            let id = try C.pupil(node, [.enter, .review])
            try node.settle()
            return id
        }
        #expect(ids[0] == ids[1])
        try C.merge(before)
        try before.settle()
        let school = try receivingSchool(of: before, seed: seed + 1)
        #expect(try C.dossier(ids[0], school).home == C.target)
        try above.archive.write { transaction in
            try C.take(.withdraw, ids[0], in: transaction)
            try C.take(.review, ids[0], in: transaction)
        }
        try C.merge(above, by: Self.city, into: C.far)
        try above.settle()
        #expect(try C.dossier(ids[0], above).home == C.far)
        try give(
            try copies(before) { $0.stream.unit == C.county.code && $0.stream.audience == .unit(C.target) }, to: above, from: .child(C.target))
        return (above, school, ids[0])
    }

    @Test func `the school that knows the one that does not count is told, and shows the pupil no more`() throws {
        let (above, school, id) = try crossed(seed: 371)
        #expect(try C.dossier(id, above).home == C.far && C.dossier(id, above).outrun.isEmpty)
        for audience in [C.source, C.target] {
            let said = try copies(above) { $0.stream.unit == Self.city && $0.stream.audience == .unit(audience) }
            let kinds = try said.flatMap { try Envelope(bytes: $0).entries().compactMap { $0?.kind } }
            #expect(kinds.count { $0 == EntryKind.handOverRepeal.rawValue } == 1)
        }
        try give(try copies(above) { $0.stream.unit == Self.city && $0.stream.audience == .unit(C.target) }, to: school, from: .parent)
        let (rows, alarm) = try school.archive.read { reading in
            (try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM dossier") ?? -1,
             try String.fetchOne(reading.database, sql: "SELECT text FROM alarm WHERE code = 'handOver.repealed'"))
        }
        #expect(rows == 0)
        #expect(alarm?.contains("以转到“海珠第一小学”（2144000003）的一次为准") == true && alarm?.contains("“广州市教育局”") == true)
    }

    @Test func `nothing is said twice, and what the journal says gives the same tables`() throws {
        let (above, school, pupil) = try crossed(seed: 381)
        let count = try copies(above) { $0.stream.unit == Self.city }.count
        try above.archive.write { transaction in try transaction.errand(HandOverRepeals.office, pupil.bytes) }
        try above.settle()
        #expect(try copies(above) { $0.stream.unit == Self.city }.count == count)
        for node in [above, school] {
            try node.archive.read { reading in
                let rebuild = try Rebuild(of: reading, original: node.archive, in: node.archive.folder + "/rebuilt")
                defer { rebuild.remove() }
                #expect(try TableDigest.all(reading, of: node.archive) == rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) })
            }
        }
    }
}
