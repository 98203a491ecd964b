import Protocol
import Rules
import Testing

@testable import Store

@Suite struct FoldMemoryTests {
    private func phone(_ id: DossierID, _ transaction: Transaction) throws -> String? { try transaction.dossier(id)?.record[.phone] }

    private func enter(_ id: DossierID, _ phone: String, in transaction: Transaction) throws {
        let step = Step(
            hash: Hashing.sha256([0]), dossier: id, previous: nil, kind: .enter, by: Bench.school, nextHolder: Bench.school, topology: 1,
            at: 0, record: StudentRecord([.name: "张伟", .phone: phone, .sex: "1", .birthDate: "20160305", .idType: "Z"]))
        try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
    }

    private func supplement(_ id: DossierID, _ phone: String, in transaction: Transaction) throws {
        let supplement = Supplement(dossier: id, by: Bench.school, number: 1, changes: [.phone: phone])
        try transaction.append(.supplement, Payload.encode(supplement), as: Bench.school, to: .up)
    }

    @Test func `a fact that comes after the fold counts at once`() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            let id = transaction.surroundings.dossier()
            try enter(id, "13900000001", in: transaction)
            #expect(try phone(id, transaction) == "13900000001")
            try supplement(id, "13900000002", in: transaction)
            #expect(try phone(id, transaction) == "13900000002")
        }
    }

    @Test func `what a part that failed has folded is forgotten with it`() throws {
        struct Failure: Error {}
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            let id = transaction.surroundings.dossier()
            try enter(id, "13900000001", in: transaction)
            try transaction.settle()
            #expect(throws: Failure.self) {
                try transaction.attempt {
                    try supplement(id, "13900000002", in: transaction)
                    #expect(try phone(id, transaction) == "13900000002")
                    throw Failure()
                }
            }
            #expect(try phone(id, transaction) == "13900000001")
        }
    }

    @Test func `another state of the tree has folds of its own`() throws {
        let pair = try Pair()
        let dossier = try pair.school.archive.write { transaction in
            let id = transaction.surroundings.dossier()
            try enter(id, "13900000001", in: transaction)
            return try #require(try transaction.dossier(id))
        }
        let memory = FoldMemory()
        memory.remember(dossier, 1)
        #expect(memory.dossier(dossier.id, 1)?.record[.phone] == "13900000001")
        #expect(memory.dossier(dossier.id, 2) == nil)
        memory.forget(dossier.id)
        #expect(memory.dossier(dossier.id, 1) == nil)
    }

    @Test func `followers are told of a dossier again when more than a verdict has changed`() throws {
        let pair = try Pair()
        let id = try pair.school.enter("张伟")
        var dossier = try #require(try pair.school.archive.write { try $0.dossier(id) })
        let memory = FoldMemory()
        #expect(memory.mustBeFollowed(dossier))
        #expect(!memory.mustBeFollowed(dossier))
        dossier.problems = ["id_bad"]
        dossier.state = .problem
        #expect(!memory.mustBeFollowed(dossier))
        dossier.record[.phone] = "13900000003"
        #expect(memory.mustBeFollowed(dossier))
        memory.forgetFollowed(id)
        #expect(memory.mustBeFollowed(dossier))
        memory.forgetAll()
        #expect(memory.mustBeFollowed(dossier))
    }
}
