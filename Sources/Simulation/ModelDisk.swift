import Protocol
import Rules

/// What one node has on its disk. A value: a backup is a copy, a rollback an assignment.
struct ModelDisk: Sendable {
    struct Stored: Sendable {
        let sealed: Sealed
        /// Nil for what was written here.
        let source: Neighbour?
    }

    struct Secret: Sendable {
        let key: StatementKey
        var incarnation: Incarnation
    }

    struct Place: Sendable {
        let stream: StreamID
        let sequence: UInt64
    }

    /// Nil in the place of an envelope that went to salvage.
    private(set) var journal: [Stored?] = []
    private(set) var streams: [StreamID: [Int]] = [:]
    private(set) var salvage: [Sealed] = []
    /// Signed by a key that had spoken: for people to judge, written again by nobody.
    private(set) var condemned: [Sealed] = []
    /// Entries stored and not set aside: all of them must have been through the second stage.
    private(set) var storedEntries = 0
    /// Envelopes that a fork has taken out of the journal.
    private var setAside = 0
    private(set) var reach: [Reach] = []
    private var reached: [StreamID: [UnitCode: UInt64]] = [:]
    /// Units that are written for here.
    private(set) var secrets: [UnitCode: Secret]
    /// Those that were, and are elsewhere now: read-only.
    private(set) var retired: [UnitCode: Secret] = [:]
    private(set) var register: Register
    /// Numbers of the centre that wait for a copy elsewhere.
    var heldBack: [DossierID: Place] = [:]
    /// Dossiers that the centre's offices have to look at.
    var errands: Set<DossierID> = []
    /// Places in the journal whose bytes have rotted, with the bytes that are read there now.
    private(set) var rotten: [Int: [UInt8]] = [:]
    /// The register of an empty journal, for building it anew.
    private(set) var founding: Register
    let isCentre: Bool
    /// The unit at the other end of the link upwards.
    var parent: UnitCode?
    /// Version of the unit's newest move that the node has followed.
    var followedMove = 0
    /// The node's own unit.
    var owner: UnitCode?
    /// The disk was lost or put back, and those below have still to show what they hold.
    var isRefilling = false
    /// File of the real store's copy that was made together with this one.
    var copy: String?
    /// Position of the real store's journal up to which this disk has followed it.
    var followed: Int64 = 0

    init(founding: Register, secrets: [UnitCode: Secret], isCentre: Bool) {
        self.founding = founding
        self.secrets = secrets
        self.isCentre = isCentre
        register = founding
    }

    func head(of stream: StreamID) -> StreamHead? {
        guard let place = streams[stream]?.last, let stored = journal[place] else { return nil }
        return stored.sealed.envelope.head
    }

    func link(_ stream: StreamID, _ sequence: UInt64) -> Sealed? {
        guard let places = streams[stream], sequence >= 1, sequence <= UInt64(places.count) else { return nil }
        return journal[places[Int(sequence) - 1]]?.sealed
    }

    /// What is read from the disk there.
    func bytes(at place: Int) -> [UInt8]? { rotten[place] ?? journal[place]?.sealed.envelope.bytes }

    /// Where an envelope does not prove itself any more.
    var rottenPlaces: [Int] {
        rotten.filter { place, bytes in
            guard let sealed = journal[place]?.sealed, let key = register.key(of: sealed.envelope.stream.unit, id: sealed.envelope.keyID)
            else { return false }
            guard let envelope = try? Envelope(bytes: bytes), envelope.hash == sealed.envelope.hash else { return true }
            return (try? envelope.verify(key)) == nil
        }.keys.sorted()
    }

    mutating func rot(at place: Int, _ bytes: [UInt8]) { rotten[place] = bytes }

    /// Envelopes ever stored here: those in the journal, and those that a fork has set aside.
    var kept: Int { journal.count { $0 != nil } + setAside }

    /// An act as one audience has it: what was said to several is known to none by having reached another.
    struct Saying: Hashable, Sendable {
        let act: ActID
        let unit: UnitCode
        let audience: Audience

        static func of(_ sealed: Sealed) -> [(entry: Entry, saying: Saying)] {
            let stream = sealed.envelope.stream
            return sealed.entries.compactMap { entry in entry.map { ($0, Saying(act: $0.act, unit: stream.unit, audience: stream.audience)) } }
        }
    }

    /// Every act stored and not set aside.
    var sayings: Set<Saying> { Set(journal.flatMap { $0.map { Saying.of($0.sealed).map(\.saying) } ?? [] }) }

    // MARK: Secrets

    mutating func keep(_ secret: Secret, of unit: UnitCode) {
        secrets[unit] = secret
        retired[unit] = nil
    }

    mutating func mint(_ incarnation: Incarnation, for unit: UnitCode) { secrets[unit]?.incarnation = incarnation }

    mutating func retire(_ unit: UnitCode) { if let secret = secrets.removeValue(forKey: unit) { retired[unit] = secret } }

    /// Units whose key has a younger one beside it, or that were given to an authority elsewhere, are no longer written for here.
    private mutating func retireSuperseded() {
        guard !register.movedUnitsWriteOn else { return }
        if let owner { for unit in secrets.keys where register.hasLeft(unit, owner) { retire(unit) } }
        for (unit, secret) in secrets where register.isSuperseded(secret.key.publicKey, of: unit) { retire(unit) }
    }

    // MARK: Two stages

    /// First stage.
    mutating func store(_ sealed: Sealed, from source: Neighbour?) -> Int {
        journal.append(Stored(sealed: sealed, source: source))
        storedEntries += sealed.entries.count
        streams[sealed.envelope.stream, default: []].append(journal.count - 1)
        return journal.count - 1
    }

    /// Only for `Mutant.forkOverwrites`.
    mutating func overwrite(_ sealed: Sealed, from source: Neighbour?) {
        guard let places = streams[sealed.envelope.stream], sealed.envelope.sequence <= UInt64(places.count) else { return }
        journal[places[Int(sealed.envelope.sequence) - 1]] = Stored(sealed: sealed, source: source)
    }

    mutating func keepApart(_ sealed: Sealed) {
        if !salvage.contains(where: { $0.envelope.hash == sealed.envelope.hash }) { salvage.append(sealed) }
    }

    func isApart(_ hash: Digest) -> Bool { salvage.contains { $0.envelope.hash == hash } }

    mutating func condemn(_ sealed: Sealed) {
        if !condemned.contains(where: { $0.envelope.hash == sealed.envelope.hash }) { condemned.append(sealed) }
    }

    /// Second stage for one stored envelope; the dossiers that changed.
    mutating func apply(at place: Int) -> [DossierID] {
        guard let sealed = journal[place]?.sealed else { return [] }
        var touched: [DossierID] = []
        var hasKeys = false
        for entry in sealed.entries {
            guard let entry else { continue }
            hasKeys = hasKeys || [EntryKind.key.rawValue, EntryKind.unit.rawValue].contains(entry.kind)
            touched += register.apply(entry, of: sealed.envelope.stream)
        }
        for id in touched { refold(id) }
        if hasKeys { retireSuperseded() }
        return touched
    }

    mutating func refold(_ id: DossierID) {
        register.refold(id, isHeldBack: heldBack[id] != nil)
        if isCentre { errands.insert(id) }
    }

    mutating func takeTransferErrands() -> TransferBook.Errands { register.takeTransferErrands() }
    mutating func giveBack(_ errands: TransferBook.Errands) { register.giveBack(errands) }
    mutating func takeInquiryErrands() -> Set<Digest> { register.takeInquiryErrands() }
    mutating func giveBackInquiries(_ left: Set<Digest>) { register.giveBackInquiries(left) }

    /// What the journal says, read from the beginning.
    func rebuilt(without kinds: Set<UInt32> = []) -> Register {
        var fresh = founding
        var touched: Set<DossierID> = []
        for stored in journal {
            guard let sealed = stored?.sealed else { continue }
            for entry in sealed.entries {
                guard let entry, !kinds.contains(entry.kind) else { continue }
                touched.formUnion(fresh.apply(entry, of: sealed.envelope.stream))
            }
        }
        for id in touched.sorted() { fresh.refold(id, isHeldBack: heldBack[id] != nil) }
        return fresh
    }

    mutating func rebuild(without kinds: Set<UInt32> = []) {
        register = rebuilt(without: kinds)
        if isCentre { errands.formUnion(register.folded.keys) }
    }

    /// Another release of the program starts on this disk.
    mutating func run(unknownKinds: Set<UInt32>, root: StatementPublicKey, mutant: Mutant?) -> [DossierID] {
        founding = Register(root: root, unknownKinds: unknownKinds, mutant: mutant)
        guard unknownKinds.isEmpty else {
            rebuild()
            return register.folded.keys.sorted()
        }
        let touched = register.learnAll()
        for id in touched { refold(id) }
        return touched
    }

    // MARK: Forks

    /// How much of a stream a unit above has told to have stored.
    func told(_ stream: StreamID, _ unit: UnitCode?) -> UInt64 { unit.flatMap { reached[stream]?[$0] } ?? 0 }

    /// The last link that both copies have in common, as far as is known, by the product's rule: what the parent has told to
    /// have stored; when even that differs, none.
    func agreed(_ stream: StreamID, parent: StreamHead?, unit: UnitCode?) -> UInt64 {
        guard let own = head(of: stream) else { return 0 }
        let told = told(stream, unit)
        if told >= own.sequence { return 0 }
        if let parent, parent.sequence <= told, link(stream, parent.sequence)?.envelope.hash != parent.hash { return 0 }
        return told
    }

    /// The copy nearest the root wins: our links after a place go to salvage.
    /// - Returns: their entries in order.
    mutating func rewind(_ stream: StreamID, after sequence: UInt64, keeping: Bool) -> [Entry] {
        guard let places = streams[stream] else { return [] }
        var entries: [Entry] = []
        for place in places.dropFirst(Int(sequence)) {
            guard let sealed = journal[place]?.sealed else { continue }
            entries += sealed.entries.compactMap { $0 }
            if keeping { keepApart(sealed) }
            storedEntries -= sealed.entries.count
            setAside += 1
            journal[place] = nil
        }
        streams[stream] = sequence == 0 ? nil : Array(places.prefix(Int(sequence)))
        reached[stream] = reached[stream]?.mapValues { min($0, sequence) }
        rebuild()
        return entries
    }

    mutating func note(_ news: [Reach]) -> Bool {
        var hasNews = false
        for item in news where item.sequence > reached[item.stream]?[item.unit] ?? 0 {
            reached[item.stream, default: [:]][item.unit] = item.sequence
            reach.append(item)
            hasNews = true
        }
        return hasNews
    }

    // MARK: Mutants

    /// Queued work thrown away, only for `Mutant.errorDeletesQueue`.
    mutating func forgetLast() {
        guard let place = journal.indices.last, let stored = journal[place], stored.source == nil else { return }
        streams[stored.sealed.envelope.stream]?.removeLast()
        storedEntries -= stored.sealed.entries.count
        journal[place] = nil
        rebuild()
    }

    /// Only for `Mutant.prunesAtParentsWord`.
    mutating func forget(_ stream: StreamID, upTo sequence: UInt64) {
        guard secrets[stream.unit] != nil else { return }
        for place in streams[stream]?.dropLast().prefix(Int(sequence)) ?? [] { journal[place] = nil }
    }

    /// The register without the second half of what a crash cut off, only for `Mutant.tearsTransactions`.
    mutating func keep(_ register: Register) { self.register = register }
}
