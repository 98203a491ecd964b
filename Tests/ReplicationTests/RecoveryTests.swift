import Protocol
import Replication
import Rules
import Testing

@Suite("What a disk loses comes back over the links")
struct RecoveryTests {
    @Test func `A parent that was rolled back gets its own and its children's streams back`() throws {
        let world = LinkWorld(seed: 1, nodes: [Tree.shangcheng, Tree.firstSchool])
        for index in 0..<4 { try world[Tree.firstSchool].write("\(index)") }
        try world[Tree.shangcheng].write("旧", to: .subtree(Tree.shangcheng))
        #expect(world.settle())
        let backup = world[Tree.shangcheng].disk
        for index in 4..<9 { try world[Tree.firstSchool].write("\(index)") }
        try world[Tree.shangcheng].write("新", to: .subtree(Tree.shangcheng))
        #expect(world.settle())
        let whole = try Set(world[Tree.shangcheng].heads(.down(Tree.firstSchool)))

        world.restore(Tree.shangcheng, backup)
        #expect(world.endpoint(Tree.shangcheng).children.isEmpty, "the fence is closed until children have shown their heads")
        #expect(world.settle())
        #expect(try Set(world[Tree.shangcheng].heads(.down(Tree.firstSchool))) == whole)
        let child = try #require(world.endpoint(Tree.shangcheng).children.first)
        #expect(child.hasShownHeads)
        #expect(child.ahead.isEmpty)
    }

    @Test func `A rolled back parent knows of its longer copy below before it has it back`() throws {
        let world = LinkWorld(seed: 2, nodes: [Tree.shangcheng, Tree.firstSchool])
        let backup = world[Tree.shangcheng].disk
        let lost = try world[Tree.shangcheng].write("公告", to: .subtree(Tree.shangcheng))
        #expect(world.settle())
        world.restore(Tree.shangcheng, backup)
        world[Tree.shangcheng].setFull(true)
        world.pass(20)
        let child = try #require(world.endpoint(Tree.shangcheng).children.first)
        #expect(child.hasShownHeads)
        #expect(child.ahead[lost.stream] == lost)
        world[Tree.shangcheng].setFull(false)
        #expect(world.settle())
        #expect(world.endpoint(Tree.shangcheng).children.first?.ahead.isEmpty == true)
        #expect(world.endpoint(Tree.shangcheng).copies(of: lost.stream, sequence: 1) == 1)
    }

    @Test func `A copy that a child fetched after comparing heads is told to the parent like one it pulled`() throws {
        let world = LinkWorld(seed: 6, nodes: [Tree.shangcheng, Tree.firstSchool])
        #expect(world.settle())
        world.away = [Tree.shangcheng]
        world.pass(60)
        let number = try world[Tree.shangcheng].write("号", to: .subtree(Tree.shangcheng))
        // The parent's new process knows nothing of its children: they compare heads and fetch.
        world.restart(Tree.shangcheng)
        world.away = []
        #expect(world.settle())
        #expect(try world[Tree.firstSchool].heads(.up).contains(number))
        world.pass(60)
        #expect(world.endpoint(Tree.shangcheng).copies(of: number.stream, sequence: 1) == 1)
    }

    @Test func `A school whose disk went back fetches its own stream and says so`() throws {
        let world = LinkWorld(seed: 3, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("一")
        let backup = world[Tree.firstSchool].disk
        let last = try world[Tree.firstSchool].write("二")
        #expect(world.settle())
        world.restore(Tree.firstSchool, backup)
        #expect(world.settle())
        #expect(world.isConverged)
        #expect(try world[Tree.firstSchool].heads(.up).contains(last))
        let reports = world.link(Tree.firstSchool).reports
        #expect(reports.contains { if case .rolledBack(_, last) = $0 { true } else { false } })
    }

    @Test func `A county with an empty disk is refilled from above and below`() throws {
        let world = LinkWorld(seed: 4, nodes: [Tree.hangzhou, Tree.shangcheng, Tree.firstSchool])
        let blank = world[Tree.shangcheng].disk
        for index in 0..<6 {
            try world[Tree.firstSchool].write("校 \(index)")
            try world[Tree.shangcheng].write("县 \(index)", to: .subtree(Tree.shangcheng))
            try world[Tree.hangzhou].write("市 \(index)", to: .everyone)
        }
        #expect(world.settle())
        world.away = [Tree.shangcheng]
        try world[Tree.firstSchool].write("县里还没有")
        world.pass(5)
        world.away = []
        world.restore(Tree.shangcheng, blank)
        world.newIncarnation(Tree.shangcheng)
        #expect(world.settle())
        #expect(world.isConverged)
        #expect(world[Tree.shangcheng].length == 19)
    }

    @Test func `A fork is reported and kept apart while other streams go on`() throws {
        let world = LinkWorld(seed: 5, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("共同")
        #expect(world.settle())
        let clone = world[Tree.firstSchool].disk
        try world[Tree.firstSchool].write("本机")
        #expect(world.settle())
        world.restore(Tree.firstSchool, clone)
        let forked = try world[Tree.firstSchool].write("副本")
        world.newIncarnation(Tree.firstSchool)
        let other = try world[Tree.firstSchool].write("新化身")
        #expect(world.settle())
        let above = try world[Tree.shangcheng].heads(.down(Tree.firstSchool))
        #expect(above.contains(other), "other streams go on")
        #expect(!above.contains(forked))
        #expect(world.link(Tree.firstSchool).machine.held[forked.stream] == .fork)
        let reports = world.link(Tree.firstSchool).reports
        #expect(reports.contains { if case .fork(let own, _) = $0 { own == forked } else { false } })
        #expect(world[Tree.firstSchool].length == 3, "nothing is dropped")
    }

    @Test func `A fork of unequal length is found, and the parent has all of the losing copy before it is reported`() throws {
        let world = LinkWorld(seed: 6, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.firstSchool].write("共同")
        #expect(world.settle())
        let clone = world[Tree.firstSchool].disk
        try world[Tree.firstSchool].write("本机")
        #expect(world.settle())
        world.restore(Tree.firstSchool, clone)
        let first = try world[Tree.firstSchool].write("副本甲")
        let forked = try world[Tree.firstSchool].write("副本乙")
        #expect(world.settle())
        #expect(world[Tree.shangcheng].disk.salvaged == [first.hash, forked.hash])
        #expect(world.link(Tree.firstSchool).reports.contains { if case .fork(let own, _) = $0 { own == forked } else { false } })
    }

    @Test func `A copy that the child gave up keeps the fence closed no longer than to the next comparison`() throws {
        let world = LinkWorld(seed: 13, nodes: [Tree.shangcheng, Tree.firstSchool])
        try world[Tree.shangcheng].write("共同", to: .subtree(Tree.shangcheng))
        #expect(world.settle())
        let backup = world[Tree.shangcheng].disk
        let lost = try world[Tree.shangcheng].write("旧", to: .subtree(Tree.shangcheng))
        #expect(world.settle())
        world.restore(Tree.shangcheng, backup)
        try world[Tree.shangcheng].write("新", to: .subtree(Tree.shangcheng))
        world.pass(20)
        #expect(world.endpoint(Tree.shangcheng).children.first?.ahead[lost.stream] == lost)
        #expect(world[Tree.shangcheng].disk.salvaged == [lost.hash])
        // It gives way as a node does: all of the stream goes, and is fetched again.
        world[Tree.firstSchool].giveUp(lost.stream)
        world.link(Tree.firstSchool).machine.retryNow()
        world.pass(20)
        #expect(world.endpoint(Tree.shangcheng).children.first?.ahead.isEmpty == true)
        #expect(world.isConverged)
    }

    @Test func `Envelopes whose key is not enrolled yet arrive once it is`() throws {
        let world = LinkWorld(seed: 7, nodes: [Tree.hangzhou, Tree.shangcheng, Tree.firstSchool])
        world[Tree.hangzhou].forget(Tree.firstSchool)
        try world[Tree.firstSchool].write("登记")
        try world[Tree.shangcheng].write("县")
        world.pass(10)
        #expect(world[Tree.hangzhou].length == 1, "other streams go on")
        world[Tree.hangzhou].enrol(Tree.firstSchool)
        world.pass(120)
        #expect(world.isConverged)
        #expect(world[Tree.hangzhou].length == 2)
    }

    @Test func `A parent with a full disk loses nothing and is served when it has room`() throws {
        let world = LinkWorld(seed: 8, nodes: [Tree.shangcheng, Tree.firstSchool])
        #expect(world.settle())
        world[Tree.shangcheng].setFull(true)
        try world[Tree.firstSchool].write("登记")
        world.pass(300)
        if case .backingOff = world.link(Tree.firstSchool).machine.condition(at: world.now) {} else {
            Issue.record("the link should wait")
        }
        world[Tree.shangcheng].setFull(false)
        #expect(world.settle())
        #expect(world.isConverged)
    }

    @Test func `Two processes in one name do not starve each other silently`() throws {
        let world = LinkWorld(seed: 9, nodes: [Tree.shangcheng, Tree.firstSchool])
        #expect(world.settle())
        let key = try #require(world.secrets[Tree.firstSchool])
        let endpoint = world.endpoint(Tree.shangcheng)
        let clone = try Hello(
            unit: Tree.firstSchool, nonce: world.nonce(), protocols: 1...1, version: "clone", headsDigest: nil,
            challenge: endpoint.nonce, key: key)
        _ = endpoint.outcome(path: "/peer/v1/hello", body: clone.bytes)
        world.pass(60)
        #expect(world.link(Tree.firstSchool).reports.contains(.replaced))
        #expect((endpoint.children.first?.cloneSightings ?? 0) > 0)
    }

    @Test func `Of two processes with one key the older one stays, and the copy is told so as long as that one is heard from`() throws {
        let world = LinkWorld(seed: 10, nodes: [Tree.shangcheng, Tree.firstSchool])
        #expect(world.settle())
        let key = try #require(world.secrets[Tree.firstSchool])
        let endpoint = world.endpoint(Tree.shangcheng)
        let clone = try Hello(
            unit: Tree.firstSchool, nonce: world.nonce(), protocols: 1...1, version: "clone", headsDigest: nil,
            challenge: endpoint.nonce, key: key)
        func status() -> (Int, String?) {
            guard case .answer(let answer) = endpoint.outcome(path: "/peer/v1/hello", body: clone.bytes) else { return (0, nil) }
            return (answer.status, PeerProblem(bytes: answer.body)?.code)
        }
        #expect(status().0 == 200, "it may be a restart")
        world.pass(120)
        #expect(status() == (409, "clone"), "the first one came back: both are alive")
        #expect(status() == (409, "clone"))
        if case .connected = world.link(Tree.firstSchool).machine.condition(at: world.now) {} else {
            Issue.record("the older process goes on")
        }
        let last = try world[Tree.firstSchool].write("登记")
        #expect(world.settle())
        #expect(try world[Tree.shangcheng].heads(.down(Tree.firstSchool)).contains(last))
    }

    @Test func `A process that is told to be a copy stops and reports it, a moved one reports where to`() {
        var link = ChildLink()
        _ = link.handle(.begin, on: .up, at: 0)
        let clone = LinkFailure(.clone, message: "", remedy: "", cause: "")
        _ = link.handle(.failed(clone, chance: 0), on: .up, at: 0)
        #expect(link.takeReports() == [.clone])
        var other = ChildLink()
        _ = other.handle(.begin, on: .up, at: 0)
        let moved = LinkFailure(
            .moved, message: "", remedy: "", cause: "", movedTo: Tree.xihu.text, movedAddress: "https://xihu.example")
        _ = other.handle(.failed(moved, chance: 0), on: .up, at: 0)
        #expect(other.takeReports() == [.moved(to: Tree.xihu, address: "https://xihu.example")])
    }
}
