import GRDB
import Protocol
import Rules
import Store
import Testing

@testable import Features

@Suite struct TransferProjectionTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    /// What a province's own node says, coming from below.
    private func say(_ kind: EntryKind, _ payload: [UInt8], as unit: Unit, to audience: Audience, in world: TransferCountry) throws {
        try world.node.archive.write { transaction in
            let key = transaction.surroundings.statementKey()
            let enrolment = KeyEnrolment(unit: unit.code, publicKey: key.publicKey, issuer: .centre, generation: 2, node: unit.code)
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit.code))
            let stream = StreamID(unit: unit.code, incarnation: transaction.surroundings.incarnation(), audience: audience)
            let envelope = try Envelope.seal(
                [Entry(act: transaction.surroundings.act(), kind: kind, payload: payload)], stream: stream, after: nil, key: key)
            #expect(try transaction.accept(envelope.bytes, from: .child(unit.code)).0 == .stored)
        }
        try world.node.settle()
    }

    private func count(_ table: String, _ world: TransferCountry) throws -> Int {
        try world.node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    @Test func `what is carried before the record by which its carrier stands above both schools counts when that comes`() throws {
        let world = try TransferCountry(seed: 571)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        let head = try world.node.archive.write { try world.known(transfer, $0).head }
        let withdrawal = TransferWithdrawal(head: head, by: C.tianheFirst.code, reason: "家长改变主意", at: 0)
        try say(.transferWithdrawal, Payload.encode(withdrawal), as: C.hunan, to: .unit(C.yueluFirst.code), in: world)
        #expect(try count("parked", world) == 1)
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.state == "underWay")
        var moved = C.tianheFirst
        (moved.competent, moved.version) = (C.yuelu.code, 2)
        try world.add(moved)
        #expect(try count("parked", world) == 0)
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.state == "withdrawn")
    }

    @Test(arguments: [(2, 1, 1, 0), (1, 2, 1, 0), (1, 1, 0, 1)])
    func `a step by a record that is not here is waited for, one by nobody's authority is not`(
        receiving: Int, releasing: Int, waiting: Int, void: Int
    ) throws {
        let world = try TransferCountry(seed: 572)
        let before = try (count("parked", world), count("void", world))
        let head = TransferHead(
            application: try #require(DossierID([UInt8](repeating: 7, count: 16))), receiving: C.tianheFirst.code, releasing: C.haizhuFirst.code)
        let step = TransferStep(
            hash: Hashing.sha256([0]), head: head, previous: nil, kind: .sendBack, by: C.hunan.code, station: .receivingAuthority,
            next: .receivingSchool, nextHolder: head.receiving, receivingVersion: receiving, releasingVersion: releasing, at: 0)
        try say(.transferStep, Payload.encode(step), as: C.hunan, to: .up, in: world)
        #expect(try count("parked", world) - before.0 == waiting)
        #expect(try count("void", world) - before.1 == void)
    }

    @Test func `an application under the id of another school's is void`() throws {
        let world = try TransferCountry(seed: 573)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        let before = try count("void", world)
        let head = TransferHead(application: try #require(DossierID(hex: transfer)), receiving: C.haizhuFirst.code, releasing: C.yueluFirst.code)
        var step = TransferStep(
            hash: Hashing.sha256([0]), head: head, previous: nil, kind: .apply, by: head.receiving, station: .receivingSchool,
            next: .receivingSchool, nextHolder: head.receiving, receivingVersion: 1, releasingVersion: 1, at: 0)
        step.content = TransferContent(name: "他", number: "G", idNumber: "", cohort: "20251", date: "20260901", reason: "随迁", stay: "1")
        try say(.transferStep, Payload.encode(step), as: C.haizhuFirst, to: .up, in: world)
        #expect(try count("void", world) - before == 1)
        #expect(try world.page(transfer, as: C.tianheFirst).transfer.receiving == C.tianheFirst.code.text)
    }
}
