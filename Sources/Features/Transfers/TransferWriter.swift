import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Takes the steps of an application for transfer: right, holder, table, preconditions, then the one gate. What is done in the pupil's
/// dossier goes through `StepWriter`.
struct TransferWriter {
    /// Characters of a reason.
    static let reasonLength = 200

    let actor: Actor
    let transaction: Transaction

    private var directory: UnitDirectory { transaction.directory }
    var shelf: TransferShelf { TransferShelf(transaction.reading) }

    // MARK: The receiving school

    /// Prepares an application.
    /// - Returns: its id.
    func apply(_ content: TransferContent, from releasing: UnitCode) throws -> DossierID {
        try checkRight(.apply)
        let form = TransferForm(reading: transaction.reading, today: transaction.surroundings.today)
        try form.check(content, from: releasing, by: actor.unit)
        let act = transaction.surroundings.act()
        let head = TransferHead(application: .own(of: actor.unit, act), receiving: actor.unit, releasing: releasing)
        try append(.apply, head, after: nil, at: .receivingSchool, to: .receivingSchool, holder: actor.unit, act: act) { $0.content = content }
        return head.application
    }

    /// Mends what is prepared, or what came back.
    func amend(_ id: DossierID, _ content: TransferContent) throws {
        let transfer = try own(id, .amend)
        guard transfer.state == .prepared || transfer.state == .returned else { throw TransferRefusals.notNow(.amend, transfer) }
        try TransferForm(reading: transaction.reading, today: transaction.surroundings.today)
            .check(content, from: transfer.head.releasing, by: actor.unit, again: id)
        try append(.amend, transfer.head, after: transfer.chain.last, at: .receivingSchool, to: .receivingSchool, holder: actor.unit) {
            $0.content = content
        }
    }

    /// 学校审核: passes it to the first station. What came back is submitted again as it is, or as mended.
    func submit(_ id: DossierID) throws {
        var transfer = try own(id, .submit)
        guard transfer.state == .prepared || transfer.state == .returned else { throw TransferRefusals.notNow(.submit, transfer) }
        try TransferForm(reading: transaction.reading, today: transaction.surroundings.today)
            .check(transfer.content, from: transfer.head.releasing, by: actor.unit, again: id)
        try checkPapers(transfer)
        if transfer.stand != .prepared {
            let content = transfer.content
            try append(.amend, transfer.head, after: transfer.chain.last, at: .receivingSchool, to: .receivingSchool, holder: actor.unit) {
                $0.content = content
            }
            transfer = try own(id, .submit)
        }
        try pass(transfer, .submit, from: .receivingSchool, provinces: try shelf.asksProvinces(transfer))
    }

    /// What the receiving province asks for goes along (附件规则).
    private func checkPapers(_ transfer: Transfer) throws {
        let missing = try TransferFiles(transaction.reading).missing(of: transfer)
        guard !missing.isEmpty else { return }
        throw Refusal(
            "transfer.papers", question: "Q62", "还缺转学材料：" + missing.map(\.label).joined(separator: "、") + "。", remedy: "请先上传这些材料，再提交。")
    }

    /// 撤销: until it is completed. What reached the ferry first decides.
    func withdraw(_ id: DossierID, reason: String) throws {
        let transfer = try own(id, .withdraw)
        guard !transfer.state.isOver else { throw TransferRefusals.notHolder(transfer, directory) }
        try check(reason)
        let withdrawal = TransferWithdrawal(head: transfer.head, by: actor.unit, reason: reason, at: transaction.now)
        try transaction.append(.transferWithdrawal, Payload.encode(withdrawal), as: actor.unit, to: .up)
    }

    // MARK: Stations

    /// 同意 at the station where it is.
    /// - Parameter cohort: the grade that the receiving authority sets; nil leaves it.
    func approve(_ id: DossierID, cohort: String? = nil) throws {
        let transfer = try held(id, .approve)
        switch transfer.station {
        case .receivingAuthority, .receivingProvince: try pass(transfer, cohort)
        case .releasingSchool: try accept(transfer)
        case .releasingAuthority, .releasingProvince: try takeInDossier(transfer)
        case .receivingSchool, .forwarding, .ferry, .placing: throw TransferRefusals.notNow(.approve, transfer)
        }
    }

    private func pass(_ transfer: Transfer, _ cohort: String?) throws {
        if let cohort, !cohort.isEmpty, cohort != transfer.cohort {
            guard transfer.station == .receivingAuthority, let old = directory.unit(transfer.head.releasing),
                  let new = directory.unit(transfer.head.receiving), let grade = TransferGrade.parts(cohort), new.stages.contains(grade.stage),
                  TransferGrade.haveOtherSystems(old, new) else {
                throw Refusal(
                    "transfer.grade", question: "Q79", "两校学制相同，只能平级转学，不能改定年级。", remedy: "请按申请的年级同意，或退回转入学校。")
            }
        }
        try pass(transfer, .pass, from: transfer.station, provinces: try shelf.asksProvinces(transfer), cohort: cohort ?? "")
    }

    /// The releasing school gives the pupil away: opens the case in the dossier.
    /// - Parameter reason: of the province, where it does so in the school's stead.
    func accept(_ transfer: Transfer, inSteadBecause reason: String? = nil) throws {
        let check = TransferCheck(reading: transaction.reading, today: transaction.surroundings.today)
        let dossier = try check.pupil(transfer.content, of: transfer.head.releasing)
        try check.mayLeave(dossier, transfer)
        let receiving = CaseParty(
            dossier: transfer.head.application, home: transfer.head.receiving, topology: directory.unit(transfer.head.receiving)?.version ?? 0)
        let after = try StepWriter(actor: actor, transaction: transaction)
            .take(
                .acceptTransfer, in: dossier.id, .init(reason: reason, opening: CaseOpening(parties: [receiving])), inStead: reason != nil)
        guard let holder = after.holder else { throw TransferRefusals.notNow(.approve, transfer) }
        try append(.accept, transfer.head, after: transfer.chain.last, at: .releasingSchool, to: .releasingAuthority, holder: holder) {
            $0.dossier = dossier.id
            $0.opened = after.head
            $0.isInStead = reason != nil
            $0.reason = reason ?? ""
        }
    }

    /// The releasing side's authorities have the pen of the dossier.
    private func takeInDossier(_ transfer: Transfer) throws {
        guard let id = transfer.dossier else { throw TransferRefusals.unknown() }
        let next = shelf.route(transfer.head)?.next(after: transfer.station, provinces: try shelf.asksProvinces(transfer))
        try StepWriter(actor: actor, transaction: transaction)
            .take(next?.station == .releasingProvince ? .passTransfer : .approveTransfer, in: id)
    }

    /// 退回 with the reason, to the receiving school.
    func sendBack(_ id: DossierID, reason: String) throws {
        let transfer = try held(id, .sendBack)
        guard !transfer.station.isAutomatic, transfer.station != .receivingSchool else { throw TransferRefusals.notNow(.sendBack, transfer) }
        try check(reason)
        guard transfer.station.isOfDossier else { return try sendBack(transfer, reason: reason) }
        guard let dossier = transfer.dossier else { throw TransferRefusals.unknown() }
        try StepWriter(actor: actor, transaction: transaction).take(.returnTransfer, in: dossier, .init(reason: reason))
    }

    /// An application's own return, also by a node that acts by itself.
    func sendBack(_ transfer: Transfer, reason: String, isInStead: Bool = false) throws {
        try append(
            .sendBack, transfer.head, after: transfer.chain.last, at: transfer.station, to: .receivingSchool, holder: transfer.head.receiving
        ) {
            $0.reason = reason
            $0.isInStead = isInStead
        }
    }

    /// Passes an application to the next station.
    func pass(
        _ transfer: Transfer, _ kind: TransferStepKind, from station: TransferStation, provinces: Bool, cohort: String = "",
        isInStead: Bool = false, reason: String = ""
    ) throws {
        guard let next = shelf.route(transfer.head)?.next(after: station, provinces: provinces) else { throw TransferRefusals.unknown() }
        try append(kind, transfer.head, after: transfer.chain.last, at: station, to: next.station, holder: next.unit) {
            $0.cohort = cohort
            $0.isInStead = isInStead
            $0.reason = reason
        }
    }

    /// The centre's node passes on by itself: to the province that the other one's policy asks for, else to the releasing school.
    func forward(_ transfer: Transfer, backTo province: TransferRoute.Stop?) throws {
        guard let province else { return try pass(transfer, .pass, from: .forwarding, provinces: true) }
        try append(.pass, transfer.head, after: transfer.chain.last, at: .forwarding, to: province.station, holder: province.unit) { _ in }
    }

    // MARK: The gate

    private func append(
        _ kind: TransferStepKind, _ head: TransferHead, after previous: TransferStep?, at station: TransferStation, to next: TransferStation,
        holder: UnitCode, act: ActID? = nil, _ change: (inout TransferStep) throws -> Void
    ) throws {
        try StepWriter(actor: actor, transaction: transaction).checkRecovery()
        guard let blank = Digest([UInt8](repeating: 0, count: 32)) else { return }
        var step = TransferStep(
            hash: blank, head: head, previous: previous?.hash, kind: kind, by: actor.unit, station: station, next: next, nextHolder: holder,
            receivingVersion: directory.unit(head.receiving)?.version ?? 0, releasingVersion: directory.unit(head.releasing)?.version ?? 0,
            at: transaction.now, due: try TransferDeadline(transaction.reading).due(for: holder, at: next, since: transaction.now))
        try change(&step)
        let isOurs = actor.unit == head.receiving || actor.unit == head.releasing
        let side = directory.contains(actor.unit, head.releasing) && !directory.contains(actor.unit, head.receiving) ? head.releasing : head.receiving
        try transaction.append(.transferStep, Payload.encode(step), as: actor.unit, to: isOurs ? .up : .unit(side), act: act)
    }

    private func own(_ id: DossierID, _ act: TransferAct) throws -> Transfer {
        guard let transfer = try shelf.seen(id, by: actor.unit) else { throw TransferRefusals.unknown() }
        guard transfer.head.receiving == actor.unit else { throw TransferRefusals.notReceiving(act, transfer, directory) }
        try checkRight(act)
        return transfer
    }

    private func held(_ id: DossierID, _ act: TransferAct) throws -> Transfer {
        guard let transfer = try shelf.seen(id, by: actor.unit) else { throw TransferRefusals.unknown() }
        if let withdrawal = transfer.withdrawal, transfer.state == .withdrawn, !withdrawal.reason.isEmpty { throw TransferRefusals.withdrawn(transfer) }
        guard transfer.holder == actor.unit, transfer.state == .underWay else { throw TransferRefusals.notHolder(transfer, directory) }
        try checkRight(act)
        return transfer
    }

    func checkRight(_ act: TransferAct) throws {
        let separated = try PolicyShelf(transaction.reading).isOn("roles.separated", for: actor.unit)
        guard act.isAllowed(actor, separated: separated) else { throw TransferRefusals.notRole(act) }
    }

    func check(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }), reason.count <= Self.reasonLength else {
            throw Refusal("reason", question: "Q75", "必须写明原因，不超过 \(Self.reasonLength) 字。", remedy: "请填写原因后重试。", kind: .usage)
        }
    }
}
