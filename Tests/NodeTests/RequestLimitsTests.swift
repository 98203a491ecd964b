@testable import Node
import Testing

struct RequestLimitsTests {
    private let console = RequestLimits.Door.console

    @Test func `one address may ask so much at once, then at the fixed rate; others are not held up`() {
        let limits = RequestLimits(console)
        for _ in 0..<Int(console.atOnce) {
            #expect(limits.enter("10.0.0.1", now: 0) == nil)
            limits.leave("10.0.0.1")
        }
        #expect(limits.enter("10.0.0.1", now: 0) == .init(isOfOne: true, wait: 1))
        #expect(limits.enter("10.0.0.2", now: 0) == nil)
        limits.leave("10.0.0.2")
        #expect(limits.enter("10.0.0.1", now: 0.01) == nil)
    }

    @Test func `one address has so many in work, and is told to come again`() {
        let limits = RequestLimits(console)
        for _ in 0..<console.inWorkOfOne { #expect(limits.enter("10.0.0.1", now: 0) == nil) }
        let busy = limits.enter("10.0.0.1", now: 0)
        #expect(busy == .init(isOfOne: true, wait: 1))
        #expect(busy?.status == 429)
        limits.leave("10.0.0.1")
        #expect(limits.enter("10.0.0.1", now: 0) == nil)
    }

    @Test func `all together have so many in work`() {
        let limits = RequestLimits(console)
        for number in 0..<console.inWork { #expect(limits.enter("10.0.\(number / 50).\(number % 50)", now: 0) == nil) }
        let busy = limits.enter("10.9.9.9", now: 0)
        #expect(busy == .init(isOfOne: false, wait: 2))
        #expect(busy?.status == 503)
        limits.leave("10.0.0.0")
        #expect(limits.enter("10.9.9.9", now: 0) == nil)
    }

    @Test func `bodies take room and give it back`() {
        let limits = RequestLimits(console)
        #expect(limits.hold(console.bodyBytes))
        #expect(!limits.hold(1))
        limits.release(1)
        #expect(limits.hold(1))
    }

    @Test func `addresses that are quiet again are forgotten, those in work are not`() {
        let limits = RequestLimits(console)
        #expect(limits.enter("10.9.9.9", now: 0) == nil)
        for number in 0..<RequestLimits.remembered * 2 {
            let address = "10.1.\(number / 250).\(number % 250)"
            #expect(limits.enter(address, now: Double(number) * 0.01) == nil)
            limits.leave(address)
        }
        for _ in 1..<console.inWorkOfOne { #expect(limits.enter("10.9.9.9", now: 1000) == nil) }
        #expect(limits.enter("10.9.9.9", now: 1000)?.isOfOne == true)
    }
}
