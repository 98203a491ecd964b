import Protocol
import Rules
import Testing

@testable import Store

@Suite struct StepMemoryTests {
    private func payload(_ name: String, _ number: UInt8) throws -> [UInt8] {
        let dossier = try #require(DossierID([UInt8](repeating: number, count: 16)))
        return Payload.encode(Step(
            hash: Hashing.sha256([]), dossier: dossier, previous: nil, kind: .enter, by: Bench.school, nextHolder: Bench.school, topology: 1,
            at: 1, record: StudentRecord([.name: name])))
    }

    @Test func aStepIsFoundByTheHashOfItsPayload() throws {
        let memory = StepMemory()
        let bytes = try payload("张伟", 1)
        let step = try #require(memory.step(bytes))
        #expect(step == Payload.step(bytes) && memory.step(of: step.hash) == step)
        #expect(memory.step(of: Hashing.sha256([1])) == nil)
    }

    @Test func anotherPayloadIsAnotherStep() throws {
        let memory = StepMemory()
        let (one, other) = (try payload("张伟", 1), try payload("李娜", 2))
        #expect(memory.step(one)?.record?.name == "张伟" && memory.step(other)?.record?.name == "李娜")
        #expect(memory.step([1, 2, 3]) == nil && memory.step([1, 2, 3]) == nil)
        #expect(memory.step(one)?.record?.name == "张伟")
    }
}
