import Protocol
import Replication
import Rules
import Testing

@Suite("Digests of heads")
struct HeadsSummaryTests {
    private func heads(_ count: Int) -> [StreamHead] {
        var dice = Dice(seed: 4)
        return (0..<count).compactMap { index in
            guard let incarnation = Incarnation(dice.bytes(8)), let hash = Digest(dice.bytes(32)) else { return nil }
            let stream = StreamID(unit: Tree.firstSchool, incarnation: incarnation, audience: .up)
            return StreamHead(stream: stream, sequence: UInt64(index + 1), hash: hash)
        }
    }

    @Test func `The order of heads does not matter, every part of a head does`() throws {
        let some = heads(1000)
        let summary = HeadsSummary(some)
        #expect(summary.whole == HeadsSummary(some.reversed()).whole)
        #expect(summary.count == 1000)
        for change in 0..<3 {
            var other = some
            switch change {
            case 0: other[500].sequence += 1
            case 1: other[500].hash = some[1].hash
            default: other[500].stream.audience = .everyone
            }
            let changed = HeadsSummary(other)
            #expect(changed.whole != summary.whole)
            #expect(changed.differing(from: summary.digests) == [UInt8(HeadsSummary.bucket(of: some[500].stream))])
        }
    }

    @Test func `Digests of a wrong size differ everywhere`() {
        #expect(HeadsSummary([]).differing(from: [1, 2, 3]).count == 256)
        #expect(HeadsSummary([]).differing(from: HeadsSummary([]).digests).isEmpty)
    }
}
