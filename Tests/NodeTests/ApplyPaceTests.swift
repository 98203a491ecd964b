@testable import Node
import Testing

struct ApplyPaceTests {
    @Test func `long passes make the next ones smaller, down to one envelope`() {
        var pace = ApplyPace()
        for _ in 0..<9 { pace.took(ApplyPace.long * 2) }
        #expect(pace.envelopes == 1)
    }

    @Test func `short passes make the next ones larger, up to the most`() {
        var pace = ApplyPace()
        for _ in 0..<9 { pace.took(ApplyPace.short / 2) }
        #expect(pace.envelopes == ApplyPace.most)
    }

    @Test func `a pass that is neither long nor short changes nothing`() {
        var pace = ApplyPace()
        let before = pace.envelopes
        pace.took((ApplyPace.short + ApplyPace.long) / 2)
        #expect(pace.envelopes == before)
    }
}
