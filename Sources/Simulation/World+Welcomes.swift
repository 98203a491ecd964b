import Protocol
import Rules

/// A key that one authority has said to a unit's subtree, whosever it is.
struct SaidKey: Hashable, Sendable {
    let issuer: UnitCode
    let unit: UnitCode
    let key: StatementPublicKey
}

extension Register {
    /// Keys of authorities on a moved school's former path that whoever moved it has not said to it: by the rules of the product's office.
    func lateWelcomes(for school: UnitCode, by units: Set<UnitCode>) -> [KeyEnrolment] {
        let records = (1...max(tree.unit(school)?.version ?? 1, 1)).compactMap { tree.unit(school, version: $0)?.competent }
        return zip(records, records.dropFirst()).flatMap { old, new -> [KeyEnrolment] in
            guard old != new, let mover = tree.lowestCommonAuthority(old, new), units.contains(mover) else { return [] }
            return tree.path(of: old).prefix { $0 != mover }.flatMap { unit in
                (keys[unit] ?? []).filter { !keysSaid.contains(SaidKey(issuer: mover, unit: school, key: $0.key)) }.map { key in
                    KeyEnrolment(
                        unit: unit, publicKey: key.key, issuer: mover, generation: key.generation, node: key.node,
                        topology: tree.unit(unit)?.version ?? 0)
                }
            }
        }
    }
}

extension World {
    /// The office: what a former authority signed with a key that its mover did not know can be verified on the new path as well.
    func welcomeLate(_ node: Node) {
        guard !history.movedSchools.isEmpty, WorldTree.tier(of: node.unit) != .school, node.isUp, node.pausedUntil == nil, node.index < Self.cloneBase,
              !node.isRecovering, !node.isBehind, !node.wentBack, !node.isRefilling, node.store.fault == nil,
              plan.mutant != .moveWithoutWelcome else { return }
        for school in history.movedSchools {
            // One at a time: what is written is looked at before the next.
            while let key = node.store.look({ $0.register.lateWelcomes(for: school, by: Set($0.secrets.keys)).first }) {
                let payload = Payload.encode(key)
                guard let act = ActID(Hashing.sha256(Array("welcome\n\(school)\n".utf8) + payload).bytes.prefix(16)),
                      write([Entry(act: act, kind: .key, payload: payload)], as: key.issuer, to: .subtree(school), node) else { return }
            }
        }
    }
}
