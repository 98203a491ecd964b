import Protocol
import Replication
import Rules

/// What a link is about, and who may call, by the product's rules.
extension ModelStore: Doorkeeper {
    // MARK: Scopes

    /// What stands in the subtree, and what is addressed into it; upwards also what cannot be told yet. A school that has moved
    /// away is its new path's to look after.
    func covers(_ scope: Scope, _ stream: StreamID, _ disk: ModelDisk) -> Bool {
        let (register, tree) = (disk.register, disk.register.tree)
        if mutant == .refillForgetsOwn, case .down(let child) = scope, tree.contains(child, stream.unit) { return false }
        if mutant == .relaysNothingBack, scope == .up || scope == .upOnce, !tree.contains(unit, stream.unit) { return false }
        switch scope {
        case .up:
            return tree.unit(unit) == nil || tree.unit(stream.unit) == nil || isOurs(stream, at: unit, register)
                || isLeftBehind(stream, disk) && disk.told(stream, disk.parent) < disk.head(of: stream)?.sequence ?? 0
        case .upOnce: return covers(.up, stream, disk) || isLeftBehind(stream, disk)
        case .down(let child): return isOurs(stream, at: child, register)
        }
    }

    /// Of a unit that was given away since, or written for it: it may be that nobody else has it.
    private func isLeftBehind(_ stream: StreamID, _ disk: ModelDisk) -> Bool {
        mutant != .leftBehindForgotten && disk.register.hasConcerned(unit, stream)
    }

    /// Whether a stream stands below a unit or is addressed there.
    func isOurs(_ stream: StreamID, at target: UnitCode, _ register: Register) -> Bool {
        let tree = register.tree
        if tree.contains(target, stream.unit) || stream.audience.reaches(target, in: tree) { return true }
        guard mutant == .formerParentServesOn else { return false }
        if case .unit(let code) = stream.audience, register.hasContained(target, code) { return true }
        return register.hasContained(target, stream.unit)
    }

    // MARK: Doorkeeper

    func standing(of caller: UnitCode, keyID: [UInt8]) throws -> CallerStanding {
        state.withLock { state in
            let register = state.disk.register
            guard let known = register.tree.unit(caller), let active = register.activeKey(of: caller) else { return .unknown }
            let former = mutant == .formerParentServesOn && register.hasContained(unit, caller)
            guard register.tree.contains(unit, caller) || former, caller != unit else {
                let wasBelow = register.hasContained(unit, caller) || register.wasGiven(caller, to: unit)
                return wasBelow ? .moved(to: known.competent) : .notBelow
            }
            guard known.competent == unit || former else { return .moved(to: known.competent) }
            if mutant == .supersededKeyCounts, let former = register.key(of: caller, id: keyID) { return .child(former) }
            // Hosted: its former node hands over, also here where its host is another authority, from before the unit was given to this one.
            if active.node != caller, let former = register.formerKey(of: caller, id: keyID) { return .child(former) }
            return .child(active.key)
        }
    }

    func address(afterMoveOf unit: UnitCode) throws -> String? { state.withLock { $0.disk.register.moves[unit]?.address } }

    func isOwn(_ unit: UnitCode) throws -> Bool { state.withLock { $0.disk.secrets[unit] != nil } }
}
