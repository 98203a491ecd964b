import Protocol
import Replication
import Rules
import Testing

@Suite("The child's side of a link, event by event")
struct ChildLinkTests {
    private let parent = LinkWorld(seed: 1, nodes: [Tree.shangcheng])

    private func failure(_ code: LinkFailure.Code, retryAfter: Int? = nil) -> ChildLink.Event {
        .failed(LinkFailure(code, message: "原因", remedy: "", cause: "", retryAfter: retryAfter), chance: 0.5)
    }

    private func reply(session: Bool, isSame: Bool = true, nonce: BootNonce) -> ChildLink.Event {
        .reply(.hello(HelloReply(
            unit: Tree.shangcheng, nonce: nonce, protocolVersion: 1, version: "1",
            session: session ? SessionToken(Array(repeating: 5, count: 16)) : nil, isSame: isSame, position: 7, at: 0)))
    }

    /// A link that has compared heads with its parent's process and rests.
    private func steady(_ nonce: BootNonce, plan: LinkPlan = LinkPlan()) -> ChildLink {
        var link = ChildLink(plan: plan)
        _ = link.handle(.begin, on: .up, at: 0)
        _ = link.handle(reply(session: false, nonce: nonce), on: .up, at: 0)
        _ = link.handle(.heads([], position: 0, ownUnits: []), on: .up, at: 0)
        _ = link.handle(reply(session: true, nonce: nonce), on: .up, at: 0)
        return link
    }

    @Test func `It asks for the parent's nonce, then shows its heads signed`() throws {
        let nonce = parent.nonce()
        var link = ChildLink()
        #expect(link.handle(.begin, on: .up, at: 0) == .greet(challenge: nil, digest: nil))
        #expect(link.handle(.begin, on: .down, at: 0) == .rest(until: nil))
        #expect(link.handle(reply(session: false, nonce: nonce), on: .up, at: 0) == .readHeads(.upOnce))
        let greet = link.handle(.heads([], position: 3, ownUnits: []), on: .up, at: 0)
        #expect(greet == .greet(challenge: nonce, digest: HeadsSummary([]).whole))
        let next = link.handle(reply(session: true, nonce: nonce), on: .up, at: 0)
        #expect(next == .readNews(after: 3, limitBytes: 1 << 20))
        #expect(link.confirmedPosition == 3)
        guard case .call(.pull(let pull)) = link.handle(.begin, on: .down, at: 0) else {
            Issue.record("the down lane should pull")
            return
        }
        #expect(pull.after == 7)
    }

    @Test func `That the parent does not know the unit is reported when it is said again, and anew after each two`() {
        var stranger = LinkFailure(.forbidden, message: "不属于", remedy: "", cause: "status 403 notBelow")
        stranger.peerCode = "notBelow"
        var link = steady(parent.nonce())
        func refuse(at now: Double, _ failure: LinkFailure) -> [LinkReport] {
            _ = link.handle(.failed(failure, chance: 0.5), on: .up, at: now)
            return link.takeReports().filter { $0 == .notBelow }
        }
        _ = link.takeReports()
        #expect(refuse(at: 1, stranger) == [])
        #expect(refuse(at: 1000, stranger) == [.notBelow])
        #expect(refuse(at: 2000, stranger) == [])
        #expect(refuse(at: 3000, LinkFailure(.forbidden, message: "", remedy: "", cause: "")) == [], "another refusal begins anew")
        #expect(refuse(at: 4000, stranger) == [])
        #expect(refuse(at: 5000, stranger) == [.notBelow])
    }

    @Test func `A session that is gone is opened again without heads, a new process sees the heads`() {
        let nonce = parent.nonce()
        var link = steady(nonce)
        #expect(link.handle(failure(.sessionGone), on: .up, at: 1) == .greet(challenge: nonce, digest: nil))
        let other = parent.nonce()
        #expect(link.handle(reply(session: false, nonce: other), on: .up, at: 1) == .readHeads(.upOnce))
        #expect(link.confirmedPosition == nil)
    }

    @Test func `Failures wait longer and longer and a good word ends it`() {
        let nonce = parent.nonce()
        var link = steady(nonce)
        var now = 0.0
        var waits: [Double] = []
        for _ in 0..<6 {
            guard case .rest(let until?) = link.handle(failure(.network), on: .down, at: now) else { break }
            waits.append(until - now)
            #expect(link.handle(.begin, on: .down, at: until - 0.1) == .rest(until: until), "a bell does not cut a wait short")
            now = until
            _ = link.handle(.begin, on: .down, at: now)
        }
        #expect(waits == [1, 2, 5, 30, 60, 120])
        _ = link.handle(failure(.network), on: .down, at: now)
        if case .backingOff(_, let failure) = link.condition(at: now) { #expect(failure.message == "原因") } else {
            Issue.record("the state should name the reason")
        }
        let stir = link.stir
        _ = link.handle(.reply(.pull(PullReply(envelopes: [], position: 9, hasMore: false, reach: [], reachChange: 0))), on: .down, at: now)
        #expect(link.condition(at: now) == .connected)
        #expect(link.stir != stir, "the other lane need not wait either")
    }

    @Test func `The parent's own Retry-After is obeyed`() {
        var link = steady(parent.nonce())
        #expect(link.handle(failure(.busy, retryAfter: 77), on: .up, at: 100) == .rest(until: 177))
    }

    @Test(arguments: [LinkFailure.Code.unauthorised, .forbidden, .moved, .upgrade])
    func `A standing refusal stops both lanes, is shown, and is tried again rarely or when asked`(code: LinkFailure.Code) {
        var link = steady(parent.nonce())
        #expect(link.handle(failure(code), on: .up, at: 100) == .rest(until: 1000))
        #expect(link.handle(.begin, on: .down, at: 200) == .rest(until: nil))
        #expect(link.handle(.begin, on: .up, at: 999) == .rest(until: 1000))
        if case .stopped(let failure) = link.condition(at: 200) { #expect(failure.code == code) } else {
            Issue.record("the link should show that it stopped")
        }
        var asked = link
        asked.retryNow()
        #expect(asked.handle(.begin, on: .up, at: 201) == .readHeads(.up))
        #expect(link.handle(.begin, on: .up, at: 1000) != .rest(until: 1000))
    }

    @Test func `A waiting pull does not hold a push up`() throws {
        let world = LinkWorld(seed: 3, nodes: [Tree.shangcheng, Tree.firstSchool])
        #expect(world.settle())
        let lane = try #require(world.link(Tree.firstSchool).lanes[.down])
        #expect(lane.held != nil, "the pull waits at the parent")
        let now = world.now
        try world[Tree.firstSchool].write("登记")
        #expect(world.settle())
        #expect(world.now == now, "no time had to pass")
        #expect(world[Tree.shangcheng].length == 1)
    }

    @Test func `A refused stream stands still, is reported once and tried again with the next comparison, which says that it goes on`() throws {
        let world = LinkWorld(seed: 4, nodes: [Tree.hangzhou, Tree.shangcheng])
        let (city, county) = (world[Tree.hangzhou], world[Tree.shangcheng])
        county.startIncarnation(try #require(Incarnation(world.dice.bytes(8))), of: Tree.firstSchool)
        city.disk.keys[Tree.firstSchool] = world.secrets[Tree.xihu]?.publicKey
        let refused = try county.write("一", as: Tree.firstSchool)
        try county.write("县")
        #expect(world.settle())
        let last = try county.write("二", as: Tree.firstSchool)
        #expect(world.settle())
        let link = world.link(Tree.shangcheng)
        #expect(link.findings == [.held(refused.stream, .badSignature, byParent: true)])
        #expect(city.length == 1, "the other stream goes on")
        #expect(county.length == 3, "nothing is dropped")
        #expect(link.calls["/peer/v1/heads", default: 0] < 4, "no storm of comparisons")
        city.disk.keys[Tree.firstSchool] = world.secrets[Tree.firstSchool]?.publicKey
        world.pass(601)
        #expect(try city.heads(.down(Tree.shangcheng)).contains(last))
        #expect(link.machine.held.isEmpty)
        #expect(link.reports.last == .compared(held: [:]))
    }

    @Test func `Comparisons that a missing key asks for do not put off the one that tries again what stands still`() throws {
        let world = LinkWorld(seed: 4, nodes: [Tree.zhejiang, Tree.hangzhou])
        let (province, city) = (world[Tree.zhejiang], world[Tree.hangzhou])
        for school in [Tree.firstSchool, Tree.secondSchool] {
            city.startIncarnation(try #require(Incarnation(world.dice.bytes(8))), of: school)
        }
        province.disk.keys[Tree.firstSchool] = world.secrets[Tree.xihu]?.publicKey
        province.disk.keys[Tree.secondSchool] = nil
        let refused = try city.write("一", as: Tree.firstSchool)
        let waiting = try city.write("二", as: Tree.secondSchool)
        world.pass(30)
        let link = world.link(Tree.hangzhou)
        #expect(link.machine.held == [refused.stream: .badSignature])
        province.disk.keys[Tree.firstSchool] = world.secrets[Tree.firstSchool]?.publicKey
        world.pass(700)
        #expect(link.calls["/peer/v1/heads", default: 0] > 10, "the key is waited for all the while")
        #expect(try province.heads(.down(Tree.hangzhou)).contains(refused))
        #expect(try !province.heads(.down(Tree.hangzhou)).contains(waiting))
        #expect(link.machine.held.isEmpty)
    }

    @Test func `An answer that covers nothing of what was asked is a failure, not a loop`() {
        let nonce = parent.nonce()
        var link = ChildLink()
        _ = link.handle(.begin, on: .up, at: 0)
        _ = link.handle(reply(session: false, nonce: nonce), on: .up, at: 0)
        _ = link.handle(.heads([], position: 0, ownUnits: []), on: .up, at: 0)
        guard case .call(.heads) = link.handle(reply(session: true, isSame: false, nonce: nonce), on: .up, at: 0) else {
            Issue.record("different heads are compared")
            return
        }
        let empty = HeadsReply(differing: [], covered: [], heads: [], position: 0, at: 0)
        #expect(link.handle(.reply(.heads(empty)), on: .up, at: 0) == .rest(until: 1))
    }

    @Test func `An address behind which processes change with every call does not spin`() {
        var link = ChildLink()
        _ = link.handle(.begin, on: .up, at: 0)
        var rests = false
        for _ in 0..<10 where !rests {
            var action = link.handle(reply(session: false, nonce: parent.nonce()), on: .up, at: 0)
            if case .readHeads = action { action = link.handle(.heads([], position: 0, ownUnits: []), on: .up, at: 0) }
            if case .rest = action { rests = true }
        }
        #expect(rests)
    }
}
