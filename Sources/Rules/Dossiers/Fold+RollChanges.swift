/// Roll changes in the fold: what the pupil's standing allows is a table as the workflow is, so it decides at every node.
extension Fold.Position {
    /// The standing and the pending change that a step leads to from here; nil where the table of roll changes does not allow it.
    func roll(after step: Step, by row: Transition) -> (standing: RollStanding, change: RollChange?)? {
        if step.kind == .correctDeath {
            guard roll.status.isTerminal else { return nil }
            return (rollBefore ?? RollStanding(gradeOffset: roll.gradeOffset), nil)
        }
        let asked = step.opening?.change
        guard row.effects.contains(.rollChange) == (asked != nil), !roll.status.isTerminal || row.effects.contains(.override) else { return nil }
        if let asked, !asked.kind.begins(from: roll.status) { return nil }
        guard step.kind == .approveRollChange else { return (roll, asked ?? change) }
        guard let change, change.kind.begins(from: roll.status) else { return nil }
        return (roll.after(change), nil)
    }
}

extension Step {
    /// Whether it puts into force what the opening before it asks for.
    var approvesFields: Bool { kind == .approveKeyChange || kind == .approveRollChange }
}
