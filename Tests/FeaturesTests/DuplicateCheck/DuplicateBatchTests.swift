import Rules
import Testing

@testable import Features

@Suite struct DuplicateBatchTests {
    @Test func `Values as written become the record that their fields make`() throws {
        var trial = DuplicateIndexTrial(seed: 21), chance = SeededChance(seed: 22)
        for _ in 0..<300 {
            let id = trial.pupil()
            let values = [
                chance.pick(["张伟", " 张 伟", "阿·买", "阿•买", "", "\u{3000}"]), chance.pick(["1", "２", ""]), chance.pick(["20160305", " 2016０305", ""]),
                chance.pick(["1", "１", " 1", "Z", ""]), chance.pick(["44010620160305001x", "44０", "", " "]),
            ]
            let fields = KeyFields(name: values[0], sex: values[1], birthDate: values[2], idType: values[3], idNumber: values[4])
            var batch = DuplicateBatch()
            batch.append(id, fields)
            let bytes = values.map { ContiguousArray($0.utf8) }
            func with(_ place: Int, _ pointers: [UnsafeBufferPointer<UInt8>]) {
                guard place < bytes.count else {
                    return id.bytes.withUnsafeBufferPointer { batch.append($0, name: pointers[0], sex: pointers[1], birthDate: pointers[2], idType: pointers[3], idNumber: pointers[4]) }
                }
                bytes[place].withUnsafeBufferPointer { with(place + 1, pointers + [$0]) }
            }
            with(0, [])
            #expect(batch.record(0) == batch.record(1))
            #expect(batch.isUnderNoKey(1) == fields.keys.isEmpty)
            #expect(batch.record(1).map { Set($0.keys) } ?? [] == Set(fields.keys))
        }
    }
}
