@testable import Node
import Replication
import Testing

struct WatchFindingsTests {
    private func codes(_ change: (inout WatchFindings.Facts) -> Void) -> [String] {
        var facts = WatchFindings.Facts(time: 1_800_000_000, clockAhead: 3, diskFree: 100 << 30, storeBytes: 1 << 30)
        change(&facts)
        return WatchFindings(facts).all.map(\.code)
    }

    @Test func `nothing is told while all is well`() {
        #expect(codes { _ in } == [])
    }

    @Test func `a clock in 1970 and a clock far from the parent's are told, either way`() {
        #expect(codes { $0.time = 12_345 } == ["clock"])
        #expect(codes { $0.clockAhead = 301 } == ["clock"])
        #expect(codes { $0.clockAhead = -3_600 } == ["clock"])
        #expect(codes { $0.clockAhead = 299 } == [])
        let slow = WatchFindings(.init(time: 1_800_000_000, clockAhead: -10 * 86_400)).all
        #expect(slow.first?.text.contains("慢约 10 天") == true)
    }

    @Test func `a disk with less room than a gigabyte, or than a copy of the store needs, is told`() {
        #expect(codes { $0.diskFree = (1 << 30) - 1 } == ["disk"])
        #expect(codes { $0.diskFree = 5 << 30; $0.storeBytes = 6 << 30 } == ["disk"])
        #expect(codes { $0.diskFree = nil } == [])
    }

    @Test func `a link that fails for two minutes is told by its cause`() {
        let failure = LinkFailure(.proxyRefused, message: "代理服务器要求登录。", remedy: "请放行。", cause: "")
        #expect(codes { $0.failure = failure; $0.failingSince = $0.time - 119 } == [])
        #expect(codes { $0.failure = failure; $0.failingSince = $0.time - 120 } == ["link.proxyRefused"])
    }

    @Test func `queues beyond their bound are told`() {
        #expect(codes { $0.parked = 100_001 } == ["queue"])
        #expect(codes { $0.unapplied = 100_001 } == ["queue"])
        #expect(codes { $0.salvaged = 100_000 } == [])
    }
}
