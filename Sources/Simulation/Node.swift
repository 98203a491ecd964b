import Protocol
import Replication
import Rules
import Synchronization

/// A node's wall clock, which may be years wrong. Display only: that nothing is ordered by it is checked.
final class ClockFace: Sendable {
    private let seconds = Mutex<Int64>(0)
    var now: Int64 { seconds.withLock { $0 } }
    func set(_ value: Int64) { seconds.withLock { $0 = value } }
}

/// Chance of one process.
final class Pocket: Sendable {
    private let dice: Mutex<Dice>
    init(seed: UInt64) { dice = Mutex(Dice(seed: seed)) }
    func bytes(_ count: Int) -> [UInt8] { dice.withLock { $0.bytes(count) } }
}

/// One node: what is on its disk, and the process that runs on it.
final class Node {
    let index: Int
    let unit: UnitCode
    let store: ModelStore
    let clock = ClockFace()
    /// Seconds that the wall clock is wrong by.
    var clockError: Int64 = 0
    /// Index of the parent; nil for the centre.
    var parent: Int?

    // The process: gone with a kill.
    var isUp = false
    /// A hosted school's own machine: not in use.
    var isDormant = false
    var certificate: LinkCertificate?
    /// Requests that arrived last, by lane: an earlier one behind it was overtaken.
    var lastArrived: [ChildLink.Lane: Int] = [:]
    /// The node's key has a younger one beside it: nothing it writes from here on may count.
    var isSuperseded = false
    /// When the parent was last heard, and whether seventy days of silence are to be made up for.
    var lastWord = 0.0
    var wasSilent = false
    /// Its disk went back, and its own streams are not here yet, whatever it believes itself.
    var isBehind = false
    var isRefilling = false
    /// Its unit has come from another node, or goes to one.
    var isMoving = false
    var isLeaving = false
    /// Its unit has another parent, with which heads are still to be compared.
    var isGivenAway = false
    /// Whom it called before a move.
    var formerParent: Int?
    /// By which versions of moved schools' records the node judged when it was last looked at.
    var versionsSeen: [UnitCode: Int] = [:]
    var lostIncarnations: [UnitCode: Incarnation] = [:]
    var quarantinedSeen = 0
    var wentBack = false
    /// When an inquiry came, by this node's clock then.
    var heard: [Digest: Int64] = [:]
    /// When the unanswered ones were tried last.
    var triedInquiries = 0.0
    var pausedUntil: Double?
    /// Grows with each start.
    var epoch = 0
    var endpoint: ParentEndpoint?
    var nonce: BootNonce?
    var machine = ChildLink(plan: Node.plan)
    var up = Lane()
    var down = Lane()
    var calls: [Int: PeerCall] = [:]
    var held: [HeldPull] = []
    var ringsSeen = 0
    var isFenceOpen = false
    /// The centre's process has worked off what waited for it when it started.
    var hasWorkedOff = false
    /// Dossiers that went back with the disk, or that a copy has as well: people go on with them at the worst moment.
    var tempting: [DossierID] = []
    /// After a restored backup: new pupils only, until the unit's own streams are back.
    var isRecovering = false

    // The line to the parent.
    var requestsLostUntil = 0.0
    var repliesLostUntil = 0.0

    // What the checks remember.
    var mirror: [StreamID: StreamHead] = [:]
    var journalSeen = 0
    var backup: ModelDisk?

    /// The product's rhythms, but for pulls: longer ones let more of a run be about work.
    static let plan = LinkPlan(pullWait: 600)
    static let limits = DeskLimits(longestWaitSeconds: 600)

    init(index: Int, unit: UnitCode, store: ModelStore, parent: Int?) {
        self.index = index
        self.unit = unit
        self.store = store
        self.parent = parent
    }

    subscript(lane: ChildLink.Lane) -> Lane {
        get { lane == .up ? up : down }
        set { if lane == .up { up = newValue } else { down = newValue } }
    }

    func start(seed: UInt64) {
        _ = store.takeLock()
        let pocket = Pocket(seed: seed)
        isUp = true
        pausedUntil = nil
        epoch += 1
        nonce = BootNonce(pocket.bytes(16))
        machine = ChildLink(plan: Node.plan)
        up = Lane()
        down = Lane()
        calls = [:]
        held = []
        isFenceOpen = false
        hasWorkedOff = false
        let clock = clock
        let surroundings = Surroundings(now: { clock.now }, randomBytes: { pocket.bytes($0) })
        guard let own = BootNonce(pocket.bytes(16)) else { return }
        endpoint = ParentEndpoint(
            unit: unit, version: "1", nonce: own, outbox: store, inbox: store, doorkeeper: store, surroundings: surroundings,
            limits: Node.limits)
    }

    func stop() {
        isUp = false
        endpoint = nil
        held = []
        calls = [:]
        store.crash()
    }

    var work: LocalWork {
        let (store, unit, nonce) = (store, unit, nonce)
        return LocalWork(outbox: store, inbox: store) {
            let secrets = store.look { $0.secrets }
            // A node whose unit moved away may still hand over what it wrote before.
            guard let secret = store.look({ $0.secrets[unit] ?? $0.retired[unit] }), let nonce else { throw DiskFault.noKey }
            return LinkIdentity(unit: unit, key: secret.key, version: "1", nonce: nonce, ownUnits: Set(secrets.keys))
        }
    }

    /// Whether heads were compared with the parent's present process and everything here is there.
    var isConfirmed: Bool {
        guard isUp, let confirmed = machine.confirmedPosition, let position = try? store.position() else { return false }
        return confirmed == position
    }
}
