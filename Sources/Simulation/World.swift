import FoundationEssentials
import Protocol
import Replication
import Rules

/// The whole tree with its network, disks, clocks and people, one occurrence at a time, the same for the same seed.
final class World {
    var dice: Dice
    var now = 1000.0
    var agenda = Agenda()
    var tally = Tally()
    var ledger = Ledger()
    var trail = Trail()
    var step = 0
    var callCount = 0
    let plan: RunPlan
    var weather: Weather
    let reader: SealReader
    private(set) var nodes: [Node] = []
    private(set) var indexOf: [UnitCode: Int] = [:]
    /// Which unit's node each unit works on, as the operators want it.
    var hosts: [UnitCode: UnitCode]
    /// Links' certificates given out so far.
    var certificates = 0
    /// Files with copies of real stores.
    var copies = 0
    /// Everybody's true public keys, for the checks.
    var trueKeys: [UnitCode: [StatementPublicKey]] = [:]
    var rootKey: StatementPublicKey?
    /// Persons that pupils may be entered for twice.
    var idNumbers: [String] = []
    var personCount = 0
    /// Closed schools with their successors, as the truth is.
    var mergers: [UnitCode: UnitCode] = [:]
    /// The office that hands over is at work; those for transfers are; the centre's are.
    var isHandingOver = false
    var isFerrying = false
    /// Likewise for the offices for inquiries.
    var isAnswering = false
    var hasTriedInquiries = false
    var isTreating = false
    /// A copy of a node's disk that runs beside it.
    var clones: [Int: Node] = [:]
    /// Clones that have ended: late answers find nobody.
    var ended: [Int: Node] = [:]
    var isCalm = false
    /// When a node's disk changed last.
    var lastChange = 0.0
    /// Every record that moved a school.
    var history = TreeHistory()
    /// Hosted schools that were given away and wait for their new authority.
    var awaitingHost: Set<UnitCode> = []

    init(_ plan: RunPlan) {
        self.plan = plan
        var dice = Dice(seed: plan.seed)
        weather = Weather(&dice)
        // Which bytes a statement has depends on the time in it; what damage does to them would too.
        if plan.clockScript != nil { weather.damage = 0 }
        hosts = WorldTree.hosts(&dice)
        reader = SealReader(forgets: plan.seed % 100 == 0)
        self.dice = dice
        if plan.mutant == .chanceFromAddresses { self.dice = Dice(seed: UInt64(UInt(bitPattern: ObjectIdentifier(reader).hashValue))) }
        found()
    }

    var centre: Node { nodes[0] }
    /// Nodes that are in use; a hosted school's own is not.
    var present: [Node] { nodes.filter { !$0.isDormant } }

    func add(_ node: Node) {
        indexOf[node.unit] = nodes.count
        nodes.append(node)
    }

    /// The clone of a node, or the node itself.
    func node(_ index: Int) -> Node {
        guard index >= Self.cloneBase else { return nodes[index] }
        let original = index - Self.cloneBase
        return clones[original] ?? ended[original] ?? nodes[original]
    }

    static let cloneBase = 100

    func children(of node: Node) -> [Node] { nodes.filter { $0.parent == node.index && !$0.isDormant } }
    /// Whether a node stays as it is: not switched off, not on its way out, without a copy beside it.
    func isSettled(_ node: Node) -> Bool { !node.isDormant && !node.isLeaving && clones[node.index] == nil }

    /// Real archives go with the run.
    func close() {
        guard let scratch = plan.scratch else { return }
        for node in nodes + clones.values + ended.values { node.store.real?.close() }
        try? FileManager.default.removeItem(atPath: scratch)
    }

    // MARK: Life of a process

    func boot(_ node: Node) {
        node.start(seed: dice.next())
        tick(node)
        if node.index < Self.cloneBase, verifies(node) { return }
        node.store.checkReal()
        for lane in ChildLink.Lane.allCases where node.parent != nil { wake(node, lane, after: dice.seconds(0.01...2)) }
        if node.index < Self.cloneBase {
            audit(node)
            introduce(node)
            // What was to be written again when the machine stopped still is.
            if !node.store.look({ $0.salvage.isEmpty }) { planMending(node) }
        }
        if node.parent == nil, !node.store.look({ $0.heldBack.isEmpty }), plan.mutant == .gateForgotten {
            for id in node.store.look({ $0.heldBack.keys.sorted() }) { node.store.refold(id) { $0.heldBack[id] = nil } }
        }
        // While it waits behind its fence it has the most to lose.
        if node.parent == nil, !isCalm, plan.clockScript == nil, dice.happens(perMille: 150) {
            agenda.plan(.centreStops(dice.seconds(1...60)), at: now + dice.seconds(20...900))
        }
        if node.parent == nil, plan.mutant == .errandsForgotten { node.store.change { $0.errands = [] } }
        note(node)
    }

    func kill(_ node: Node, for seconds: Double) {
        guard node.isUp else { return }
        let held = node.held
        node.stop()
        for pull in held { agenda.plan(.timeout(child: pull.child, epoch: pull.epoch, lane: pull.lane, call: pull.call, isSilent: false), at: now + 0.5) }
        agenda.plan(.revive(node.index), at: now + seconds)
        tell("kill \(node.unit) for \(Int(seconds)) s")
    }

    /// Brings the wall clock up to date: what the node believes.
    func tick(_ node: Node) {
        // The second script: every node has another wrong idea of the time, and none is right.
        let script = plan.clockScript == 2 ? Int64(node.index * 7919 % 20 - 10) * 31_000_000 : 0
        node.clock.set(1_700_000_000 + Int64(now) + node.clockError + script)
    }

    func wake(_ node: Node, _ lane: ChildLink.Lane, after seconds: Double) {
        node[lane].wake += 1
        agenda.plan(.wake(child: node.index, epoch: node.epoch, lane: lane, wake: node[lane].wake), at: now + seconds)
    }

    // MARK: Running

    /// One occurrence; false when nothing is to come.
    func advance() -> Bool {
        guard let (at, what) = agenda.next() else { return false }
        now = max(now, at)
        happen(what)
        return tally.failure == nil
    }

    private func happen(_ what: Occurrence) {
        switch what {
        case .wake(let child, let epoch, let lane, let wake):
            let node = node(child)
            guard alive(node, epoch, what), node[lane].wake == wake, node[lane].isResting else { return }
            count("wake", child)
            drive(node, lane, .begin)
        case .request(let request): arrive(request)
        case .reply(let child, let epoch, let lane, let call, let answer):
            let node = node(child)
            guard alive(node, epoch, what), node[lane].call == call else { return }
            count("reply", child)
            receive(answer, call, node, lane)
        case .timeout(let child, let epoch, let lane, let call, _):
            let node = node(child)
            guard alive(node, epoch, what), node[lane].call == call else { return }
            count("timeout", child)
            node[lane].call = nil
            node.calls[call] = nil
            fail(node, lane, LinkFailure(.network, message: "", remedy: "", cause: "weather"))
        case .shut(let child, let epoch, let lane, let call, let refusal):
            let node = node(child)
            guard alive(node, epoch, what), node[lane].call == call else { return }
            node[lane].call = nil
            node.calls[call] = nil
            fail(node, lane, refusal)
        case .heldEnds(let parent): endHeld(node(parent))
        case .act:
            agenda.plan(.act, at: now + dice.seconds(2...weather.actEvery))
            if !isCalm { count("act", 0); act() }
        case .fault:
            agenda.plan(.fault, at: now + dice.seconds(5...weather.faultEvery))
            if !isCalm { count("fault", 0); strike() }
        case .revive(let index):
            let node = node(index)
            if !node.isUp, !node.isDormant, index < Self.cloneBase || clones[index - Self.cloneBase] != nil { count("boot", index); boot(node) }
        case .unpause(let index): if let until = node(index).pausedUntil, until <= now { node(index).pausedUntil = nil }
        case .mend(let index): mend(nodes[index])
        case .upgrade(let index): upgrade(nodes[index])
        case .verify(let index): _ = verifies(nodes[index])
        case .switchOff(let index): switchOff(nodes[index])
        case .clockRight(let index): node(index).clockError = 0
        case .certify(let index): certify(nodes[index])
        case .host(let index): host(nodes[index])
        case .join(let index): rejoin(nodes[index])
        case .readmit(let index): readmit(nodes[index])
        case .goesBack(let index): if !isCalm { forgetLastAct(nodes[index]) }
        case .centreGoesBack(let home): if !isCalm { forgetNumber(of: home) }
        case .centreStops(let seconds): if !isCalm, strikes(.kill, centre) { kill(centre, for: seconds) }
        case .roomAgain(let index): if nodes[index].store.fault == .full { nodes[index].store.setFault(nil) }
        case .cloneEnds(let index): if clones[index]?.isSuperseded == true { removeClone(index) } else { endClone(index) }
        case .regret(let head): regret(head)
        }
    }

    /// A stopped process takes nothing in; a paused one later.
    private func alive(_ node: Node, _ epoch: Int, _ what: Occurrence) -> Bool {
        guard node.isUp, node.epoch == epoch else { return false }
        guard let until = node.pausedUntil, until > now else { return true }
        agenda.plan(what, at: until + 0.001)
        return false
    }

    func count(_ what: String, _ node: Int) {
        step += 1
        trail.add(what)
        trail.add(number: UInt64(node))
        trail.add(number: UInt64(now * 1000))
    }

    /// Rolls for a fault, and says whether it is to happen: what the plan leaves out is rolled and numbered all the same, so that
    /// leaving one out disturbs the others least.
    func befalls(_ fault: Fault, perMille: Int, _ node: Node) -> Bool {
        dice.happens(perMille: perMille) && strikes(fault, node)
    }

    func strikes(_ fault: Fault, _ node: Node) -> Bool {
        tally.blows.append(Tally.Blow(fault: fault, step: step, place: node.unit.text))
        guard !plan.without.contains(fault), !plan.spared.contains(tally.blows.count - 1) else { return false }
        tally.faults[fault, default: 0] += 1
        return true
    }

    func tell(_ text: @autoclosure () -> String) {
        guard plan.isTold else { return }
        tally.log.append("\(step) t=\(Int(now)) \(text())")
        if tally.log.count > 100_000 { tally.log.removeFirst(50_000) }
    }
}
