import Features
import Testing

@Suite struct SeededChanceTests {
    @Test func `The same seed gives the same values, on every machine and for ever`() {
        var chance = SeededChance(seed: 42)
        #expect((0..<3).map { _ in chance.next() }
            == [13_679_457_532_755_275_413, 2_949_826_092_126_892_291, 5_139_283_748_462_763_858])
    }

    @Test func `Numbers stay in their range and reach both ends`() {
        var chance = SeededChance(seed: 1)
        let drawn = Set((0..<500).map { _ in chance.number(in: 3...7) })
        #expect(drawn == [3, 4, 5, 6, 7])
    }

    @Test func `Streams of one seed differ from each other`() {
        var firsts = Set<UInt64>()
        for stream in 0..<4 as Range<UInt64> {
            for number in 0..<100 {
                var chance = SeededChance(seed: 7, stream: stream, of: number)
                firsts.insert(chance.next())
            }
        }
        #expect(firsts.count == 400)
    }

    @Test func `Shuffling keeps every element`() {
        var chance = SeededChance(seed: 5)
        let shuffled = chance.shuffled(Array(0..<50))
        #expect(shuffled != Array(0..<50))
        #expect(shuffled.sorted() == Array(0..<50))
    }
}
