import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Facts about dossiers, and the folded row that lists and offices read. Built in: the dossier is the archive's subject.
struct DossierProjection: Projection {
    let kinds: Set<EntryKind> = [.step, .handOver, .caseStep, .supplement, .verdict, .number, .answer, .ruling, .evidenceRequest, .overrideRequest, .handOverRepeal]
    /// Name of the office that sends a unit's own words after a dossier that went to another school; subject is the dossier.
    static let forwarding = "words"
    let migrations: [(name: String, sql: String)] = []
    let tables = [
        (table: "step", sql: "SELECT hash, dossier, payload FROM step ORDER BY hash"),
        (table: "word", sql: "SELECT dossier, kind, writer, position, payload FROM word ORDER BY dossier, kind, writer, position"),
        (table: "dossier", sql: """
            SELECT id, home, class, name, sex, birth, id_type, id_number, state, holder, problems, provisional, formal, head,
              open_case, held_since, requested, status, status_until, open_change FROM dossier ORDER BY id
            """),
        (table: "number", sql: "SELECT number, dossier FROM number ORDER BY number"),
        (table: "dossier_count", sql: "SELECT * FROM dossier_count ORDER BY home, state, status, problems, letter"),
    ]

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let kind = EntryKind(rawValue: entry.kind) else { return .parked(waitsFor: "kind:\(entry.kind)") }
        guard transaction.directory.unit(writer.unit) != nil else { return .parked(waitsFor: "unit:\(writer.unit)") }
        switch kind {
        case .step, .handOver, .caseStep: return try applyStep(entry, of: writer, in: transaction)
        case .supplement:
            guard let supplement = Payload.supplement(entry.payload) else { return .void("malformed supplement") }
            guard supplement.by == writer.unit else { return .void("in another's name") }
            return try keep(entry, of: writer, supplement.dossier, position: Int64(supplement.number), in: transaction)
        case .verdict:
            guard let verdict = Payload.verdict(entry.payload) else { return .void("malformed verdict") }
            guard verdict.by == writer.unit, transaction.directory.tier(of: writer.unit) == verdict.tier,
                  TierRights.may(verdict.tier, .checkDuplicates) else { return .void("not this unit's to say") }
            return try keep(entry, of: writer, verdict.dossier, position: verdict.position, in: transaction)
        case .number:
            guard let number = Payload.number(entry.payload) else { return .void("malformed number") }
            guard writer.unit == .centre else { return .void("only the centre issues numbers") }
            return try keepNumber(number, entry, of: writer, in: transaction)
        case .answer:
            guard let answer = Payload.answer(entry.payload) else { return .void("malformed answer") }
            guard writer.unit == .centre else { return .void("only the centre answers") }
            return try keep(entry, of: writer, answer.dossier, position: answer.position, in: transaction)
        case .ruling: return try RulingRegister.apply(entry, of: writer, in: transaction)
        case .evidenceRequest:
            guard let request = Payload.evidenceRequest(entry.payload) else { return .void("malformed request") }
            guard request.by == writer.unit, transaction.directory.tier(of: writer.unit).map({ TierRights.may($0, .rulePairs) }) ?? false
            else { return .void("not this unit's to ask") }
            return try keep(entry, of: writer, request.dossier, position: request.position, in: transaction)
        case .overrideRequest:
            guard let request = Payload.overrideRequest(entry.payload) else { return .void("malformed request") }
            guard request.by == writer.unit else { return .void("in another's name") }
            return try keep(entry, of: writer, request.dossier, position: request.position, in: transaction)
        case .handOverRepeal:
            guard let repeal = Payload.handOverRepeal(entry.payload) else { return .void("malformed repeal") }
            guard repeal.by == writer.unit, transaction.directory.tier(of: writer.unit) != .school else { return .void("not this unit's to say") }
            try tell(repeal, in: writer, transaction)
            return try keep(entry, of: writer, repeal.dossier, position: repeal.position, in: transaction)
        default: return .void("not a fact about a dossier")
        }
    }

    func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        let db = transaction.database
        switch EntryKind(rawValue: entry.kind) {
        case .step, .caseStep:
            guard let step = Payload.step(entry.payload), step.by == writer.unit else { return true }
            try db.execute(literal: "DELETE FROM step WHERE hash = \(Data(step.hash.bytes))")
            // A provisional number stands with its approval on the chain; folding claims it again where it still does.
            try db.execute(literal: "DELETE FROM number WHERE dossier = \(Data(step.dossier.bytes)) AND step IS NOT NULL")
            transaction.touch(step.dossier)
        case .supplement:
            guard let supplement = Payload.supplement(entry.payload), supplement.by == writer.unit else { return true }
            try drop(entry, of: writer, supplement.dossier, position: Int64(supplement.number), in: transaction)
        case .verdict:
            guard let verdict = Payload.verdict(entry.payload), verdict.by == writer.unit else { return true }
            try drop(entry, of: writer, verdict.dossier, position: verdict.position, in: transaction)
        case .ruling: try RulingRegister.withdraw(entry, of: writer, in: transaction)
        case .evidenceRequest:
            guard let request = Payload.evidenceRequest(entry.payload), request.by == writer.unit else { return true }
            try drop(entry, of: writer, request.dossier, position: request.position, in: transaction)
        case .overrideRequest:
            guard let request = Payload.overrideRequest(entry.payload), request.by == writer.unit else { return true }
            try drop(entry, of: writer, request.dossier, position: request.position, in: transaction)
        case .handOverRepeal:
            guard let repeal = Payload.handOverRepeal(entry.payload), repeal.by == writer.unit else { return true }
            try drop(entry, of: writer, repeal.dossier, position: repeal.position, in: transaction)
        // More than the step's own row follows from it.
        case .handOver: return false
        // The centre's words: its key is above all others and nobody revokes it.
        case .number, .answer: return writer.unit != .centre
        default: return true
        }
        return true
    }

    private func drop(
        _ entry: Entry, of writer: StreamID, _ dossier: DossierID, position: Int64, in transaction: Transaction
    ) throws {
        try transaction.database.execute(
            literal: """
                DELETE FROM word WHERE dossier = \(Data(dossier.bytes)) AND kind = \(Int64(entry.kind)) AND writer = \(writer.unit.text)
                  AND position = \(position)
                """)
        transaction.touch(dossier)
    }

    private func applyStep(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let step = transaction.steps.step(entry.payload) else {
            if entry.kind == EntryKind.caseStep.rawValue, let kind = Payload.unknownStepKind(entry.payload) {
                return .parked(waitsFor: "step kind:\(kind)")
            }
            return .void("malformed step")
        }
        guard step.by == writer.unit else { return .void("in another's name") }
        guard step.previous != nil || step.dossier.mayBeOpened(by: step.by, entry.act) else { return .void("under another's id") }
        let kind: EntryKind = step.kind == .handOver ? .handOver : step.kind.isOfCase ? .caseStep : .step
        guard entry.kind == kind.rawValue else { return .void("not the entry of such a step") }
        guard Workflow.registration(version: step.workflow) != nil else {
            return .parked(waitsFor: "workflow:\(step.workflow)")
        }
        if let missing = try missingRecord(for: step, in: transaction) { return .parked(waitsFor: missing) }
        let row = try transaction.row(of: writer)
        try transaction.database.cachedStatement(sql: """
            INSERT OR IGNORE INTO step (hash, dossier, act, stream, payload) VALUES (?, ?, ?, ?, ?)
            """).execute(arguments: [
                Data(step.hash.bytes), Data(step.dossier.bytes), Data(entry.act.bytes), row, Data(entry.payload),
            ])
        transaction.touch(step.dossier)
        transaction.satisfy("step:\(step.hash)")
        if step.kind == .handOver {
            try MergerProjection.noteCopy(of: step, in: writer, transaction)
            try takeOver(step, in: transaction)
        }
        return .applied
    }

    /// The files that a hand-over lists are the new home's from now on; and what this node has said about the dossier may have to
    /// follow it.
    private func takeOver(_ step: Step, in transaction: Transaction) throws {
        guard let home = step.nextHolder else { return }
        for payload in step.archive?.attachments ?? [] {
            guard var attachment = Payload.attachment(payload), attachment.dossier == step.dossier else { continue }
            attachment.by = home
            try AttachmentProjection.keep(attachment, Payload.encode(attachment), in: transaction)
        }
        try transaction.errand(Self.forwarding, step.dossier.bytes)
    }

    /// The record of the home school that a step names, where it has not come yet; of a hand-over, of either school.
    private func missingRecord(for step: Step, in transaction: Transaction) throws -> String? {
        if let archive = step.archive {
            let named = [(archive.from, step.topology), (step.nextHolder ?? archive.from, archive.topology)]
            return named.first { (transaction.directory.unit($0.0)?.version ?? .min) < $0.1 }.map { "unit:\($0.0)" }
        }
        for party in step.opening?.parties ?? [] where (transaction.directory.unit(party.home)?.version ?? .min) < party.topology {
            return "unit:\(party.home)"
        }
        var home = step.by
        if transaction.directory.tier(of: step.by) != .school {
            try transaction.settleTouched(step.dossier)
            let known = try String.fetchOne(
                transaction.database.cachedStatement(sql: "SELECT home FROM dossier WHERE id = ?"), arguments: [Data(step.dossier.bytes)])
            guard let known else { return nil }
            home = UnitCode(known)
        }
        guard let present = transaction.directory.unit(home), present.version < step.topology else { return nil }
        return "unit:\(home)"
    }

    private func keep(
        _ entry: Entry, of writer: StreamID, _ dossier: DossierID, position: Int64, in transaction: Transaction
    ) throws -> Outcome {
        // Two words at one position are a writer's that ran twice or went back: which one counts follows from the two, not from
        // the order of arrival, so that every node keeps the same.
        try transaction.database.cachedStatement(sql: """
            INSERT INTO word (dossier, kind, writer, position, payload) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET payload = max(payload, excluded.payload)
            """).execute(arguments: [
                Data(dossier.bytes), Int64(entry.kind), writer.unit.text, position, Data(entry.payload),
            ])
        transaction.touch(dossier)
        try noteAstray(entry, of: writer, dossier, in: transaction)
        return .applied
    }

    /// A word of this node's own that was addressed to a former home and comes back only now, after a rollback say.
    private func noteAstray(_ entry: Entry, of writer: StreamID, _ dossier: DossierID, in transaction: Transaction) throws {
        let ofTheHomeItself: [EntryKind] = [.supplement, .overrideRequest, .handOverRepeal]
        guard !ofTheHomeItself.contains(where: { $0.rawValue == entry.kind }), case .unit(let addressee) = writer.audience else { return }
        let home = try String.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT home FROM dossier WHERE id = ?"), arguments: [Data(dossier.bytes)])
        guard let home, home != addressee.text, try transaction.hosts(writer.unit) else { return }
        try transaction.errand(Self.forwarding, dossier.bytes)
    }

    /// One number is one person's, over all time: a second holder is our own defect and goes to quarantine.
    private func keepNumber(
        _ number: IssuedNumber, _ entry: Entry, of writer: StreamID, in transaction: Transaction
    ) throws -> Outcome {
        try NumberRegister.claim(number.number, for: number.dossier, step: nil, in: transaction)
        return try keep(entry, of: writer, number.dossier, position: 0, in: transaction)
    }

    /// The school that had the pupil by the hand-over that does not count, told in words: he vanishes from its lists.
    private func tell(_ repeal: HandOverRepeal, in stream: StreamID, _ transaction: Transaction) throws {
        guard !repeal.isLifted, stream.audience == .unit(repeal.left), try transaction.hosts(repeal.left) else { return }
        func name(_ unit: UnitCode) -> String { transaction.directory.unit(unit).map { "“\($0.name)”（\(unit)）" } ?? unit.text }
        try transaction.raiseAlarm(
            "handOver.repealed", subject: repeal.dossier.description,
            "转到\(name(repeal.left))的学籍档案 \(repeal.dossier) 已由\(name(repeal.by))撤销调档：两次调档互不知情，以转到\(name(repeal.home))的一次为准，"
                + "本校名单中不再有该生。请与该校核对后运行 alarm acknowledge handOver.repealed \(repeal.dossier)。")
    }

    // MARK: The folded row

    static func refold(_ id: DossierID, officesSpeak: Bool, in transaction: Transaction) throws {
        let db = transaction.database
        // Of one whose beginning is not here nobody could say whose it is: a former authority that lost its disk gets back only what
        // it wrote itself.
        guard var dossier = try transaction.fold(id), !dossier.chain.isEmpty else {
            return try forget(id, in: transaction)
        }
        var spoken: Set<Int> = []
        if officesSpeak { (dossier, spoken) = try transaction.speakAtOnce(about: dossier) }
        if let provisional = dossier.provisionalNumber, let step = dossier.chain.last(where: { $0.provisionalNumber == provisional }) {
            // A double cannot be: leases are disjoint. If it is, the alarm speaks and the batch goes on.
            do { try NumberRegister.claim(provisional, for: id, step: step.hash, in: transaction) } catch is NumberTaken {}
        }
        try DossierRow(dossier, now: transaction.now).put(into: db)
        if transaction.mustBeFollowed(dossier) {
            for follower in transaction.book.followers { try follower.follow(dossier, in: transaction) }
        }
        for (place, office) in transaction.book.offices.enumerated() where !spoken.contains(place) {
            try office.noticed(dossier, in: transaction)
        }
    }

    /// No step that counts is here: of one that was, its writer's key was revoked, or a step before it has gone.
    private static func forget(_ id: DossierID, in transaction: Transaction) throws {
        try transaction.database.cachedStatement(sql: "DELETE FROM dossier WHERE id = ?").execute(arguments: [Data(id.bytes)])
        guard transaction.database.changesCount > 0 else { return }
        transaction.forgetFollowed(id)
        for follower in transaction.book.followers { try follower.forget(id, in: transaction) }
        for office in transaction.book.offices { try office.vanished(id, in: transaction) }
    }
}

/// Who holds which number, for ever (Q44): a constraint, not a convention.
enum NumberRegister {
    static func claim(_ number: String, for dossier: DossierID, step: Digest?, in transaction: Transaction) throws {
        let holder = try Data.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT dossier FROM number WHERE number = ?"), arguments: [number])
        if let holder {
            if holder == Data(dossier.bytes) { return }
            try transaction.raiseAlarm("number", subject: dossier.description, "学籍号与另一份学籍档案相同，已隔离，请立即联系中央节点。")
            throw NumberTaken(number: number)
        }
        try transaction.database.cachedStatement(sql: "INSERT INTO number (number, dossier, step) VALUES (?, ?, ?)")
            .execute(arguments: [number, Data(dossier.bytes), step.map { Data($0.bytes) }])
    }
}

/// A number stands already for another dossier.
struct NumberTaken: Error, CustomStringConvertible {
    let number: String
    /// The number holds personal data: it is not printed.
    var description: String { "number already held by another dossier" }
}
