import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What a node does by itself about problem records: grants or refuses deletions as the group's lowest common authority, carries
/// out rulings, and ends the cases that have nothing left to decide (Q63, Q65).
public struct ProblemOffice: Office {
    static let office = "problems"
    /// Dossiers of one transaction.
    static let batch = 200

    private let isOpen: @Sendable () -> Bool
    public let migrations: [(name: String, sql: String)] = []

    /// - Parameter isOpen: false while the boot fence is up: a centre that was rolled back must not grant.
    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard dossier.stand != .deleted else { return }
        let isLost = try dossier.rulings.contains { try $0.isAgainst(dossier.id) && transaction.hosts($0.by) }
        guard try isLost || (dossier.openCase != nil && dossier.holder.map { try transaction.hosts($0) } ?? false) else { return }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try transaction.errands(of: Self.office, limit: Self.batch)
        // From a store that may have gone back, a group's last but one could be granted for the second time.
        guard !due.isEmpty, isOpen(), transaction.isProvenFresh else { return false }
        for subject in due {
            if let id = DossierID(subject), let dossier = try transaction.dossier(id) { try treat(dossier, in: transaction) }
            try transaction.endErrand(of: Self.office, subject)
        }
        // What was done here is for the duplicate desk to judge anew.
        return true
    }

    /// What cannot be ended now is noticed again when a fact about the dossier changes.
    private func treat(_ dossier: Dossier, in transaction: Transaction) throws {
        guard dossier.stand != .deleted else { return }
        if try carryOut(dossier, in: transaction) { return }
        guard let open = dossier.openCase, let holder = dossier.holder, try transaction.hosts(holder) else { return }
        let writer = StepWriter(actor: .localOperator(of: holder), transaction: transaction)
        switch open.stand {
        case .problemDeletionRequested:
            if let reason = try refusal(dossier, holder, in: transaction) {
                try writer.takeBySystem(.refuseProblemDeletion, in: dossier, reason: reason)
            } else {
                try writer.takeBySystem(.grantProblemDeletion, in: dossier)
            }
        case .evidencePrepared where dossier.problems.isEmpty: try writer.takeBySystem(.withdrawCase, in: dossier)
        case .evidenceSubmitted where dossier.problems.isEmpty: try writer.takeBySystem(.closeCase, in: dossier)
        case .evidenceSubmitted:
            if let reason = Self.lost(dossier) { try writer.takeBySystem(.sendBackCase, in: dossier, reason: reason) }
        default: break
        }
    }

    /// A child's second registration is deleted by who has ruled so, as long as the first is there.
    private func carryOut(_ dossier: Dossier, in transaction: Transaction) throws -> Bool {
        for ruling in dossier.rulings where ruling.isAgainst(dossier.id) {
            guard try transaction.hosts(ruling.by), let upheld = ruling.upheld, let other = try transaction.dossier(upheld),
                  other.stand != .deleted else { continue }
            try StepWriter(actor: .localOperator(of: ruling.by), transaction: transaction)
                .takeBySystem(.deleteByRuling, in: dossier, reason: ruling.reason)
            return true
        }
        return false
    }

    /// Why a deletion is not granted, in Chinese; nil when it is.
    private func refusal(_ dossier: Dossier, _ authority: UnitCode, in transaction: Transaction) throws -> String? {
        if try dossier.formalNumber != nil || ReleaseGate.holdsBack(dossier.id, in: transaction.database) {
            return "已有正式学籍号，不能自动删除；确属重复注册的，由主管部门裁定。"
        }
        let group = try DuplicateGroupView(of: dossier, sight: authority, transaction.reading)
        switch try group.doubt(at: authority, transaction.directory, hosts: { try transaction.hosts($0) }) {
        case nil: return nil
        case .last: return "同组没有其他在册学籍，不能删除最后一份。"
        case .below(let unit):
            let name = transaction.directory.unit(unit)?.name ?? unit.text
            return "同组其余在册学籍都在“\(name)”范围内，请重新申请，由其办理。"
        case .uncertain: return "同组的其他学籍可能正由别的单位办理删除，不能自动删除，请由主管部门裁定。"
        }
    }

    /// When every pair that is still open has been ruled on, and against this one: what is left is the school's to do.
    private static func lost(_ dossier: Dossier) -> String? {
        let open = dossier.openPeers
        let rulings = open.compactMap { dossier.ruling(with: $0.dossier) }
        guard !open.isEmpty, rulings.count == open.count else { return nil }
        return "已裁定，本份未获维持：" + (rulings.first?.reason ?? "")
    }
}
