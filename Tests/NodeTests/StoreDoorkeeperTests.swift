@testable import Node
import Protocol
import Replication
import Rules
import Store
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
}
