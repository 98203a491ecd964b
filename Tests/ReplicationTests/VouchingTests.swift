import Protocol
import Replication
import Rules
import Testing

@Suite("A parent that has forgotten a child believes its own signature")
struct VouchingTests {
    /// A county that enrolled its school after a backup of its disk was taken, and the backup.
    private func world(seed: UInt64) throws -> (LinkWorld, ModelStore.Contents) {
        let world = LinkWorld(seed: seed, nodes: [Tree.shangcheng, Tree.firstSchool])
        let county = world[Tree.shangcheng]
        county.forget(Tree.firstSchool)
        try county.write("公告一", to: .everyone)
        let backup = county.disk
        try county.write("公告二", to: .everyone)
        try county.write("公告三", to: .everyone)
        try county.write("公告四", to: .everyone)
        try county.write(ModelStore.enrolling(Tree.firstSchool), to: .subtree(Tree.firstSchool))
        #expect(world.settle())
        return (world, backup)
    }

    @Test func `The child brings the parent's own streams back, is known again, and both go on`() throws {
        let (world, backup) = try world(seed: 21)
        let whole = try Set(world[Tree.shangcheng].heads(.down(Tree.firstSchool)))
        world.restore(Tree.shangcheng, backup)
        #expect(world[Tree.shangcheng].length == 1)
        #expect(world.settle())
        #expect(try Set(world[Tree.shangcheng].heads(.down(Tree.firstSchool))) == whole)
        #expect(world.endpoint(Tree.shangcheng).rememberedChildren == [Tree.firstSchool])
        let last = try world[Tree.firstSchool].write("登记")
        #expect(world.settle())
        #expect(try world[Tree.shangcheng].heads(.down(Tree.firstSchool)).contains(last))
    }

    @Test func `It comes back over a bad line as well`() throws {
        let (world, backup) = try world(seed: 22)
        world.weather = Weather(lostRequests: 25, lostReplies: 25, doubledRequests: 25)
        world.restore(Tree.shangcheng, backup)
        world.pass(3000)
        world.weather = .fair
        #expect(world.settle())
        #expect(world.isConverged && world[Tree.shangcheng].length == 5)
    }

    @Test func `A child that nobody has enrolled is refused, and its link stands still`() throws {
        let world = LinkWorld(seed: 23, nodes: [Tree.shangcheng, Tree.firstSchool])
        world[Tree.shangcheng].forget(Tree.firstSchool)
        try world[Tree.firstSchool].write("登记")
        world.pass(60)
        guard case .stopped(let failure) = world.link(Tree.firstSchool).machine.condition(at: world.now) else {
            Issue.record("the link should stand still")
            return
        }
        #expect(failure.code == .unauthorised)
        #expect(world[Tree.shangcheng].length == 0)
    }

    @Test func `Streams of others are not taken in this way`() throws {
        let (world, _) = try world(seed: 24)
        try world[Tree.firstSchool].write("登记")
        let bytes = try #require(world[Tree.firstSchool].disk.journal.last?.bytes)
        let request = VouchRequest(unit: Tree.firstSchool, envelopes: [bytes])
        let before = world[Tree.shangcheng].length
        defer { #expect(world.endpoint(Tree.shangcheng).rememberedChildren.isEmpty) }
        _ = world.endpoint(Tree.shangcheng).outcome(path: "/peer/v1/vouch", body: request.bytes)
        #expect(world[Tree.shangcheng].length == before)
    }
}
