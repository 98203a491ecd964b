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
    /// Entries stored and not set aside: all of them must have been through the second stage.
    private(set) var storedEntries = 0
    private(set) var reach: [Reach] = []
    private var reached: [StreamID: [UnitCode: UInt64]] = [:]
    var secrets: [UnitCode: Secret]
    var register: Register
    /// Numbers of the centre that wait for a copy elsewhere.
    var heldBack: [DossierID: Place] = [:]
    /// Dossiers that the centre's offices have to look at.
    var errands: Set<DossierID> = []
    /// As founded, for building the register anew.
    let founding: Register
    let isCentre: Bool

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

    /// Second stage for one stored envelope; the dossiers that changed.
    mutating func apply(at place: Int) -> [DossierID] {
        guard let sealed = journal[place]?.sealed else { return [] }
        var touched: [DossierID] = []
        for entry in sealed.entries {
            guard let entry else { continue }
            if case .applied(let dossier?) = register.apply(entry, of: sealed.envelope.stream) { touched.append(dossier) }
        }
        for id in touched { refold(id) }
        return touched
    }

    mutating func refold(_ id: DossierID) {
        register.refold(id, isHeldBack: heldBack[id] != nil)
        if isCentre { errands.insert(id) }
    }

    /// What the journal says, read from the beginning.
    func rebuilt() -> Register {
        var fresh = founding
        var touched: Set<DossierID> = []
        for stored in journal {
            guard let sealed = stored?.sealed else { continue }
            for entry in sealed.entries {
                guard let entry else { continue }
                if case .applied(let dossier?) = fresh.apply(entry, of: sealed.envelope.stream) { touched.insert(dossier) }
            }
        }
        for id in touched.sorted() { fresh.refold(id, isHeldBack: heldBack[id] != nil) }
        return fresh
    }

    mutating func rebuild() {
        register = rebuilt()
        if isCentre { errands.formUnion(register.folded.keys) }
    }

    /// The copy nearest the root wins: ours goes to salvage whole, and is fetched again.
    mutating func setAside(_ stream: StreamID, keeping: Bool) {
        guard let places = streams.removeValue(forKey: stream) else { return }
        for place in places {
            guard let sealed = journal[place]?.sealed else { continue }
            if keeping { keepApart(sealed) }
            storedEntries -= sealed.entries.count
            journal[place] = nil
        }
        rebuild()
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

    /// Queued work thrown away, only for `Mutant.errorDeletesQueue`.
    mutating func forgetLast() {
        guard let place = journal.indices.last, let stored = journal[place], stored.source == nil else { return }
        streams[stored.sealed.envelope.stream]?.removeLast()
        storedEntries -= stored.sealed.entries.count
        journal[place] = nil
        rebuild()
    }

    /// Only for `Mutant.restartForgetsWords`.
    mutating func forgetWords() {
        var fresh = founding
        for stored in journal {
            guard let sealed = stored?.sealed else { continue }
            for entry in sealed.entries {
                guard let entry, entry.kind != EntryKind.supplement.rawValue else { continue }
                _ = fresh.apply(entry, of: sealed.envelope.stream)
            }
        }
        for id in fresh.facts.keys.sorted() { fresh.refold(id, isHeldBack: heldBack[id] != nil) }
        register = fresh
    }
}
