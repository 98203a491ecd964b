import Rules
import Testing

@testable import Protocol

@Suite struct DossierPayloadsTests {
    private let dossier = DossierID([UInt8](repeating: 3, count: 16))!

    @Test func aStepKeepsItsContentAndItsHashIgnoresTheEnvelope() throws {
        let record = StudentRecord([.name: "买买提·艾力", .sex: "1", .birthDate: "20160305", .idType: "1", .phone: "13800000001"])
        var step = Step(
            hash: Hashing.sha256([1]), dossier: dossier, previous: Hashing.sha256([2]), kind: .amend, by: "2144000001",
            nextHolder: "2144000001", topology: 4, at: 1_788_919_200, record: record)
        let payload = Payload.encode(step)
        step.hash = Payload.stepHash(payload)
        step.keyDigest = Hashing.keyDigest(of: record)
        #expect(Payload.step(payload) == step)
        #expect(Payload.encode(step) == payload)
    }

    @Test func `a hand-over comes back with all that it carries, and no other step has such a part`() throws {
        let record = StudentRecord([.name: "张伟", .sex: "1"])
        var step = Step(
            hash: Hashing.sha256([1]), dossier: dossier, previous: Hashing.sha256([2]), kind: .handOver, by: "440106",
            nextHolder: "2144000002", workflow: 2, topology: 4, at: 5, record: record, provisionalNumber: "L1",
            archive: ArchiveHandOver(
                from: "2144000001", topology: 3, stand: .enrolled, length: 4, supplement: 2,
                words: DossierWords(
                    verdicts: [Verdict(
                        dossier: dossier, keyDigest: Hashing.sha256([9]), by: .centre, tier: .centre, position: 7, problems: [], peers: [], at: 5)],
                    numbers: [IssuedNumber(dossier: dossier, number: "G1", cites: Hashing.sha256([4]), at: 6)],
                    answers: [IdentityAnswer(dossier: dossier, keyDigest: Hashing.sha256([9]), answer: "matched", position: 2)]),
                attachments: [[1, 2], [3]]))
        let payload = Payload.encode(step)
        step.hash = Payload.stepHash(payload)
        step.keyDigest = Hashing.keyDigest(of: record)
        #expect(Payload.step(payload) == step)
        step.archive = nil
        #expect(Payload.step(Payload.encode(step)) == nil)
        step.kind = .amend
        #expect(Payload.step(Payload.encode(step))?.kind == .amend)
    }

    @Test func keyDigestsIgnoreWhatIsNotKeyData() {
        let one = StudentRecord([.name: "张伟", .sex: "1", .phone: "1"])
        let two = StudentRecord([.name: "张 伟", .sex: "1", .phone: "2"])
        #expect(Hashing.keyDigest(of: one) == Hashing.keyDigest(of: two))
        #expect(Hashing.keyDigest(of: one) != Hashing.keyDigest(of: StudentRecord([.name: "张伟", .sex: "2"])))
    }

    @Test func wordsComeBack() {
        let verdict = Verdict(
            dossier: dossier, keyDigest: Hashing.sha256([9]), by: .centre, tier: .centre, position: 77, problems: ["id_dup"],
            peers: [PeerCard(
                dossier: dossier, problem: "id_dup", name: "张伟", sex: "1", birthDate: "20160305", school: "2144000002",
                schoolName: "二小")], at: 5)
        #expect(Payload.verdict(Payload.encode(verdict)) == verdict)
        let number = IssuedNumber(dossier: dossier, number: "G440106201603050021", cites: Hashing.sha256([4]), at: 6)
        #expect(Payload.number(Payload.encode(number)) == number)
        let answer = IdentityAnswer(dossier: dossier, keyDigest: Hashing.sha256([5]), answer: "matched", position: 2)
        #expect(Payload.answer(Payload.encode(answer)) == answer)
        let supplement = Supplement(dossier: dossier, by: "2144000001", number: 3, changes: [.phone: "1", .email: ""])
        #expect(Payload.supplement(Payload.encode(supplement)) == supplement)
    }

    @Test func garbageIsNoStep() {
        #expect(Payload.step([1, 2, 3]) == nil)
        #expect(Payload.step([]) == nil)
        #expect(Payload.verdict([255]) == nil)
    }
}
