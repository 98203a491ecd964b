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
    let hosts: [UnitCode: UnitCode]
    /// Everybody's true public keys, for the checks.
    var trueKeys: [UnitCode: [StatementPublicKey]] = [:]
    /// Persons that pupils may be entered for twice.
    var idNumbers: [String] = []
    var personCount = 0
    /// A copy of a node's disk that runs beside it.
    var clones: [Int: Node] = [:]
    /// Clones that have ended: late answers find nobody.
    var ended: [Int: Node] = [:]
    var isCalm = false

    init(_ plan: RunPlan) {
        self.plan = plan
        var dice = Dice(seed: plan.seed)
        weather = Weather(&dice)
        hosts = WorldTree.hosts(&dice)
        reader = SealReader(forgets: plan.seed % 100 == 0)
        self.dice = dice
        found()
    }

    /// The first day: keys, directory, nodes.
    private func found() {
        var secrets: [UnitCode: ModelDisk.Secret] = [:]
        var keys: [UnitCode: [Register.EnrolledKey]] = [:]
        for unit in WorldTree.units {
            guard let secret = mintSecret() else { continue }
            secrets[unit.code] = secret
            trueKeys[unit.code] = [secret.key.publicKey]
            keys[unit.code] = [Register.EnrolledKey(key: secret.key.publicKey, generation: 1, node: hosts[unit.code] ?? unit.code)]
        }
        let founding = Register(keys: keys, mutant: plan.mutant)
        for unit in WorldTree.units where hosts[unit.code] == unit.code {
            let disk = ModelDisk(
                founding: founding, secrets: secrets.filter { hosts[$0.key] == unit.code }, isCentre: unit.code == .centre)
            let store = ModelStore(unit.code, disk: disk, reader: reader, mutant: plan.mutant)
            let parent = unit.competent.flatMap { indexOf[$0] }
            indexOf[unit.code] = nodes.count
            nodes.append(Node(index: nodes.count, unit: unit.code, store: store, parent: parent))
        }
        for node in nodes { boot(node) }
        agenda.plan(.act, at: now + 1)
        agenda.plan(.fault, at: now + 5)
    }

    func mintSecret() -> ModelDisk.Secret? {
        guard let key = StatementKey(seed: dice.bytes(32)), let incarnation = Incarnation(dice.bytes(8)) else { return nil }
        return ModelDisk.Secret(key: key, incarnation: incarnation)
    }

    var centre: Node { nodes[0] }

    /// The clone of a node, or the node itself.
    func node(_ index: Int) -> Node {
        guard index >= Self.cloneBase else { return nodes[index] }
        let original = index - Self.cloneBase
        return clones[original] ?? ended[original] ?? nodes[original]
    }

    static let cloneBase = 100

    func children(of node: Node) -> [Node] { nodes.filter { $0.parent == node.index } }

    // MARK: Life of a process

    func boot(_ node: Node) {
        node.start(seed: dice.next())
        tick(node)
        for lane in ChildLink.Lane.allCases where node.parent != nil { wake(node, lane, after: dice.seconds(0.01...2)) }
        if node.index < Self.cloneBase {
            audit(node)
            introduce(node)
        }
        if node.parent == nil, !node.store.look({ $0.heldBack.isEmpty }), plan.mutant == .gateForgotten {
            for id in node.store.look({ $0.heldBack.keys.sorted() }) { node.store.refold(id) { $0.heldBack[id] = nil } }
        }
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
    func tick(_ node: Node) { node.clock.set(1_700_000_000 + Int64(now) + node.clockError) }

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
        case .request(let child, let epoch, let lane, let call, let path, let body):
            arrive(child: child, epoch: epoch, lane: lane, call: call, path: path, body: body)
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
        case .heldEnds(let parent): endHeld(node(parent))
        case .act:
            agenda.plan(.act, at: now + dice.seconds(2...weather.actEvery))
            if !isCalm { count("act", 0); act() }
        case .fault:
            agenda.plan(.fault, at: now + dice.seconds(5...weather.faultEvery))
            if !isCalm { count("fault", 0); strike() }
        case .revive(let index):
            let node = node(index)
            if !node.isUp, index < Self.cloneBase || clones[index - Self.cloneBase] != nil { count("boot", index); boot(node) }
        case .unpause(let index): if let until = node(index).pausedUntil, until <= now { node(index).pausedUntil = nil }
        case .mend(let index): mend(nodes[index])
        case .join(let index): rejoin(nodes[index])
        case .readmit(let index): readmit(nodes[index])
        case .centreGoesBack: if !isCalm { rollBack(centre) }
        case .roomAgain(let index): if nodes[index].store.fault == .full { nodes[index].store.setFault(nil) }
        case .cloneEnds(let index): endClone(index)
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

    func tell(_ text: @autoclosure () -> String) {
        guard plan.isTold else { return }
        tally.log.append("\(step) t=\(Int(now)) \(text())")
        if tally.log.count > 400 { tally.log.removeFirst(200) }
    }
}
