import Protocol
import Rules

/// Suspension and return as ordinary business: asked for, recalled or withdrawn at the school, decided by its authority.
extension World {
    /// The next step of the school in a roll change, or the first.
    func changeRoll(_ dossier: Dossier, _ unit: UnitCode, _ node: Node) {
        guard dossier.home == unit else { return }
        switch dossier.openCase?.stand {
        case nil:
            guard dossier.stand == .enrolled, let today = CalendarDate(compact: "20260901"), let until = CalendarDate(compact: "20270831") else { return }
            let change = dossier.isPresent ? RollChange(.suspend, cause: "10", date: today, until: until) : RollChange(.resume, date: today)
            guard take(.prepareRollChange, in: dossier, unit, node, opening: CaseOpening(change: change)), dice.happens(perMille: 700),
                  let prepared = node.store.look({ $0.register.folded[dossier.id] }) else { return }
            take(.submitCase, in: prepared, unit, node)
        case .rollChangePrepared?: take(dice.happens(perMille: 150) ? .withdrawCase : .submitCase, in: dossier, unit, node)
        case .rollChangeSubmitted? where dice.happens(perMille: 200): take(.recallCase, in: dossier, unit, node)
        default: break
        }
    }
}
