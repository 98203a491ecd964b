import Rules
import Testing

@testable import Features

@Suite struct RunSortTests {
    @Test(arguments: [0, 1, 2, 2048, 2049, 30_000], [true, false])
    func `It sorts as the standard library does`(count: Int, isCrowded: Bool) {
        var chance = SeededChance(seed: UInt64(count))
        // Crowded: a few partitions and many equal hashes.
        let mask: UInt64 = isCrowded ? 0x0300_00FF_0000_0001 : .max
        var entries = ContiguousArray((0..<count).map { RunEntry(key: chance.next() & mask, kind: .nameSexBirth, position: UInt64($0)) })
        let sorted = ContiguousArray(chance.shuffled(Array(entries)).sorted())
        RunSort.sort(&entries)
        #expect(entries == sorted)
    }

    @Test func `An entry keeps kind and position apart`() {
        for kind in RunEntry.Kind.allCases {
            let entry = RunEntry(key: 1 << 63, kind: kind, position: 190_000_000)
            #expect(entry.position == 190_000_000 && RunEntry.Kind.allCases.filter(entry.isOf) == [kind] && entry.partition == 128)
        }
    }
}
