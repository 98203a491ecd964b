import FoundationEssentials
import Protocol
import Rules
import Store

/// Takes steps of the registration workflow: right, pen, table, guards, then the one gate.
struct StepWriter {
    let actor: Actor
    let transaction: Transaction

    /// What the taker adds to a step.
    struct Content {
        var record: StudentRecord?
        var reason: String?
        /// For steps that open a case.
        var opening: CaseOpening?
    }

    /// Takes a step in an existing dossier.
    /// - Parameter inStead: in the holder's stead (强制干预): by the table's row for it alone.
    /// - Throws: `Refusal` with the reason in Chinese; nothing is changed then.
    @discardableResult
    func take(_ kind: StepKind, in id: DossierID, _ content: Content = Content(), inStead: Bool = false) throws -> Dossier {
        guard let dossier = try transaction.dossier(id) else { throw StepRefusals.unknown(id) }
        guard isInSight(dossier) else { throw StepRefusals.outOfSight(dossier, actor.unit, transaction.directory) }
        try checkRight(kind, home: dossier.home)
        if let school = transaction.directory.unit(dossier.home), school.isClosed, try !mayEnd(dossier) {
            throw try StepRefusals.closed(school, transaction.reading)
        }
        try checkRecovery()
        try RollStandings.check(kind, dossier)
        let (table, row) = try inStead ? rowInStead(kind, dossier) : ownRow(kind, dossier, content)
        try StepGuards(transaction: transaction, actor: actor).check(row.guards, dossier, content)
        if row.effects.contains(.reason), (content.reason ?? "").isEmpty { throw StepRefusals.reasonMissing(kind) }
        var number: String?
        if row.effects.contains(.drawProvisionalNumber) {
            number = try LeaseBook.draw(for: dossier, as: actor.unit, in: transaction)
        }
        try append(kind, row, table, home: dossier.home, id: id, previous: dossier, content, number)
        guard let after = try transaction.dossier(id) else { throw StepRefusals.unknown(id) }
        return after
    }

    /// The holder's own row.
    private func ownRow(_ kind: StepKind, _ dossier: Dossier, _ content: Content) throws -> (Workflow, Transition) {
        let table = Workflow.registration(after: dossier, taking: kind)
        let found = table.row(kind, from: dossier.stand)
        guard dossier.holder == actor.unit || found?.effects.contains(.withoutPen) == true else {
            throw StepRefusals.notHolder(dossier, kind, transaction.directory)
        }
        guard let row = found else { throw StepRefusals.notNow(kind, dossier) }
        let parties = (content.opening ?? dossier.openCase?.opening)?.parties.map(\.home) ?? []
        guard Workflow.isTaker(
            actor.unit, of: row, home: dossier.home, holder: dossier.holder, parties: parties, in: transaction.directory)
        else { throw StepRefusals.notHolder(dossier, kind, transaction.directory) }
        return (table, row)
    }

    private func rowInStead(_ kind: StepKind, _ dossier: Dossier) throws -> (Workflow, Transition) {
        let table = Workflow.registration(after: dossier, overriding: kind)
        guard let row = table.rowInStead(kind, from: dossier.stand) else { throw OverrideRefusals.nothing(dossier) }
        let isTaker = row.by == .homeProvince
            ? Workflow.resolve(.homeProvince, home: dossier.home, holder: dossier.holder, in: transaction.directory) == actor.unit
            : dossier.overridingAuthority(in: transaction.directory) == actor.unit
        guard isTaker else {
            throw OverrideRefusals.notAuthority(dossier, actor.unit, transaction.directory)
        }
        return (table, row)
    }

    /// Opens a dossier with its first step.
    func enter(_ record: StudentRecord) throws -> DossierID {
        try checkRight(.enter, home: actor.unit)
        guard let row = Workflow.registration.row(.enter, from: .none) else { throw StepRefusals.unknown(transaction.surroundings.dossier()) }
        try StepGuards(transaction: transaction, actor: actor).checkOpen(school: actor.unit, record, dossier: nil)
        let act = transaction.surroundings.act()
        let id = DossierID.own(of: actor.unit, act)
        try append(.enter, row, .registration, home: actor.unit, id: id, previous: nil, Content(record: record), nil, act: act)
        return id
    }

    /// A step that an office takes by itself: pen and table hold for it too, no person's right is asked for.
    func takeBySystem(_ kind: StepKind, in dossier: Dossier, reason: String? = nil) throws {
        let table = Workflow.registration(after: dossier, taking: kind)
        guard let row = table.row(kind, from: dossier.stand), dossier.holder == actor.unit || row.effects.contains(.override) else {
            throw StepRefusals.notNow(kind, dossier)
        }
        try append(kind, row, table, home: dossier.home, id: dossier.id, previous: dossier, Content(reason: reason), nil)
    }

    private func append(
        _ kind: StepKind, _ row: Transition, _ table: Workflow, home: UnitCode, id: DossierID, previous: Dossier?,
        _ content: Content, _ number: String?, act: ActID? = nil
    ) throws {
        let parties = (content.opening ?? previous?.openCase?.opening)?.parties.map(\.home) ?? []
        let next = Workflow.resolve(row.holder, home: home, holder: previous?.holder, parties: parties, in: transaction.directory)
        guard next != nil || row.holder == .nobody else { throw StepRefusals.nowhere(kind) }
        guard let digest = Digest([UInt8](repeating: 0, count: 32)) else { return }
        let step = Step(
            hash: digest, dossier: id, previous: previous?.head, kind: kind, by: actor.unit, nextHolder: next,
            workflow: table.version, topology: transaction.directory.unit(home)?.version ?? 0, at: transaction.now,
            record: row.effects.contains(.newRecord) ? content.record : nil, provisionalNumber: number,
            reason: content.reason.flatMap { $0.isEmpty ? nil : $0 }, opening: content.opening)
        try transaction.append(
            kind.isOfCase ? .caseStep : .step, Payload.encode(step), as: actor.unit, to: actor.unit == home ? .up : .unit(home),
            act: act)
    }

    /// While the unit's old streams are not back after a restore, a step could follow a head that is not the last.
    func checkRecovery() throws {
        do {
            try transaction.reading.mustNotBeRecovering(actor.unit)
        } catch let error as StoreError {
            throw Refusal("unit.recovering", error.message, remedy: error.remedy)
        }
    }

    /// An authority ends the case of a school that was merged, so that the pupil can be handed over.
    private func mayEnd(_ dossier: Dossier) throws -> Bool {
        guard actor.unit != dossier.home else { return false }
        return try transaction.reading.merger(of: dossier.home) != nil
    }

    private func isInSight(_ dossier: Dossier) -> Bool { transaction.directory.contains(actor.unit, dossier.home) }

    private func checkRight(_ kind: StepKind, home: UnitCode) throws {
        let separated = try PolicyShelf(transaction.reading).isOn("roles.separated", for: home)
        guard RoleRights.may(actor, kind, separated: separated) else { throw StepRefusals.notRole(kind, actor) }
    }
}
