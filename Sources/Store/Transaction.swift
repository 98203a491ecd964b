import FoundationEssentials
import GRDB
import Protocol
import Rules

/// One passage through the write gate. Lives only inside `Archive.write`.
public final class Transaction {
    public let database: Database
    public let directory: UnitDirectory
    public let surroundings: Surroundings
    /// Seconds since 1970, one instant for the whole transaction.
    public let now: Int64
    let book: ProjectionBook
    let proof: FreshnessProof
    private let queue: GateQueue
    private var drafts: [StreamID: Draft] = [:]
    private var draftOrder: [StreamID] = []
    private var writers: [UnitCode: Writer] = [:]
    private var dirty = RollbackList<DossierID>()
    private var satisfied = RollbackList<String>()
    private var revoked: Set<UnitCode> = []
    private let folds = FoldMemory()
    /// Whether this is a pass of the second stage, in which offices act.
    private var isOfficesPass = false
    let steps = StepMemory()
    let memory = NodeMemory()

    init(database: Database, book: ProjectionBook, surroundings: Surroundings, proof: FreshnessProof, queue: GateQueue) {
        self.database = database
        self.queue = queue
        self.book = book
        self.proof = proof
        self.surroundings = surroundings
        now = surroundings.now()
        directory = UnitDirectory(database: database)
    }

    /// Whether others wait at the gate.
    var isAwaited: Bool { !queue.isEmpty }

    public var reading: Reading { Reading(database: database, directory: directory, memory: memory) }

    // MARK: Writing as a unit of this node

    /// Where an own entry went.
    public struct Place: Sendable, Hashable {
        public let stream: StreamID
        public let sequence: UInt64
    }

    struct Writer {
        let incarnation: Incarnation
        let key: StatementKey
    }

    private struct Draft {
        let row: Int64
        var head: StreamHead?
        var entries: [Entry] = []
        var bytes = 0
        /// Whether its entries have been applied as they were put in.
        var isApplied = true
    }

    /// Appends an entry to a stream of a hosted unit and applies it at once; sealed when the transaction ends.
    /// - Throws: `StoreError.noKey` when this node does not (or no longer) speak for the unit.
    @discardableResult
    public func append(
        _ kind: EntryKind, _ payload: [UInt8], as unit: UnitCode, to audience: Audience, act: ActID? = nil
    ) throws -> Place {
        let writer = try writer(of: unit)
        try checkRecovery(kind, payload, as: unit)
        try checkClosed(kind, unit)
        let stream = StreamID(unit: unit, incarnation: writer.incarnation, audience: audience)
        let entry = Entry(act: act ?? surroundings.act(), kind: kind, payload: payload)
        if try quarantineBefore(entry) != nil {
            throw StoreError(
                .notAllowed, message: "这份学籍档案有一条记录处理失败、正在隔离，暂时不能继续办理。",
                remedy: "请系统管理员用 quarantine list 查看，升级后重试或处理后再办理。", cause: "an earlier entry is in quarantine")
        }
        let sequence = try put(entry, in: stream, writer)
        let outcome = try apply(entry, of: stream)
        try settleMany()
        guard outcome == .applied else {
            throw StoreError(.notAllowed, message: "本单位不能写入这项内容。", remedy: "请核对单位、层级和前提。", cause: "\(outcome)")
        }
        return Place(stream: stream, sequence: sequence)
    }

    /// Writes an act of a hosted unit again under its present incarnation, for the same audience and with the same act id. It
    /// is applied like one that came from elsewhere: it may be parked, void or quarantined now.
    func append(again entry: Entry, of former: StreamID) throws {
        let writer = try writer(of: former.unit)
        let stream = StreamID(unit: former.unit, incarnation: writer.incarnation, audience: former.audience)
        _ = try put(entry, in: stream, writer)
        drafts[stream]?.isApplied = false
    }

    /// - Returns: the sequence of the envelope that it will be in.
    private func put(_ entry: Entry, in stream: StreamID, _ writer: Writer) throws -> UInt64 {
        // Taken out, so that its entries are not copied to add one.
        var draft = try drafts.removeValue(forKey: stream) ?? openDraft(stream)
        if draft.entries.count >= Envelope.sealedEntries || draft.bytes + entry.bytes.count > Envelope.maxEntryBytes {
            do { try seal(stream, &draft, writer) } catch {
                drafts[stream] = draft
                throw error
            }
        }
        draft.entries.append(entry)
        draft.bytes += entry.bytes.count
        drafts[stream] = draft
        return (draft.head?.sequence ?? 0) + 1
    }

    private func openDraft(_ stream: StreamID) throws -> Draft {
        draftOrder.append(stream)
        let row = try row(of: stream)
        return Draft(row: row, head: try Journal.head(ofRow: row, stream, in: database))
    }

    /// The row of a stream, which is made where there is none.
    func row(of stream: StreamID) throws -> Int64 { try memory.row(of: stream) { try Journal.row(of: stream, in: database) } }

    private func seal(_ stream: StreamID, _ draft: inout Draft, _ writer: Writer) throws {
        guard !draft.entries.isEmpty else { return }
        let envelope = try Envelope.seal(draft.entries, stream: stream, after: draft.head, key: writer.key)
        try Journal.insert(envelope, row: draft.row, source: "", now: now, isApplied: draft.isApplied, in: database)
        draft.isApplied = true
        draft.head = envelope.head
        draft.entries = []
        draft.bytes = 0
    }

    private func writer(of unit: UnitCode) throws -> Writer {
        if let writer = writers[unit] { return writer }
        try mustNotBeClone()
        try mustNotBeShutOut()
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT incarnation, seed FROM secret WHERE unit = ? AND active = 1"), arguments: [unit.text])
        guard let row, let incarnation = Incarnation(row["incarnation"] as Data),
              let key = StatementKey(seed: Array(row["seed"] as Data)) else {
            throw StoreError(
                .noKey, message: "本节点没有单位 \(unit) 的签名密钥，不能代其办理。", remedy: "请到该单位所在的节点办理。", cause: "no active secret")
        }
        let writer = Writer(incarnation: incarnation, key: key)
        writers[unit] = writer
        return writer
    }

    /// The key with which this node signs for a unit.
    func secret(of unit: UnitCode) throws -> StatementKey { try writer(of: unit).key }

    /// Of the statement key with which this node signs for a unit.
    public func keyID(of unit: UnitCode) throws -> [UInt8] { try writer(of: unit).key.publicKey.id }

    /// The incarnation under which a hosted unit writes now.
    public func incarnation(of unit: UnitCode) throws -> Incarnation { try writer(of: unit).incarnation }

    /// Whether this node speaks for a unit.
    public func hosts(_ unit: UnitCode) throws -> Bool {
        try memory.isHosted(unit) {
            try Bool.fetchOne(
                database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM secret WHERE unit = ? AND active = 1)"), arguments: [unit.text])
                ?? false
        }
    }

    // MARK: Applying

    /// Runs a part of the transaction that may fail by itself: what it wrote and appended is undone, the rest stands.
    /// - Throws: what `body` throws, after the undoing.
    func attempt<Value>(_ body: () throws -> Value) throws -> Value {
        let before = (drafts, draftOrder)
        let (dirtyMark, satisfiedMark) = (dirty.mark(), satisfied.mark())
        var value: Value?
        do {
            try database.inSavepoint {
                value = try body()
                return .commit
            }
        } catch {
            (drafts, draftOrder) = before
            dirty.goBack(to: dirtyMark)
            satisfied.goBack(to: satisfiedMark)
            directory.forgetAll()
            folds.forgetAll()
            memory.forgetAll()
            throw error
        }
        dirty.keep(dirtyMark)
        satisfied.keep(satisfiedMark)
        guard let value else { preconditionFailure("a committed savepoint has run its body") }
        return value
    }

    func apply(_ entry: Entry, of writer: StreamID) throws -> Outcome {
        guard let projection = book.byKind[entry.kind] else { return .parked(waitsFor: "kind:\(entry.kind)") }
        return try projection.apply(entry, of: writer, in: self)
    }

    /// Says that something others may wait for is here now, for example `unit:440000`.
    public func satisfy(_ what: String) { satisfied.insert(what) }

    func takeSatisfied() -> [String] { satisfied.takeAll() }

    /// Says that keys of a unit were revoked: what they have said beyond their last good heads is taken back before the pass ends.
    func noteRevoked(_ unit: UnitCode) { revoked.insert(unit) }

    func takeRevoked() -> [UnitCode] {
        defer { revoked = [] }
        return revoked.sorted()
    }

    /// Marks a dossier whose facts changed; it is folded once, when read or when the transaction ends.
    public func touch(_ dossier: DossierID) {
        folds.forget(dossier)
        dirty.insert(dossier)
    }

    /// Folds what was touched, so that the tables show the present state.
    public func settle() throws {
        guard !dirty.isEmpty else { return }
        let officesSpeak = try isOfficesPass && mayOfficesWork()
        while !dirty.isEmpty {
            for dossier in dirty.takeAll() { try DossierProjection.refold(dossier, officesSpeak: officesSpeak, in: self) }
        }
    }

    /// From here on offices may speak about a dossier while it is folded.
    func beginOfficesPass() { isOfficesPass = true }

    /// Lets the offices say at once what they can.
    /// - Returns: the dossier as it stands then, and the places in the book of those that have spoken.
    func speakAtOnce(about dossier: Dossier) throws -> (Dossier, spoken: Set<Int>) {
        var spoken: Set<Int> = []
        for (place, office) in book.offices.enumerated() {
            do {
                guard let word = try office.wordAtOnce(about: dossier, in: self) else { continue }
                try attempt(word)
                spoken.insert(place)
            } catch let error as DatabaseError where error.isOfTheDisk {
                throw error
            } catch {
                // The office meets it again in its turn, and there it is told.
            }
        }
        guard !spoken.isEmpty, let spokenOf = try fold(dossier.id) else { return (dossier, []) }
        dirty.removeLast(dossier.id)
        return (spokenOf, spoken)
    }

    /// Whether followers have to be told of a dossier as it stands now, which is noted as done.
    func mustBeFollowed(_ dossier: Dossier) -> Bool { folds.mustBeFollowed(dossier) }

    /// Says that followers were told that a dossier has gone.
    func forgetFollowed(_ dossier: DossierID) { folds.forgetFollowed(dossier) }

    /// Folds what was touched once it is much: what has been decoded of it is still at hand.
    func settleMany() throws {
        if dirty.count >= (isOfficesPass ? Self.manyOfPass : Self.manyTouched) { try settle() }
    }

    /// Fewer than the memories of steps and folds keep.
    private static let manyTouched = 1000
    /// In a pass, which ends soon after somebody has come to the gate.
    private static let manyOfPass = 100

    /// Folds what was touched, when this dossier is among it.
    func settleTouched(_ dossier: DossierID) throws {
        if dirty.contains(dossier) { try settle() }
    }

    /// The dossier as it stands, with what this transaction added.
    public func dossier(_ id: DossierID) throws -> Dossier? {
        try settle()
        return try fold(id)
    }

    /// The dossier as its facts say, folded once until one of them or the tree changes.
    func fold(_ id: DossierID) throws -> Dossier? {
        if let remembered = folds.dossier(id, directory.changes) { return remembered }
        let dossier = try DossierShelf(database: database, directory: directory, steps: steps, folds: folds).dossier(id)
        if let dossier { folds.remember(dossier, directory.changes) }
        return dossier
    }

    /// Says that something other than facts of dossiers and the tree has changed by which dossiers are folded.
    public func forgetFolds() { folds.forgetAll() }

    // MARK: The node's own values

    public func setNodeValue(_ key: String, _ value: [UInt8]) throws {
        try database.execute(
            literal: "INSERT INTO node (key, value) VALUES (\(key), \(Data(value))) ON CONFLICT DO UPDATE SET value = excluded.value")
        memory.keep(value, as: key)
    }

    public func setNodeText(_ key: String, _ value: String) throws { try setNodeValue(key, Array(value.utf8)) }

    /// Stores a statement key that this node may sign with, replacing the unit's earlier one.
    public func keepSecret(_ key: StatementKey, of unit: UnitCode, incarnation: Incarnation) throws {
        writers[unit] = nil
        memory.forgetHosted()
        try database.execute(
            literal: """
                INSERT INTO secret (unit, incarnation, seed, active)
                VALUES (\(unit.text), \(Data(incarnation.bytes)), \(Data(key.seed)), 1)
                ON CONFLICT DO UPDATE SET incarnation = excluded.incarnation, seed = excluded.seed, active = 1
                """)
    }

    /// Ends this node's right to sign for a unit that moved away.
    public func retireSecret(of unit: UnitCode) throws {
        writers[unit] = nil
        memory.forgetHosted()
        try database.execute(literal: "UPDATE secret SET active = 0 WHERE unit = \(unit.text)")
    }

    /// An alarm that stands keeps its first words. Of one code so many subjects are listed; what is beyond them is told once, by an alarm
    /// that stays until an operator acknowledges it: a flood fills nothing and hides nothing.
    public func raiseAlarm(_ code: String, subject: String, _ text: String) throws {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT count(*) AS n, coalesce(max(subject = ?), 0) AS known FROM alarm WHERE code = ?"),
            arguments: [subject, code])
        guard row?["known"] != true else { return }
        let isFull = (row?["n"] ?? 0) >= Self.alarmsPerCode
        let (subject, text) = isFull
            ? (Self.furtherAlarms, "这类告警已有 \(Self.alarmsPerCode) 条，其余不再逐条列出。请先按已列出的处理，再用 alarm acknowledge \(code) \(Self.furtherAlarms) 消除本条。")
            : (subject, text)
        try database.execute(
            literal: "INSERT OR IGNORE INTO alarm (code, subject, since, text) VALUES (\(code), \(subject), \(now), \(text))")
    }

    /// Subjects of one alarm code that are listed.
    public static let alarmsPerCode = 100
    /// Subject of the alarm that stands for all further ones of its code.
    public static let furtherAlarms = "more"

    public func clearAlarm(_ code: String, subject: String) throws {
        try database.cachedStatement(sql: "DELETE FROM alarm WHERE code = ? AND subject = ?").execute(arguments: [code, subject])
    }

    /// Ends all alarms of a code.
    public func clearAlarms(_ code: String) throws { try database.execute(literal: "DELETE FROM alarm WHERE code = \(code)") }

    // MARK: The end

    func finish() throws {
        // What was written here may be what something waited for.
        var report = ApplicationReport()
        try retryParked(&report)
        try settle()
        for stream in draftOrder {
            guard var draft = drafts[stream] else { continue }
            try seal(stream, &draft, try writer(of: stream.unit))
        }
        drafts = [:]
        draftOrder = []
    }
}
