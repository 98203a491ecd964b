import Protocol
import Replication
import Rules
import Testing

@Suite("A losing copy is handed to the parent before it is given up")
struct YieldingTests {
    @Test func `A long losing copy goes to the parent piece by piece, over a bad line, before the fork is reported`() throws {
        let world = LinkWorld(seed: 11, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("共同")
        #expect(world.settle())
        let clone = world[Tree.firstSchool].disk
        try world[Tree.firstSchool].write("本机")
        #expect(world.settle())
        world.restore(Tree.firstSchool, clone)
        let lost = try (0..<7).map { try world[Tree.firstSchool].write("副本 \($0)").hash }
        world.weather = Weather(lostRequests: 20, lostReplies: 20, doubledRequests: 20)
        world.pass(600)
        world.weather = .fair
        #expect(world.settle())
        #expect(world[Tree.shangcheng].disk.salvaged == Set(lost))
        #expect(world.link(Tree.firstSchool).reports.contains { if case .fork = $0 { true } else { false } })
    }

    @Test func `A comparison that ended says which streams still stand still`() throws {
        let world = LinkWorld(seed: 12, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("共同")
        #expect(world.settle())
        func lastHeld() -> Set<StreamID>? {
            world.link(Tree.firstSchool).reports.reversed().lazy.compactMap { report -> Set<StreamID>? in
                if case .compared(let held) = report { Set(held.keys) } else { nil }
            }.first
        }
        #expect(lastHeld() == [])
        let clone = world[Tree.firstSchool].disk
        try world[Tree.firstSchool].write("本机")
        #expect(world.settle())
        world.restore(Tree.firstSchool, clone)
        let forked = try world[Tree.firstSchool].write("副本")
        #expect(world.settle())
        #expect(lastHeld() == [forked.stream])
    }
}
