import Protocol
import Replication
import Rules

/// Units that every test here uses: a centre, one province, one city, two counties, two schools.
enum Tree {
    static let centre = UnitCode("000000")
    static let zhejiang = UnitCode("330000")
    static let hangzhou = UnitCode("330100")
    static let shangcheng = UnitCode("330102")
    static let xihu = UnitCode("330106")
    static let firstSchool = UnitCode("3133000001")
    static let secondSchool = UnitCode("3133000002")

    static let all = UnitTree([
        Unit(code: centre, name: "中央", tier: .centre, competent: nil),
        Unit(code: zhejiang, name: "浙江", tier: .province, competent: centre),
        Unit(code: hangzhou, name: "杭州", tier: .city, competent: zhejiang),
        Unit(code: shangcheng, name: "上城", tier: .county, competent: hangzhou),
        Unit(code: xihu, name: "西湖", tier: .county, competent: hangzhou),
        Unit(code: firstSchool, name: "第一小学", tier: .school, competent: shangcheng),
        Unit(code: secondSchool, name: "第二小学", tier: .school, competent: xihu),
    ])
}

/// Faults in percent of calls, or of steps for restarts.
struct Weather {
    var lostRequests = 0
    var lostReplies = 0
    var doubledRequests = 0
    var restarts = 0

    static let fair = Weather()
    static let foul = Weather(lostRequests: 10, lostReplies: 10, doubledRequests: 10, restarts: 1)
}

/// Nodes and links with a clock, a network and chance of the test's own; one step at a time, the same for the same seed.
final class LinkWorld {
    final class Lane {
        var action: ChildLink.Action?
        var stir = 0
        var rings: UInt64 = 0
        /// A pull that the parent holds: what to ask again with, what to answer in the end, and until when.
        var held: (call: PeerCall, next: [UInt8], answer: ParentEndpoint.Answer, until: Double)?
    }

    final class Link {
        let child: UnitCode
        let parent: UnitCode
        var machine: ChildLink
        var nonce: BootNonce
        var lanes: [ChildLink.Lane: Lane] = [.up: Lane(), .down: Lane()]
        var reports: [LinkReport] = []
        var calls: [String: Int] = [:]
        /// Reports of what is not as it should be.
        var findings: [LinkReport] { reports.filter { if case .compared = $0 { false } else { true } } }

        init(child: UnitCode, parent: UnitCode, machine: ChildLink, nonce: BootNonce) {
            self.child = child
            self.parent = parent
            self.machine = machine
            self.nonce = nonce
        }
    }

    var dice: Dice
    var now = 1000.0
    var weather: Weather
    let plan: LinkPlan
    let secrets: [UnitCode: StatementKey]
    private(set) var stores: [UnitCode: ModelStore] = [:]
    private(set) var endpoints: [UnitCode: ParentEndpoint] = [:]
    private(set) var links: [Link] = []
    /// Nodes that do not answer.
    var away: Set<UnitCode> = []
    var steps = 0

    /// - Parameter nodes: each with its parent among them, top first.
    init(seed: UInt64, nodes: [UnitCode], weather: Weather = .fair, plan: LinkPlan = LinkPlan()) {
        var dice = Dice(seed: seed)
        var secrets: [UnitCode: StatementKey] = [:]
        for unit in Tree.all.units.keys.sorted() { secrets[unit] = StatementKey(seed: dice.bytes(32)) }
        self.dice = dice
        self.secrets = secrets
        self.weather = weather
        self.plan = plan
        for unit in nodes {
            let store = ModelStore(unit, Tree.all, secrets: secrets)
            stores[unit] = store
            newIncarnation(unit)
            startEndpoint(unit)
            if let parent = Tree.all.unit(unit)?.competent, nodes.contains(parent) {
                links.append(Link(child: unit, parent: parent, machine: ChildLink(plan: plan), nonce: nonce()))
            }
        }
    }

    subscript(unit: UnitCode) -> ModelStore {
        guard let store = stores[unit] else { preconditionFailure("no node \(unit)") }
        return store
    }

    func link(_ child: UnitCode) -> Link {
        guard let link = links.first(where: { $0.child == child }) else { preconditionFailure("no link \(child)") }
        return link
    }

    func endpoint(_ unit: UnitCode) -> ParentEndpoint {
        guard let endpoint = endpoints[unit] else { preconditionFailure("no endpoint \(unit)") }
        return endpoint
    }

    func newIncarnation(_ unit: UnitCode) {
        if let incarnation = Incarnation(dice.bytes(8)) { self[unit].startIncarnation(incarnation, of: unit) }
    }

    func nonce() -> BootNonce {
        guard let nonce = BootNonce(dice.bytes(16)) else { preconditionFailure("16 bytes") }
        return nonce
    }

    // MARK: Restarts

    private func startEndpoint(_ unit: UnitCode) {
        let store = self[unit]
        let seed = dice.next()
        let tokens = Tokens(seed: seed)
        let surroundings = Surroundings(now: { 1_700_000_000 }, randomBytes: { tokens.bytes($0) })
        endpoints[unit] = ParentEndpoint(
            unit: unit, version: "test", nonce: nonce(), outbox: store, inbox: store, doorkeeper: store,
            surroundings: surroundings)
    }

    /// Kills and restarts a node: memory is gone, the disk stays.
    func restart(_ unit: UnitCode) {
        startEndpoint(unit)
        for link in links where link.child == unit {
            link.machine = ChildLink(plan: plan)
            link.nonce = nonce()
            link.lanes = [.up: Lane(), .down: Lane()]
        }
    }

    /// The disk comes back as it was, and the node restarts.
    func restore(_ unit: UnitCode, _ disk: ModelStore.Contents) {
        self[unit].disk = disk
        restart(unit)
    }

    // MARK: Running

    /// Runs until nothing moves but idle pulls; false when that takes more than `limit` steps.
    @discardableResult
    func settle(limit: Int = 20_000) -> Bool {
        let end = steps + limit
        while steps < end {
            let ready = readyLanes()
            if let (link, lane) = ready.randomElement(using: &dice) {
                step(link, lane)
            } else if isQuiet {
                return true
            } else {
                advance()
            }
        }
        return false
    }

    /// Lets time pass and everything happen that falls due.
    func pass(_ seconds: Double) {
        let end = now + seconds
        while true {
            if let (link, lane) = readyLanes().randomElement(using: &dice) {
                step(link, lane)
            } else if let due = nextDue(), due <= end {
                now = max(now, due)
            } else {
                now = end
                return
            }
            precondition(steps < 2_000_000, "the links never rest")
        }
    }

    private var isQuiet: Bool {
        links.allSatisfy { link in
            guard case .connected = link.machine.condition(at: now), link.lanes[.down]?.held != nil else { return false }
            guard let confirmed = link.machine.confirmedPosition else { return false }
            return confirmed == (try? self[link.child].position())
        }
    }

    private func readyLanes() -> [(Link, ChildLink.Lane)] {
        links.flatMap { link in
            ChildLink.Lane.allCases.compactMap { name in
                guard let lane = link.lanes[name] else { return nil }
                return isReady(lane, link) ? (link, name) : nil
            }
        }
    }

    private func isReady(_ lane: Lane, _ link: Link) -> Bool {
        if let held = lane.held { return held.until <= now || lane.rings != self[link.parent].bell.rings }
        guard case .rest(let until) = lane.action else { return true }
        if lane.stir != link.machine.stir || lane.rings != self[link.child].bell.rings { return true }
        return until.map { $0 <= now } ?? false
    }

    private func nextDue() -> Double? {
        var due: [Double] = []
        for link in links {
            for lane in link.lanes.values {
                if let held = lane.held { due.append(held.until) }
                if case .rest(let until?) = lane.action { due.append(until) }
            }
        }
        return due.min()
    }

    private func advance() {
        steps += 1
        now = max(now, nextDue() ?? now + 1)
    }

    private func step(_ link: Link, _ name: ChildLink.Lane) {
        guard let lane = link.lanes[name] else { return }
        steps += 1
        if weather.restarts > 0, dice.happens(weather.restarts) {
            restart(dice.happens(50) ? link.child : link.parent)
            return
        }
        if let held = lane.held { return ask(held.call, held.next, until: held.until, link, name, lane, held.answer) }
        guard let action = lane.action else { return handle(.begin, link, name, lane) }
        if case .rest = action { return handle(.begin, link, name, lane) }
        switch work(link).perform(action, chance: dice.fraction()) {
        case .event(let event): handle(event, link, name, lane)
        case .call(let call):
            link.calls[call.path, default: 0] += 1
            ask(call, call.body, until: nil, link, name, lane, nil)
        case .rest: break
        }
    }

    private func work(_ link: Link) -> LocalWork {
        let store = self[link.child]
        let (nonce, child, key) = (link.nonce, link.child, secrets[link.child])
        return LocalWork(outbox: store, inbox: store) {
            guard let key else { throw StoreIsFull() }
            return LinkIdentity(unit: child, key: key, version: "test", nonce: nonce, ownUnits: [child])
        }
    }

    private func handle(_ event: ChildLink.Event, _ link: Link, _ name: ChildLink.Lane, _ lane: Lane) {
        let rings = self[link.child].bell.rings
        lane.held = nil
        lane.action = link.machine.handle(event, on: name, at: now)
        lane.stir = link.machine.stir
        // A step looks at the store and handles what it saw: no ring comes between.
        lane.rings = rings
        link.reports += link.machine.takeReports()
    }

    /// Brings a call to the parent through the weather.
    private func ask(
        _ call: PeerCall, _ body: [UInt8], until: Double?, _ link: Link, _ name: ChildLink.Lane, _ lane: Lane,
        _ lastAnswer: ParentEndpoint.Answer?
    ) {
        let broken = LinkFailure(.network, message: "连接中断", remedy: "", cause: "weather")
        guard !away.contains(link.parent), !dice.happens(weather.lostRequests) else {
            return handle(.failed(broken, chance: dice.fraction()), link, name, lane)
        }
        let endpoint = endpoint(link.parent)
        if dice.happens(weather.doubledRequests) { _ = endpoint.outcome(path: call.path, body: body) }
        let rings = self[link.parent].bell.rings
        let outcome = endpoint.outcome(path: call.path, body: body)
        let answer: ParentEndpoint.Answer
        switch outcome {
        case .answer(let given): answer = given
        case .wait(let seconds, let next, let given):
            let end = until ?? now + Double(seconds)
            if end > now {
                lane.held = (call, next, given, end)
                lane.rings = rings
                return
            }
            answer = given
        }
        guard !dice.happens(weather.lostReplies) else {
            return handle(.failed(broken, chance: dice.fraction()), link, name, lane)
        }
        let response = IncomingResponse(
            status: answer.status, headers: [("content-type", answer.contentType)], body: answer.body)
        if let failure = LinkFailure(answer: response) {
            handle(.failed(failure, chance: dice.fraction()), link, name, lane)
        } else if let reply = call.reply(answer.body) {
            handle(.reply(reply), link, name, lane)
        } else {
            handle(.failed(broken, chance: 0), link, name, lane)
        }
    }

    // MARK: What is checked

    /// Both ends of every link hold the same heads of what the link is about.
    var isConverged: Bool {
        links.allSatisfy { link in
            (try? Set(self[link.child].heads(.up))) == (try? Set(self[link.parent].heads(.down(link.child))))
        }
    }
}

/// Tokens of one endpoint, drawn in order.
final class Tokens: Sendable {
    private let dice: Locked<Dice>
    init(seed: UInt64) { dice = Locked(Dice(seed: seed)) }
    func bytes(_ count: Int) -> [UInt8] { dice.withLock { $0.bytes(count) } }
}
