import Protocol
import Rules

/// What a register shows of its dossiers, in numbers that are compared.
extension Register {
    /// By which records of its home school a dossier was folded: with the facts they decide what it shows.
    func mark(ofHome id: DossierID) -> UInt64 {
        guard let home = folded[id]?.home, let present = tree.unit(home), present.version > 1 else { return 0 }
        var trail = Trail()
        for version in 1...present.version { trail.add(tree.unit(home, version: version)?.competent?.text ?? "") }
        return trail.value
    }

    /// What a dossier shows, in one number; equal facts must give equal ones.
    static func face(_ dossier: Dossier) -> UInt64 {
        var trail = Trail()
        trail.add(dossier.home.text)
        // The new home of a pupil who was handed over holds nothing of what came before.
        let first = dossier.chain.lastIndex { $0.archive != nil }
        for step in dossier.chain[(first ?? 0)...] { trail.add(step.hash.bytes) }
        if first == nil { for hash in dossier.void.sorted() { trail.add(hash.bytes) } }
        trail.add(dossier.state.rawValue)
        trail.add(dossier.holder?.text ?? "")
        trail.add(dossier.number ?? "")
        for problem in dossier.problems { trail.add(problem) }
        for verdict in dossier.verdicts { trail.add(verdict.by.text); trail.add(number: UInt64(bitPattern: verdict.position)) }
        for (field, value) in dossier.record.values.sorted(by: { $0.key < $1.key }) {
            trail.add(number: UInt64(field.rawValue))
            trail.add(value)
        }
        return trail.value
    }

    /// Over all dossiers in a subtree, as the contract's digest.
    func digest(under unit: UnitCode) -> UInt64 {
        var trail = Trail()
        for (id, dossier) in folded.sorted(by: { $0.key < $1.key }) where tree.contains(unit, dossier.home) {
            trail.add(id.bytes)
            trail.add(number: Self.face(dossier))
        }
        return trail.value
    }
}
