import Protocol
import Rules

/// What really happened, seen by nobody in the world: who minted what, which node holds which act, which numbers were shown.
struct Ledger {
    struct Act {
        /// Bits by node.
        var holders: UInt64 = 0
        /// At two nodes at once at least, so promised to survive.
        var isPromised = false
        /// Gone with a disk before anybody acknowledged it.
        var isLost = false
    }

    struct Handed: Hashable {
        let node: Int
        let hash: Digest
    }

    private(set) var acts: [ActID: Act] = [:]
    /// The hand-over that followed a step, once it has left its writer's node.
    var handOvers: [Digest: Digest] = [:]
    /// What was handed on to a writer from another's salvage.
    var handed: Set<Handed> = []
    /// Certificates that are trusted no longer, and the present one of each node.
    var revoked: Set<Int> = []
    var currentSerial: [Int: Int] = [:]
    /// Envelopes that a rightful writer sealed.
    private(set) var minted: Set<Digest> = []
    /// Steps that a unit signed without a right to.
    var rogueSteps: Set<Digest> = []
    /// Inquiries that an authority did not answer because they were over by its clock.
    var letLie: Set<Digest> = []
    /// Numbers that the centre's office gave.
    var issued: [String: Set<DossierID>] = [:]
    /// Numbers that people could see.
    var shown: [String: DossierID] = [:]
    var numberOf: [DossierID: String] = [:]
    /// Numbers that a node other than the centre's has had on its disk: only such may be shown.
    var copied: Set<String> = []
    /// Provisional numbers of canonical chains.
    var provisional: [String: DossierID] = [:]
    var places: [StreamID: [UInt64: Digest]] = [:]
    var stepOfAct: [ActID: Digest] = [:]
    var actOfStep: [Digest: ActID] = [:]
    var faces: [UInt64: UInt64] = [:]
    /// Writers whose disk went back unnoticed, or that ran twice: their streams may fork until that is repaired.
    var forkable: Set<UnitCode> = []
    /// Units that ran twice: both may have taken the very same step.
    var cloned: Set<UnitCode> = []

    /// What a copy of a node wrote after its unit got another key.
    var tainted: Set<Digest> = []
    /// At which node an envelope was written.
    private(set) var mintedAt: [Digest: Int] = [:]

    mutating func mint(_ sealed: Sealed, at node: Int) {
        minted.insert(sealed.envelope.hash)
        mintedAt[sealed.envelope.hash] = node
    }

    mutating func hold(_ sealed: Sealed, at node: Int) {
        for entry in sealed.entries {
            guard let entry else { continue }
            let holders = (acts[entry.act]?.holders ?? 0) | 1 << UInt64(node)
            acts[entry.act, default: Act()].holders = holders
            if holders.nonzeroBitCount > 1 { acts[entry.act]?.isPromised = true }
            acts[entry.act]?.isLost = false
        }
    }

    static func acts(on disk: ModelDisk) -> Set<ActID> {
        var found: Set<ActID> = []
        for (place, stored) in disk.journal.enumerated() where disk.rotten[place] == nil {
            for entry in stored?.sealed.entries ?? [] { if let entry { found.insert(entry.act) } }
        }
        // What lies in another's salvage is evidence, not a copy: only its writer appends it again.
        for sealed in disk.salvage where disk.secrets[sealed.envelope.stream.unit] != nil { for entry in sealed.entries { if let entry { found.insert(entry.act) } } }
        return found
    }

    func isElsewhere(_ act: ActID, than node: Int) -> Bool { acts[act].map { $0.holders & ~(1 << UInt64(node)) != 0 } ?? false }

    /// Whether a promised act is on no other disk than this one, and would not be on the new one.
    func wouldLose(_ node: Int, becoming disk: ModelDisk?) -> Bool {
        let left = disk.map(Self.acts) ?? []
        return acts.contains { act, record in
            record.isPromised && record.holders == 1 << UInt64(node) && !left.contains(act)
        }
    }

    /// A copy that gave way is evidence from now on: what another node has as well is held there alone.
    mutating func gaveWay(_ node: Int, _ disk: ModelDisk) {
        let present = Self.acts(on: disk)
        let bit = UInt64(1) << UInt64(node)
        for (act, record) in acts where record.holders & bit != 0 && record.holders != bit && !present.contains(act) {
            acts[act]?.holders = record.holders & ~bit
        }
    }

    /// Counts anew what a node holds; returns the acts that nobody holds any more and somebody should: those that were
    /// promised to survive any one disk, and, where no disk was lost, every one.
    mutating func recount(_ node: Int, _ disk: ModelDisk, afterLoss: Bool) -> Int {
        let present = Self.acts(on: disk)
        let bit = UInt64(1) << UInt64(node)
        var broken = 0
        for act in acts.keys {
            guard let record = acts[act] else { continue }
            var holders = record.holders & ~bit
            if present.contains(act) { holders |= bit }
            guard holders != record.holders else { continue }
            acts[act]?.holders = holders
            guard holders == 0 else { continue }
            if record.isPromised || !afterLoss { broken += 1 } else { acts[act]?.isLost = true }
        }
        return broken
    }
}
