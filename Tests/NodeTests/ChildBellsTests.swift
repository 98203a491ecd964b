@testable import Node
import Rules
import Testing

struct ChildBellsTests {
    private let bells = ChildBells()

    /// Waits until so many pulls stand at the bells.
    private func standing(_ count: Int) async throws {
        try await Fixture.eventually { bells.waiting == count }
    }

    @Test func `a ring wakes the child it is for and nobody else`() async throws {
        let rings = bells.rings
        async let first = bells.wait("2144000001", since: rings, seconds: 60)
        async let second = bells.wait("2144000002", since: rings, seconds: 60)
        try await standing(2)
        bells.ring(["2144000001"])
        #expect(await first == .rung)
        #expect(bells.waiting == 1)
        bells.ringAll()
        #expect(await second == .rung)
    }

    @Test func `a ring between looking and waiting is not missed`() async {
        let rings = bells.rings
        bells.ring(["2144000001"])
        #expect(await bells.wait("2144000001", since: rings, seconds: 60) == .rung)
        #expect(await bells.wait("2144000002", since: rings, seconds: 0) == .timeOut)
        bells.ringAll()
        #expect(await bells.wait("2144000002", since: rings, seconds: 60) == .rung)
    }

    @Test func `of one child so many pulls wait; a further one ends the oldest`() async throws {
        let rings = bells.rings
        async let oldest = bells.wait("2144000001", since: rings, seconds: 60)
        try await standing(1)
        async let second = bells.wait("2144000001", since: rings, seconds: 60)
        try await standing(ChildBells.perChild)
        async let third = bells.wait("2144000001", since: rings, seconds: 60)
        #expect(await oldest == .displaced)
        bells.ringAll()
        #expect(await second == .rung)
        #expect(await third == .rung)
        #expect(bells.waiting == 0)
    }

    @Test func `a pull that is given up leaves nothing behind`() async throws {
        let task = Task { await bells.wait("2144000001", since: bells.rings, seconds: 60) }
        try await standing(1)
        task.cancel()
        _ = await task.value
        #expect(bells.waiting == 0)
    }
}
