@testable import Rules
import Testing

struct BirthLikenessTests {
    @Test func `each slip has its level, in both directions`() {
        let cases: [(Int, Int, BirthLikeness)] = [
            (20_120_304, 20_120_304, .equal), (20_100_408, 20_100_804, .swapped), (20_100_322, 20_110_322, .year),
            (20_100_322, 20_100_422, .month), (20_100_322, 20_100_323, .day), (20_100_331, 20_100_401, .day),
            (20_121_231, 20_130_101, .day), (20_120_229, 20_120_301, .day), (20_070_831, 20_050_831, .digit), (20_090_807, 20_090_607, .digit),
            (20_150_712, 20_150_721, .transposed), (20_120_304, 20_120_319, .partial), (20_120_304, 20_150_819, .different),
            (0, 20_120_304, .unknown), (0, 0, .unknown),
        ]
        for (one, other, expected) in cases {
            #expect(BirthLikeness(one, other) == expected, "\(one) \(other)")
            #expect(BirthLikeness(other, one) == expected, "\(other) \(one)")
        }
    }

    @Test func `the end of February is the day before March only in its year`() {
        #expect(BirthLikeness(20_110_228, 20_110_301) == .day)
        #expect(BirthLikeness(20_120_228, 20_120_301) != .day)
    }
}
