import Protocol
import Rules

/// Steps in the holder's stead (强制干预), which fork with the holder's own where both decide.
extension World {
    /// A school whose pupil waits above asks for one. Nobody's clock is trusted here: any wait may be called too long.
    func askForOverride(_ id: DossierID, _ unit: UnitCode, _ node: Node) {
        guard let dossier = node.store.look({ $0.register.folded[id] }), dossier.home == unit, dossier.timedBusiness != nil, dossier.holder != unit, dossier.overrideRequest == nil, let head = dossier.head,
              !isClosed(unit, at: node) else { return }
        let last = node.store.look { disk in disk.register.facts[dossier.id]?.overrideRequests.filter { $0.by == unit }.map(\.position).max() ?? 0 }
        let request = OverrideRequest(
            dossier: dossier.id, by: unit, position: last + 1, head: head, reason: "逾期", at: node.clock.now)
        guard let entry = entry(.overrideRequest, Payload.encode(request)) else { return }
        write([entry], as: unit, to: .up, node)
    }

    /// False when there is nothing to decide in anybody's stead.
    func override(_ unit: UnitCode, _ node: Node) -> Bool {
        let asked = node.store.look { disk in
            let register = disk.register
            return register.folded.values.filter { $0.overrideRequest != nil && $0.overridingAuthority(in: register.tree) == unit }
        }
        guard let dossier = dice.pick(asked.sorted(by: { $0.id < $1.id })), strikes(.override, node) else { return false }
        return takeInStead(dice.happens(perMille: 300) ? .sendBack : .approve, in: dossier, unit, node)
    }

    func takeInStead(_ kind: StepKind, in dossier: Dossier, _ unit: UnitCode, _ node: Node) -> Bool {
        let table = Workflow.registration(after: dossier, overriding: kind)
        guard let row = table.rowInStead(kind, from: dossier.stand), mayTake(row, in: dossier, node) else { return false }
        return take(row, of: table, in: dossier, unit, node)
    }
}
