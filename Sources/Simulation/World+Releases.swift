import Protocol
import Replication
import Rules

/// Programs of two releases side by side, and sticks where there is no line.
extension World {
    /// A node's program is exchanged for the newer one, or for the one before.
    func changeRelease(_ node: Node) {
        guard node.parent != nil, let rootKey, isSettled(node), node.store.look({ !$0.secrets.isEmpty }) else { return }
        guard node.store.look({ $0.register.unknownKinds.isEmpty }) else { return upgrade(node) }
        // A real archive shows what the newer program has applied; the product's older one refuses such a store.
        guard node.store.real == nil, strikes(.downgrade, node) else { return }
        run(node, unknownKinds: Self.newKinds, rootKey)
        agenda.plan(.upgrade(node.index), at: now + dice.seconds(500...30_000))
        tell("\(node.unit) runs the release before")
    }

    /// What the older program could not apply was stored, relayed and parked; it is replayed now.
    func upgrade(_ node: Node) {
        guard let rootKey, node.store.look({ !$0.register.unknownKinds.isEmpty }), strikes(.upgrade, node) || isCalm else { return }
        run(node, unknownKinds: [], rootKey)
        tell("\(node.unit) runs the newer release")
    }

    private func run(_ node: Node, unknownKinds: Set<UInt32>, _ root: StatementPublicKey) {
        let wasUp = node.isUp
        if wasUp { node.stop() }
        node.store.run(unknownKinds: unknownKinds, root: root, mutant: plan.mutant)
        if wasUp { boot(node) }
    }

    /// A bundle carries what the line would, once each way.
    func carry(_ node: Node) {
        guard node.isUp, let at = node.parent, nodes[at].isUp, isSettled(node), strikes(.bundle, node) else { return }
        let parent = nodes[at]
        carry(from: node, .up, to: parent, as: .child(node.unit))
        carry(from: parent, .down(node.unit), to: node, as: .parent)
    }

    private func carry(from: Node, _ scope: Scope, to: Node, as source: Neighbour) {
        guard to.store.fault == nil, let batch = try? from.store.envelopes(after: 0, scope, limitBytes: .max) else { return }
        var writer = BundleWriter()
        var file = writer.header(from: from.unit, to: to.unit)
        for envelope in batch.envelopes { file += writer.piece(envelope) }
        file += writer.end()
        if dice.happens(perMille: 200) { file = corrupted(file) }
        var place = 0
        var read: [[UInt8]] = []
        do {
            var bundle = try BundleReader { count in
                defer { place = min(place + count, file.count) }
                return Array(file[place..<min(place + count, file.count)])
            }
            while let envelope = try bundle.next() { read.append(envelope) }
        } catch { return tell("a damaged bundle is refused: \(error)") }
        _ = try? to.store.accept(read, from: source)
        tell("a bundle of \(read.count) from \(from.unit) to \(to.unit)")
        note(to)
    }
}
