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
        guard dossier.openCase?.stand.isTransfer ?? false || dossier.chain.last.map({ ends.contains($0.kind) }) ?? false else {
            return try transaction.database.cachedStatement(sql: """
                INSERT OR IGNORE INTO errand (office, subject, at) SELECT ?, ?, ? FROM transfer WHERE dossier = ? AND state IN ('underWay', 'withdrawn')
                """).execute(arguments: [Self.office, Data(dossier.id.bytes), transaction.now, Data(dossier.id.bytes)])
        }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try transaction.errands(of: Self.office, limit: Self.batch)
        guard !due.isEmpty, isOpen(), transaction.isProvenFresh else { return false }
        for subject in due {
            // First, so that what is done here and has to be looked at again is.
            try transaction.endErrand(of: Self.office, subject)
            guard let id = DossierID(subject), let dossier = try transaction.dossier(id) else { continue }
            try tell(dossier, in: transaction)
            try completeLost(dossier, in: transaction)
            try returnLost(dossier, in: transaction)
            if try treat(dossier, in: transaction), let after = try transaction.dossier(id) { try tell(after, in: transaction) }
        }
        return true
    }

    // MARK: Notices

    /// One notice of every step that a unit of this node has taken in a transfer.
    private func tell(_ dossier: Dossier, in transaction: Transaction) throws {
        for notice in dossier.transferNotices where try transaction.hosts(notice.by) && !isTold(notice, in: transaction) {
            try say(notice, in: transaction)
        }
    }

    private func say(_ notice: TransferNotice, in transaction: Transaction) throws {
        var notice = notice
        notice.due = try TransferDeadline(transaction.reading).due(for: notice.holder, at: notice.station, since: notice.at)
        // The same act however often it is told.
        let act = ActID(Hashing.sha256(Array("told\n".utf8) + notice.step.bytes).bytes.prefix(16))
        let home = notice.head.releasing
        try transaction.append(
            .transferNotice, Payload.encode(notice), as: notice.by, to: notice.by == home ? .up : .unit(home), act: act)
    }

    /// Who handed over said that the transfer is completed, and lost that with the disk, and with it the case that would tell it again. The
    /// hand-over came through, and says it: a withdrawal would count otherwise, though the pupil is there.
    private func completeLost(_ dossier: Dossier, in transaction: Transaction) throws {
        guard let handOver = dossier.chain.first, let archive = handOver.archive, try transaction.hosts(handOver.by) else { return }
        let shelf = TransferShelf(transaction.reading)
        let known = try Data.fetchAll(
            transaction.database.cachedStatement(sql: "SELECT id FROM transfer WHERE dossier = ? ORDER BY id"), arguments: [Data(dossier.id.bytes)])
            .compactMap { DossierID($0) }.compactMap { try shelf.transfer($0) }
        // A merger hands over as well, with no regard to applications.
        guard let notice = dossier.lostCompletion(of: known),
              try transaction.reading.merger(of: archive.from)?.merger.target != handOver.nextHolder else { return }
        try say(notice, in: transaction)
    }

    /// An acceptance that has lost to another step of the same dossier opened no case, or what was done in its case has lost and the case has
    /// ended otherwise: the application goes back. The releasing school says so, for a closed one the authority over it.
    private func returnLost(_ dossier: Dossier, in transaction: Transaction) throws {
        let waiting = try Data.fetchAll(
            transaction.database.cachedStatement(sql: "SELECT id FROM transfer WHERE dossier = ? AND state = 'underWay' ORDER BY id"),
            arguments: [Data(dossier.id.bytes)])
        for id in waiting.compactMap({ DossierID($0) }) {
            guard let transfer = try TransferShelf(transaction.reading).transfer(id), let opened = transfer.accepted?.opened,
                  dossier.hasLost(transfer), let head = dossier.head, let school = transaction.directory.unit(transfer.head.releasing),
                  let speaker = school.isClosed ? school.competent : school.code, try transaction.hosts(speaker) else { continue }
            let longest = try TransferShelf(transaction.reading).facts(id).notices.map(\.length).max() ?? 0
            let notice = TransferNotice(
                head: transfer.head, dossier: dossier.id, opened: opened, step: head, by: speaker, outcome: .returned, station: .receivingSchool,
                holder: transfer.head.receiving, length: longest + 1,
                reason: "转出学校的同意未能生效：该生学籍已另有办理，以其为准。请核对后重新提交。", at: transaction.now)
            try transaction.append(
                .transferNotice, Payload.encode(notice), as: speaker, to: speaker == school.code ? .up : .unit(school.code))
        }
    }

    private func isTold(_ notice: TransferNotice, in transaction: Transaction) throws -> Bool {
        try TransferShelf(transaction.reading).facts(notice.head.application).notices.contains { $0.step == notice.step }
    }

    // MARK: What is done

    /// - Returns: whether a step was taken.
    private func treat(_ dossier: Dossier, in transaction: Transaction) throws -> Bool {
        guard let open = dossier.openCase, open.stand.isTransfer, let holder = dossier.holder, try transaction.hosts(holder) else { return false }
        // The application is known here before the dossier's case, or will be: then this is looked at again.
        guard let transfer = try TransferShelf(transaction.reading).transfer(of: dossier) else { return false }
        let writer = StepWriter(actor: .localOperator(of: holder), transaction: transaction)
        switch FerryDecision(dossier, transfer, in: transaction.directory) {
        case .wait: return false
        case .giveBack(let hindrance):
            try writer.takeBySystem(.returnTransfer, in: dossier, reason: try reason(of: hindrance, dossier, transaction))
        case .handOver: try handOver(dossier, transfer, by: holder, in: transaction)
        }
        return true
    }

    /// Why the pen goes back, in Chinese.
    private func reason(of hindrance: FerryHindrance, _ dossier: Dossier, _ transaction: Transaction) throws -> String {
        switch hindrance {
        case .withdrawn(let reason): return "转入学校已撤销申请：\(reason)"
        case .homeClosed:
            guard let school = transaction.directory.unit(dossier.home) else { return "转出学校已撤销。" }
            return try transaction.reading.closedText(school).message + "请撤销后向并入的学校申请。"
        case .answeredOtherwise: return "这项申请已另有处理，以其为准。"
        case .receivingClosed: return "转入学校已撤销。"
        case .moved: return TransferRefusals.moved
        case .problem(let problems): return TransferRefusals.obstacle(.problem(problems), transaction.directory).message
        }
    }

    private func handOver(_ dossier: Dossier, _ transfer: Transfer, by writer: UnitCode, in transaction: Transaction) throws {
        try HandOverWriter(
            source: dossier.home, target: transfer.head.receiving,
            targetVersion: transaction.directory.unit(transfer.head.receiving)?.version ?? 0, writer: writer, transaction: transaction
        ).write(dossier, standing: dossier.openCase?.rest ?? dossier.stand, record: transfer.record(of: dossier))
    }
}
