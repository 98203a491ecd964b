import Protocol
@testable import Replication
import Rules
import Testing

@Suite("The sessions of one parent process")
struct ParentDeskTests {
    private let dice = Locked(Dice(seed: 77))

    private func open(_ unit: UnitCode, at desk: inout ParentDesk) throws -> SessionToken {
        let token = try #require(SessionToken(dice.withLock { $0.bytes(16) }))
        let hello = try Hello(
            unit: unit, nonce: try #require(BootNonce(dice.withLock { $0.bytes(16) })), protocols: 1...1, version: "test",
            headsDigest: nil, challenge: nil, key: try #require(StatementKey(seed: dice.withLock { $0.bytes(32) })))
        try desk.open(hello, token: token, now: 0)
        return token
    }

    @Test func `More sessions than the limit are refused for a while; a child that is known renews its own`() throws {
        var desk = ParentDesk(limits: DeskLimits(sessions: 2))
        _ = try open("2144000001", at: &desk)
        _ = try open("2144000002", at: &desk)
        let refusal = #expect(throws: PeerRefusal.self) { _ = try open("2144000003", at: &desk) }
        #expect(refusal?.status == 503)
        #expect((refusal?.problem.retryAfterSeconds ?? 0) > 0)
        _ = try open("2144000001", at: &desk)
    }

    @Test func `One child has so many calls in work; further ones get 429 and a time, other children do not`() throws {
        var desk = ParentDesk(limits: DeskLimits(callsAtOnce: 2))
        _ = try open("2144000001", at: &desk)
        try desk.begin("2144000001", now: 0)
        try desk.begin("2144000001", now: 0)
        let refusal = #expect(throws: PeerRefusal.self) { try desk.begin("2144000001", now: 0) }
        #expect(refusal?.status == 429)
        #expect(refusal?.problem.retryAfterSeconds == 1)
        #expect(desk.children["2144000001"]?.refusedCalls == 1)
        try desk.begin("2144000002", now: 0)
        desk.end("2144000001")
        try desk.begin("2144000001", now: 0)
    }

    @Test func `One child has so many calls a second`() throws {
        var desk = ParentDesk(limits: DeskLimits(callsPerSecond: 3))
        for _ in 0..<3 {
            try desk.begin("2144000001", now: 5)
            desk.end("2144000001")
        }
        #expect(throws: PeerRefusal.self) { try desk.begin("2144000001", now: 5) }
        try desk.begin("2144000001", now: 6)
    }
}
