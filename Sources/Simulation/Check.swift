/// One promise of replication, and its checker. Numbers are those of the design.
public enum Check: String, Sendable, CaseIterable {
    case chains, oneEnvelopeOnePlace, acknowledgedSurvives, repliesAreDurable, oneNumberOnePerson, effectsOnce
    case authorisedOnly, onePenOneHome, sameFactsSameState, poisonDelaysNobody, nothingPruned, onlyOwnMail
    case rebuildEqual, clocksDoNotMatter, capsHold
    case everythingAtCentre, pathsAgree, fenceOpens, inquiriesAnswered, movesComplete, transfersEnd, questionsEnd, determinism

    /// As in the design's list; nil for liveness and determinism.
    public var number: Int? {
        let safety: [Check] = [
            .chains, .oneEnvelopeOnePlace, .acknowledgedSurvives, .repliesAreDurable, .oneNumberOnePerson, .effectsOnce,
            .authorisedOnly, .onePenOneHome, .sameFactsSameState, .poisonDelaysNobody, .nothingPruned, .onlyOwnMail,
            .rebuildEqual, .clocksDoNotMatter, .capsHold,
        ]
        return safety.firstIndex(of: self).map { $0 + 1 }
    }
}
