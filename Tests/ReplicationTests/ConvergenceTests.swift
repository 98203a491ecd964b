import Protocol
import Replication
import Rules
import Testing

@Suite("Nodes that hold a link converge")
struct ConvergenceTests {
    @Test func `What a school writes reaches its county and what the county writes comes down`() throws {
        let world = LinkWorld(seed: 1, nodes: [Tree.shangcheng, Tree.firstSchool])
        for index in 0..<5 { try world[Tree.firstSchool].write("登记 \(index)") }
        try world[Tree.shangcheng].write("审核", to: .unit(Tree.firstSchool))
        try world[Tree.shangcheng].write("只向上", to: .up)
        #expect(world.settle())
        #expect(world.isConverged)
        #expect(try world[Tree.shangcheng].heads(.down(Tree.firstSchool)).count == 2)
        #expect(world[Tree.firstSchool].length == 6, "what goes only up does not come down")
    }

    @Test func `An idle link that was broken says hello without heads when both processes live on`() throws {
        let world = LinkWorld(seed: 2, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("一")
        #expect(world.settle())
        world.endpoint(Tree.shangcheng).close(Tree.firstSchool)
        try world[Tree.firstSchool].write("二")
        let before = world.link(Tree.firstSchool).calls
        #expect(world.settle())
        let after = world.link(Tree.firstSchool).calls
        #expect(after["/peer/v1/hello", default: 0] == before["/peer/v1/hello", default: 0] + 1)
        #expect(after["/peer/v1/heads", default: 0] == before["/peer/v1/heads", default: 0])
        #expect(world.isConverged)
    }

    @Test func `Reach of a school's stream at county and centre comes down to the school`() throws {
        let world = LinkWorld(seed: 3, nodes: [Tree.centre, Tree.zhejiang, Tree.hangzhou, Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("登记")
        #expect(world.settle())
        let units = Set(world[Tree.firstSchool].reach.filter { $0.stream.unit == Tree.firstSchool }.map(\.unit))
        #expect(units == [Tree.shangcheng, Tree.hangzhou, Tree.zhejiang, Tree.centre])
    }

    @Test(arguments: 1...UInt64(60))
    func `Two nodes converge in foul weather`(seed: UInt64) throws {
        let plan = LinkPlan(batchBytes: 900, headsPerCall: seed % 2 == 0 ? 3 : 4096, rangesPerCall: 2, rangeLength: 3)
        let world = LinkWorld(seed: seed, nodes: [Tree.shangcheng, Tree.firstSchool], weather: .foul, plan: plan)
        for index in 0..<12 {
            try world[Tree.firstSchool].write("\(index)")
            if index % 3 == 0 { try world[Tree.firstSchool].write("给县 \(index)", to: .unit(Tree.shangcheng)) }
            if index % 2 == 0 { try world[Tree.shangcheng].write("\(index)", to: .subtree(Tree.shangcheng)) }
            if index % 4 == 0 { world.newIncarnation(Tree.firstSchool) }
            world.pass(3)
        }
        world.weather = .fair
        #expect(world.settle(), "seed \(seed)")
        #expect(world.isConverged, "seed \(seed)")
        #expect(world[Tree.shangcheng].salvage == 0)
        #expect(world.link(Tree.firstSchool).findings.allSatisfy { $0 == .replaced }, "seed \(seed)")
    }

    @Test(arguments: 1...UInt64(25))
    func `Three levels converge in foul weather and nothing is lost`(seed: UInt64) throws {
        let nodes = [Tree.hangzhou, Tree.shangcheng, Tree.xihu, Tree.firstSchool, Tree.secondSchool]
        let world = LinkWorld(seed: seed, nodes: nodes, weather: .foul, plan: LinkPlan(batchBytes: 2000))
        var written: [StreamID: UInt64] = [:]
        for index in 0..<8 {
            for unit in nodes {
                let audience: Audience = unit == Tree.hangzhou ? .everyone : .up
                let head = try world[unit].write("\(unit) \(index)", to: audience)
                written[head.stream] = head.sequence
            }
            if world.dice.happens(20) { world.away = [Tree.shangcheng] } else { world.away = [] }
            world.pass(2)
        }
        world.away = []
        world.weather = .fair
        #expect(world.settle(limit: 60_000), "seed \(seed)")
        #expect(world.isConverged, "seed \(seed)")
        let top = try world[Tree.hangzhou].heads(.down(Tree.hangzhou))
        #expect(Dictionary(uniqueKeysWithValues: top.map { ($0.stream, $0.sequence) }) == written, "seed \(seed)")
        let news = try world[Tree.firstSchool].heads(.up).first { $0.stream.unit == Tree.hangzhou }
        #expect(news?.sequence == 8, "seed \(seed)")
        let foreign = try world[Tree.secondSchool].heads(.up).filter { $0.stream.unit == Tree.firstSchool }
        #expect(foreign.isEmpty, "a school holds nothing of another one")
    }

    @Test func `A parent that is away for seventy days finds everything when it comes back`() throws {
        let world = LinkWorld(seed: 9, nodes: [Tree.shangcheng, Tree.firstSchool])
        #expect(world.settle())
        world.away = [Tree.shangcheng]
        for day in 0..<70 {
            try world[Tree.firstSchool].write("第 \(day) 天")
            world.pass(86_400)
        }
        world.away = []
        #expect(world.settle())
        #expect(world.isConverged)
        #expect(world[Tree.shangcheng].length == 70)
    }
}
