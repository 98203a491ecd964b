import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
@testable import Store
import Testing

@Suite struct StoreDoorkeeperTests {
    private func enrol(_ key: StatementKey, _ generation: Int, on node: UnitCode, _ centre: Archive) throws {
        let enrolment = KeyEnrolment(unit: "440000", publicKey: key.publicKey, issuer: .centre, generation: generation, node: node)
        _ = try centre.write { try $0.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree("440000")) }
        while try centre.write({ try $0.applyStored() }).hasMore {}
    }

    private func isIn(_ key: StatementKey, _ centre: Archive) throws -> Bool {
        guard case .child(let known) = try StoreDoorkeeper(archive: centre).standing(of: "440000", keyID: key.publicKey.id) else { return false }
        return known == key.publicKey
    }

    @Test func `the former node of a hosted unit hands over, whoever hosts it; one that a newer machine replaced does not`() throws {
        let (folder, centre) = try Fixture.centre("doorkeeper", seed: 71)
        defer { Fixture.remove(folder) }
        let surroundings = Fixture.surroundings(seed: 72)
        let (first, host, second) = (surroundings.statementKey(), surroundings.statementKey(), surroundings.statementKey())
        try enrol(first, 1, on: "440000", centre)
        #expect(try isIn(first, centre))
        // By an authority elsewhere, before the unit was given to this one.
        try enrol(host, 2, on: "430000", centre)
        #expect(try isIn(first, centre) && isIn(host, centre))
        try enrol(second, 3, on: "440000", centre)
        #expect(try !isIn(first, centre) && !isIn(host, centre) && isIn(second, centre))
    }

    /// Node of a county that the province's losing record names; the centre's, of the same version, names another one.
    private func county(_ code: UnitCode, of centre: Archive, _ folder: String) throws -> Archive {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let archive = try Archive(folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 75))
        let (root, envelopes) = try centre.read { reading in
            var all: [[UInt8]] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                all.append(stored.bytes)
                return true
            }
            return (try reading.directory.keys(of: .centre)[0].publicKey, all)
        }
        try archive.write { transaction in
            try transaction.setNodeText("unit", code.text)
            try transaction.trustRoot(root)
            try transaction.keepSecret(transaction.surroundings.statementKey(), of: code, incarnation: transaction.surroundings.incarnation())
        }
        for bytes in envelopes { _ = try archive.write { try $0.accept(bytes, from: .parent) } }
        while try archive.write({ try $0.applyStored() }).hasMore {}
        return archive
    }

    @Test func `who knows the losing one of two moves alone is sent on from where it leads; a stranger is refused`() throws {
        let (folder, centre) = try Fixture.centre("doorkeeper-given", seed: 73)
        defer { Fixture.remove(folder) }
        let school = Unit(code: "2144000001", name: "天河第一小学", tier: .school, competent: Fixture.county.code)
        let stranger = Unit(code: "2144000002", name: "天河第二小学", tier: .school, competent: Fixture.county.code)
        let targets: [UnitCode] = ["440104", "440105"]
        let moved = targets.map { target in
            var record = school
            (record.competent, record.version) = (target, 2)
            return record
        }.sorted { Payload.encode($0).lexicographicallyPrecedes(Payload.encode($1)) }
        let (losing, winning) = (try #require(moved.first?.competent), try #require(moved.last?.competent))
        try centre.write { transaction in
            for target in targets {
                let unit = Unit(code: target, name: "区教育局", tier: .county, competent: Fixture.province.code)
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            for unit in [school, stranger] {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
                let enrolment = KeyEnrolment(
                    unit: unit.code, publicKey: transaction.surroundings.statementKey().publicKey, issuer: .centre, generation: 1, node: unit.code)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .everyone)
            }
            for record in moved {
                let target = try #require(record.competent)
                try transaction.append(.unit, Payload.encode(record), as: .centre, to: .everyone)
                let move = UnitMove(unit: school.code, from: Fixture.county.code, to: target, version: 2, address: "http://\(target)", at: 0)
                try transaction.append(.move, Payload.encode(move), as: .centre, to: .everyone)
            }
        }
        let place = try Fixture.folder("doorkeeper-given-county")
        defer { Fixture.remove(place) }
        let door = StoreDoorkeeper(archive: try county(losing, of: centre, place))
        guard case .moved(let parent) = try door.standing(of: school.code, keyID: []) else {
            Issue.record("not sent on")
            return
        }
        #expect(try parent == winning && door.address(afterMoveOf: school.code) == "http://\(winning)")
        guard case .notBelow = try door.standing(of: stranger.code, keyID: []) else {
            Issue.record("a stranger is not refused")
            return
        }
    }
}
