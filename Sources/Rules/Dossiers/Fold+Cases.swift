/// Cases in the fold: a run of steps in the pupil's own dossier that ends where it began, or in its deletion.
extension Fold {
    /// The tree as it was for the home school and for the homes of all whom the case is about, by the records that its opening
    /// names; nil while one of them has not come.
    func tree(_ home: Unit, _ parties: [CaseParty]) -> TopologyOfRecords<T>? {
        var records = [home]
        for party in parties {
            guard let record = topology.unit(party.home, version: party.topology) else { return nil }
            records.append(record)
        }
        return TopologyOfRecords(topology, records)
    }

    /// Fields that an approved change has set after the supplement of this number was written: what it says of them ends there.
    func fieldsDecided(_ chain: [Step], since supplement: Int) -> Set<StudentField> {
        var opening: CaseOpening?
        var fields: Set<StudentField> = []
        for step in chain {
            if step.opening != nil { opening = step.opening }
            if step.approvesFields, let opening, supplement <= opening.supplement { fields.formUnion(opening.fields) }
        }
        return fields
    }

    func openCase(at position: Position, _ chain: [Step]) -> OpenCase? {
        guard position.stand.isInCase, let rest = position.rest, let opened = chain.last(where: { $0.opening != nil }),
              let opening = opened.opening else { return nil }
        return OpenCase(stand: position.stand, rest: rest, opened: opened, opening: opening)
    }
}

extension Step {
    /// The centre's deletions settle the branch they stand on.
    var isSettledDeletion: Bool {
        switch kind {
        case .carryOutDeletion: true
        case .grantProblemDeletion, .deleteByRuling: by == .centre
        default: false
        }
    }
}

extension Fold.Position {
    /// What of the case goes on after a step that has come from another position.
    mutating func takeCase(from before: Self) {
        if stand.isInCase {
            rest = before.rest ?? before.stand
        } else {
            if stand == .asBefore { stand = before.rest ?? .entered }
            rest = nil
            parties = []
            change = nil
        }
    }
}

extension Dossier {
    /// Whether the public-security register does not know the number, or not as this pupil's, and no authority has upheld it.
    var isDisowned: Bool {
        guard identityAnswer == "mismatch" || identityAnswer == "unknown" else { return false }
        return !rulings.contains { $0.settles(.idInvalid, for: id, idNumber: KeyFields(record).idNumber) }
    }
}
