import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The centre's office for formal numbers (Q44, Q45): verdict clean, identity verified, then G or J, once and for ever.
public struct NumberOffice: Office {
    static let office = "number"

    private let isOpen: @Sendable () -> Bool
    private let adapter: PublicSecurityAdapter

    public let migrations: [(name: String, sql: String)] = [("number-1", """
        -- Open questions to the public-security register, where it does not answer at once.
        CREATE TABLE identity_query (
          dossier BLOB PRIMARY KEY, key_digest BLOB NOT NULL, asked_at INTEGER, batch TEXT) WITHOUT ROWID;
        """)]

    /// - Parameter isOpen: false while the boot fence is up: a centre that was rolled back must not issue.
    public init(adapter: PublicSecurityAdapter, isOpen: @escaping @Sendable () -> Bool = { true }) {
        self.adapter = adapter
        self.isOpen = isOpen
    }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard dossier.state == .enrolled, dossier.formalNumber == nil, try transaction.reading.ownUnit() == .centre else { return }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        guard isOpen(), try transaction.reading.ownUnit() == .centre else { return false }
        let due = try transaction.errands(of: Self.office, limit: 1000)
        for subject in due {
            if let id = DossierID(subject), let dossier = try transaction.dossier(id) { try treat(dossier, transaction) }
            try transaction.endErrand(of: Self.office, subject)
        }
        return due.count == 1000
    }

    /// A dossier that cannot go on now is noticed again when a fact about it changes.
    private func treat(_ dossier: Dossier, _ transaction: Transaction) throws {
        guard dossier.state == .enrolled, dossier.formalNumber == nil, dossier.problems.isEmpty,
              try !ReleaseGate.holdsBack(dossier.id, in: transaction.database),
              dossier.verdicts.contains(where: { $0.by == .centre && dossier.isClean($0) }), let digest = dossier.keyDigest else { return }
        switch dossier.identityAnswer.flatMap(IdentityVerdict.init(rawValue:)) {
        case .matched, .nothingToVerify: try issue(dossier, transaction)
        case .mismatch, .unknown: return
        case nil:
            guard let answer = try ask(dossier, digest, transaction) else { return }
            try Self.answer(dossier.id, home: dossier.home, digest, answer, in: transaction)
            if answer == .matched || answer == .nothingToVerify { try issue(dossier, transaction) }
        }
    }

    private func ask(_ dossier: Dossier, _ digest: Digest, _ transaction: Transaction) throws -> IdentityVerdict? {
        guard dossier.record.hasResidentID else { return .nothingToVerify }
        guard adapter == .localRules else {
            try transaction.database.execute(
                literal: """
                    INSERT INTO identity_query (dossier, key_digest) VALUES (\(Data(dossier.id.bytes)), \(Data(digest.bytes)))
                    ON CONFLICT DO UPDATE SET key_digest = excluded.key_digest, asked_at = NULL, batch = NULL
                      WHERE key_digest <> excluded.key_digest
                    """)
            return nil
        }
        let query = IdentityQuery(
            dossier: dossier.id, keyDigest: digest, name: dossier.record.name, sex: dossier.record.sex,
            birthDate: dossier.record.birthDate, idNumber: dossier.record.idNumber)
        return LocalIdentityRules.judge(
            query, on: transaction.surroundings.today, divisions: try DivisionProjection.table(transaction.reading))
    }

    /// Records the register's answer as the centre's word.
    static func answer(
        _ dossier: DossierID, home: UnitCode, _ digest: Digest, _ verdict: IdentityVerdict, in transaction: Transaction
    ) throws {
        let position = 1 + (try Int64.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT max(position) FROM word WHERE writer = ? AND kind = ?"),
            arguments: [UnitCode.centre.text, Int64(EntryKind.answer.rawValue)]) ?? 0)
        let answer = IdentityAnswer(dossier: dossier, keyDigest: digest, answer: verdict.rawValue, position: position)
        try transaction.append(.answer, Payload.encode(answer), as: .centre, to: .unit(home))
    }

    private func issue(_ dossier: Dossier, _ transaction: Transaction) throws {
        guard let approval = dossier.chain.last(where: { $0.provisionalNumber != nil })?.hash else { return }
        guard let number = try number(for: dossier, transaction) else { return }
        let word = IssuedNumber(dossier: dossier.id, number: number, cites: approval, at: transaction.now)
        let place = try transaction.append(.number, Payload.encode(word), as: .centre, to: .unit(dossier.home))
        if try hasNodeBelow(dossier.home, transaction) { try ReleaseGate.holdBack(dossier.id, place, in: transaction) }
    }

    /// Whether the number's way leads to another node: only then can, and must, a copy be waited for.
    private func hasNodeBelow(_ home: UnitCode, _ transaction: Transaction) throws -> Bool {
        guard let child = transaction.directory.path(of: home).dropLast().last else { return false }
        return try transaction.directory.activeKey(of: child).map { $0.node != .centre } ?? false
    }

    private func number(for dossier: Dossier, _ transaction: Transaction) throws -> String? {
        if dossier.record.hasResidentID {
            let number = NationalStudentNumber.formal(residentID: KeyFields(dossier.record).idNumber)
            let isTaken = try Bool.fetchOne(
                transaction.database, sql: "SELECT EXISTS (SELECT 1 FROM number WHERE number = ?)", arguments: [number]) ?? false
            guard !isTaken else {
                try transaction.raiseAlarm(
                    "number.taken", subject: dossier.id.description, "该生的正式学籍号已属于另一份学籍档案，未发号，请核查。")
                return nil
            }
            return number
        }
        return try sequenceNumber(for: dossier, transaction)
    }

    /// The next sequence of the pupil's sex for the county and birth date; one look, no retries.
    private func sequenceNumber(for dossier: Dossier, _ transaction: Transaction) throws -> String? {
        let division = transaction.directory.unit(dossier.home)?.division ?? ""
        let prefix = "J" + division + dossier.record.birthDate
        let used = try String.fetchAll(
            transaction.database.cachedStatement(sql: "SELECT number FROM number WHERE number >= ? AND number < ?"),
            arguments: [prefix, prefix + "~"]).compactMap { Int($0.dropFirst(15).prefix(3)) }
        let first = NationalStudentNumber.firstSequence(sex: dossier.record.sex)
        let sequence = used.filter { $0 % 2 == first % 2 }.max().map { $0 + 2 } ?? first
        guard sequence <= 999 else {
            try transaction.raiseAlarm(
                "number.exhausted", subject: division + dossier.record.birthDate,
                "\(division) 出生日期 \(dossier.record.birthDate) 的正式学籍号顺序码已用尽，学生保留临时号，请由中央处理。")
            return nil
        }
        return NationalStudentNumber.formal(division: division, birthDate: dossier.record.birthDate, sequence: sequence)
    }
}

/// The centre's end of a deletion that the competent authority has confirmed (Q60): it alone knows whether a formal number
/// was issued in the meantime.
public struct DeletionOffice: Office {
    static let office = "deletion"
    private let isOpen: @Sendable () -> Bool
    public let migrations: [(name: String, sql: String)] = []

    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard dossier.stand == .deletionConfirmed, try transaction.reading.ownUnit() == .centre else { return }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        guard isOpen(), try transaction.reading.ownUnit() == .centre else { return false }
        let due = try transaction.errands(of: Self.office, limit: 500)
        for subject in due {
            try transaction.endErrand(of: Self.office, subject)
            guard let id = DossierID(subject), let dossier = try transaction.dossier(id), dossier.stand == .deletionConfirmed
            else { continue }
            let writer = StepWriter(actor: .localOperator(of: .centre), transaction: transaction)
            let isNumbered = try dossier.formalNumber != nil || ReleaseGate.holdsBack(id, in: transaction.database)
            if !isNumbered {
                try writer.takeBySystem(.carryOutDeletion, in: dossier)
            } else {
                try writer.takeBySystem(.returnDeletion, in: dossier, reason: "已有正式学籍号")
            }
        }
        return due.count == 500
    }
}
