import Protocol
import Rules
import Testing

@testable import Store

struct RecoveryTests {
    private func step(_ kind: StepKind, _ transaction: Transaction, after previous: Digest? = nil) throws -> [UInt8] {
        Payload.encode(Step(
            hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: previous, kind: kind,
            by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "张伟"])))
    }

    /// A school's node that knows the tree.
    private func school() throws -> Bench {
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let centre = try Bench()
        let school = try Bench()
        let root = try centre.becomeCentre(enrolling: [Bench.school: key.publicKey])
        try school.becomeNode(of: Bench.school, key: key, root: root)
        try school.take(try centre.envelopes(), from: .parent)
        return school
    }

    @Test func `a disk that was put back is not whole before those below have shown what they hold; the centre has its own fence`() throws {
        let school = try school()
        #expect(try !school.archive.read { try $0.isRefilling() })
        try school.archive.write { _ = try $0.beginRecovery(.restored) }
        #expect(try school.archive.read { try $0.isRefilling() })
        try school.archive.write { try $0.endRefill() }
        #expect(try !school.archive.read { try $0.isRefilling() })
        let centre = try Bench()
        _ = try centre.becomeCentre(enrolling: [:])
        try centre.archive.write { try $0.beginRefill() }
        #expect(try !centre.archive.read { try $0.isRefilling() })
    }

    @Test func `a recovering unit continues under a new incarnation and takes in new pupils only`() throws {
        let school = try school()
        let before = try school.archive.write { try $0.incarnation(of: Bench.school) }
        try school.archive.write { _ = try $0.beginRecovery(.restored) }
        let place = try school.archive.write { transaction in
            try transaction.append(.step, try step(.enter, transaction), as: Bench.school, to: .up)
        }
        #expect(place.stream.incarnation != before && place.sequence == 1)
        let refused = #expect(throws: StoreError.self) {
            try school.archive.write { transaction in
                try transaction.append(
                    .step, try step(.amend, transaction, after: Hashing.sha256([1])), as: Bench.school, to: .up)
            }
        }
        #expect(refused?.code == .recovering)
        #expect(throws: StoreError.self) {
            try school.archive.write { transaction in
                let number = Supplement(dossier: transaction.surroundings.dossier(), by: Bench.school, number: 1, changes: [:])
                try transaction.append(.supplement, Payload.encode(number), as: Bench.school, to: .up)
            }
        }
    }

    @Test func `recovery ends unit by unit when its streams are back, and then everything may be written`() throws {
        let school = try school()
        try school.archive.write { _ = try $0.beginRecovery(.restored) }
        #expect(try school.archive.write { try $0.endRecovery(except: [Bench.school]) } == [])
        #expect(try school.archive.read { try $0.recoveringUnits() } == [Bench.school])
        #expect(try school.archive.write { try $0.endRecovery() } == [Bench.school])
        #expect(try school.archive.read { try $0.recoveringUnits() }.isEmpty)
        try school.archive.write { transaction in
            let first = try step(.enter, transaction)
            try transaction.append(.step, first, as: Bench.school, to: .up)
            try transaction.append(
                .step, try step(.amend, transaction, after: Payload.stepHash(first)), as: Bench.school, to: .up)
        }
    }

    @Test func `what came back must be applied before recovery ends`() throws {
        let school = try school()
        let old = try school.archive.write { transaction in
            try transaction.append(.step, try step(.enter, transaction), as: Bench.school, to: .up)
        }
        try school.archive.write { transaction in
            _ = try transaction.beginRecovery(.rolledBack)
            try transaction.database.execute(sql: "INSERT INTO unapplied SELECT max(position) FROM envelope")
        }
        #expect(try school.archive.write { try $0.endRecovery() } == [])
        _ = try school.archive.write { try $0.applyStored() }
        #expect(try school.archive.write { try $0.endRecovery() } == [Bench.school])
        #expect(old.sequence == 1)
    }
}
