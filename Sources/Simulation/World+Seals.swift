import Protocol
import Rules

/// A statement key is stolen and revoked: the authority above says which head of each stream was the last good one, and enrols another
/// key. What the thief signs from then on counts nowhere, whoever brings it.
extension World {
    func stealKey(_ node: Node) {
        guard node.isUp, let at = node.parent, nodes[at].isUp, isSettled(node), node.store.fault == nil, nodes[at].store.fault == nil,
              !node.isSuperseded, mayEnrol(node.unit, nodes[at]), isAllAbove(node, nodes[at]),
              let stolen = node.store.look({ $0.secrets[node.unit] }) else { return }
        let parent = nodes[at]
        let stream = StreamID(unit: node.unit, incarnation: stolen.incarnation, audience: .up)
        let last = node.store.look { $0.head(of: stream) }
        guard strikes(.keyRevoked, node), enrolAnew(node) else { return }
        let revoked = parent.store.look { $0.register.keys[node.unit]?.first { $0.key == stolen.key.publicKey } }
        let seal = KeySeal(
            unit: node.unit, issuer: parent.unit, generation: revoked?.generation ?? 1, topology: revoked?.topology ?? 0, isRevocation: true,
            heads: heads(of: node.unit, at: parent), reason: "失窃", at: parent.clock.now)
        guard let sealing = entry(.seal, Payload.encode(seal)), write(keysPieces([sealing], of: node.unit), as: parent.unit, parent) else { return }
        tell("\(node.unit) had its key stolen and revoked")
        guard let said = entry(.incarnation, Payload.encode(IncarnationOpened(unit: node.unit, incarnation: stolen.incarnation, at: 0))),
              let forged = try? Envelope.seal([said], stream: stream, after: last, key: stolen.key) else { return }
        inject(forged.bytes, at: parent, from: .child(node.unit))
    }

    /// Whether every stream of the node's own unit is as long at the parent as here: only then its last heads are known.
    private func isAllAbove(_ node: Node, _ parent: Node) -> Bool {
        heads(of: node.unit, at: node) == heads(of: node.unit, at: parent)
    }

    /// Keys and seals of a node's units for all who have to know them, as the product addresses them: each unit's own subtree, which goes
    /// with it to another path, and everyone where the unit may speak to everyone.
    func keysPieces(_ entries: [Entry], of node: UnitCode) -> [(entries: [Entry], audience: Audience)] {
        entries.flatMap { entry -> [(entries: [Entry], audience: Audience)] in
            let enrolled = entry.kind == EntryKind.key.rawValue ? Payload.key(entry.payload)?.unit : nil
            let unit = enrolled ?? node
            let speaksToAll = WorldTree.tier(of: unit).map { TierRights.may($0, .importUnits) } ?? false
            return (speaksToAll ? [.subtree(unit), .everyone] : [.subtree(unit)]).map { ([entry], $0) }
        }
    }

    private func heads(of unit: UnitCode, at node: Node) -> [StreamHead] {
        node.store.look { disk in disk.streams.keys.filter { $0.unit == unit }.compactMap { disk.head(of: $0) } }
            .sorted { ($0.stream.audience.text, $0.hash) < ($1.stream.audience.text, $1.hash) }
    }
}
