import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What a node does by itself about transfers in dossiers: tells the other party of each step, ends a case whose application was
/// withdrawn, and, as the lowest authority above both schools, hands over or returns the pen (调档).
public struct TransferFerry: Office {
    static let office = "transferFerry"
    /// Dossiers of one transaction.
    static let batch = 100

    private let isOpen: @Sendable () -> Bool
    public let migrations: [(name: String, sql: String)] = []

    /// - Parameter isOpen: false while the boot fence is up: a centre that was rolled back must not hand over.
    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        let ends: Set<StepKind> = [.returnTransfer, .deleteByRuling, .handOver]
        guard dossier.openCase?.stand.isTransfer ?? false || dossier.chain.last.map({ ends.contains($0.kind) }) ?? false else { return }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try Data.fetchAll(
            transaction.database, sql: "SELECT subject FROM errand WHERE office = ? ORDER BY at, subject LIMIT ?",
            arguments: [Self.office, Self.batch])
        guard !due.isEmpty, isOpen(), transaction.isProvenFresh else { return false }
        for subject in due {
            // First, so that what is done here and has to be looked at again is.
            try transaction.database.execute(literal: "DELETE FROM errand WHERE office = \(Self.office) AND subject = \(subject)")
            guard let id = DossierID(subject), let dossier = try transaction.dossier(id) else { continue }
            try tell(dossier, in: transaction)
            if try treat(dossier, in: transaction), let after = try transaction.dossier(id) { try tell(after, in: transaction) }
        }
        return true
    }

    // MARK: Notices

    /// One notice of every step that a unit of this node has taken in a transfer.
    private func tell(_ dossier: Dossier, in transaction: Transaction) throws {
        var opened: Step?
        let before = dossier.length - dossier.chain.count
        for (place, step) in dossier.chain.enumerated() {
            if step.opening != nil { opened = step.kind == .acceptTransfer ? step : nil }
            guard let opening = opened, try transaction.hosts(step.by),
                  let notice = try Self.notice(of: step, opening, length: before + place + 1, dossier, transaction) else { continue }
            let payload = Payload.encode(notice)
            // The same act however often it is told.
            let act = ActID(Hashing.sha256(Array("told\n".utf8) + step.hash.bytes).bytes.prefix(16))
            guard try !isTold(notice, in: transaction) else { continue }
            let home = notice.head.releasing
            try transaction.append(.transferNotice, payload, as: step.by, to: step.by == home ? .up : .unit(home), act: act)
            if notice.outcome != .underWay { opened = nil }
        }
    }

    private func isTold(_ notice: TransferNotice, in transaction: Transaction) throws -> Bool {
        try TransferShelf(transaction.reading).facts(notice.head.application).notices.contains { $0.step == notice.step }
    }

    private static func notice(
        of step: Step, _ opened: Step, length: Int, _ dossier: Dossier, _ transaction: Transaction
    ) throws -> TransferNotice? {
        guard let party = opened.opening?.parties.first else { return nil }
        let head = TransferHead(application: party.dossier, receiving: party.home, releasing: opened.by)
        let (outcome, station): (TransferNotice.Outcome, TransferStation)
        switch step.kind {
        case .acceptTransfer: (outcome, station) = (.underWay, .releasingAuthority)
        case .passTransfer: (outcome, station) = (.underWay, .releasingProvince)
        case .approveTransfer: (outcome, station) = (.underWay, .ferry)
        case .returnTransfer, .deleteByRuling: (outcome, station) = (.returned, .receivingSchool)
        case .handOver where step.nextHolder == head.receiving: (outcome, station) = (.completed, .placing)
        default: return nil
        }
        let holder = outcome == .underWay ? step.nextHolder ?? head.receiving : head.receiving
        return TransferNotice(
            head: head, dossier: dossier.id, opened: opened.hash, step: step.hash, by: step.by, outcome: outcome, station: station,
            holder: holder, due: try TransferDeadline(transaction.reading).due(for: holder, at: station, since: step.at), length: length,
            isInStead: dossier.overrides.contains(step.hash), reason: step.kind == .deleteByRuling ? "该生学籍已按裁定删除。" : step.reason ?? "",
            at: step.at)
    }

    // MARK: What is done

    /// - Returns: whether a step was taken.
    private func treat(_ dossier: Dossier, in transaction: Transaction) throws -> Bool {
        guard let open = dossier.openCase, open.stand.isTransfer, let holder = dossier.holder, try transaction.hosts(holder) else { return false }
        // The application is known here before the dossier's case, or will be: then this is looked at again.
        guard let transfer = try TransferShelf(transaction.reading).transfer(of: dossier) else { return false }
        let writer = StepWriter(actor: .localOperator(of: holder), transaction: transaction)
        if let reason = try hindrance(dossier, transfer, at: open.stand, in: transaction) {
            try writer.takeBySystem(.returnTransfer, in: dossier, reason: reason)
            return true
        }
        guard open.stand == .transferCleared else { return false }
        try handOver(dossier, transfer, by: holder, in: transaction)
        return true
    }

    /// Why the pen goes back, in Chinese; nil when nothing stands against it. What reached this node first decides: a withdrawal that
    /// comes after the hand-over changes nothing.
    private func hindrance(_ dossier: Dossier, _ transfer: Transfer, at stand: Stand, in transaction: Transaction) throws -> String? {
        let directory = transaction.directory
        if let withdrawal = transfer.withdrawal { return "转入学校已撤销申请：\(withdrawal.reason)" }
        if let school = directory.unit(dossier.home), school.isClosed {
            return try transaction.reading.closedText(school).message + "请撤销后向并入的学校申请。"
        }
        guard stand == .transferCleared else { return nil }
        // Acceptance and opening are one act; where another answer to the application has prevailed, the case has no ground.
        if transfer.accepted?.opened != dossier.openCase?.opened.hash { return "这项申请已另有处理，以其为准。" }
        guard let school = directory.unit(transfer.head.receiving), !school.isClosed else { return "转入学校已撤销。" }
        if !dossier.problems.isEmpty { return TransferRefusals.obstacle(.problem(dossier.problems), directory).message }
        return nil
    }

    private func handOver(_ dossier: Dossier, _ transfer: Transfer, by writer: UnitCode, in transaction: Transaction) throws {
        var record = dossier.record
        record[.studentSource] = "1"
        record[.studyWay] = transfer.content.stay
        // The cohort that the receiving side has set tells into which classes the pupil may be placed (Q79).
        record[.grade] = transfer.cohort
        try HandOverWriter(
            source: dossier.home, target: transfer.head.receiving,
            targetVersion: transaction.directory.unit(transfer.head.receiving)?.version ?? 0, writer: writer, transaction: transaction
        ).write(dossier, standing: dossier.openCase?.rest ?? dossier.stand, record: record)
    }
}
