@testable import Node
import Testing

struct RequestLimitsTests {
    @Test func `one address may ask so much at once, then at the fixed rate; others are not held up`() {
        let limits = RequestLimits()
        for _ in 0..<Int(RequestLimits.atOnce) {
            #expect(limits.enter("10.0.0.1", now: 0) == nil)
            limits.leave()
        }
        #expect(limits.enter("10.0.0.1", now: 0) == 1)
        #expect(limits.enter("10.0.0.2", now: 0) == nil)
        limits.leave()
        #expect(limits.enter("10.0.0.1", now: 0.01) == nil)
    }

    @Test func `all together have so many in work`() {
        let limits = RequestLimits()
        for number in 0..<RequestLimits.inWork { #expect(limits.enter("10.0.\(number / 200).\(number % 200)", now: 0) == nil) }
        #expect(limits.enter("10.9.9.9", now: 0) == 1)
        limits.leave()
        #expect(limits.enter("10.9.9.9", now: 0) == nil)
    }
}
