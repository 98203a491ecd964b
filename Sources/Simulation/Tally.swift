/// One promise of replication, and its checker. Numbers are those of the design.
public enum Check: String, Sendable, CaseIterable {
    case chains, oneEnvelopeOnePlace, acknowledgedSurvives, repliesAreDurable, oneNumberOnePerson, effectsOnce
    case authorisedOnly, onePenOneHome, sameFactsSameState, poisonDelaysNobody, nothingPruned, onlyOwnMail
    case rebuildEqual, clocksDoNotMatter, capsHold
    case everythingAtCentre, pathsAgree, fenceOpens, inquiriesAnswered, determinism
}

/// Faults as they are counted.
public enum Fault: String, Sendable, CaseIterable {
    case drop, duplicate, delay, longDelay, reorder, truncate, corruptEnvelope, halfOpen, replyLost, asymmetricPartition, partition
    case longPartition, busy429, unavailable503, captivePortal, kill, killInTransaction, killAfterCommit, pause, secondInstance
    case diskFull, diskFullOnce, inputOutputError, backupRestored, silentRollback, centreRolledBack, clone, diskLost
    case clockJump, forged, replayed, misaddressed, oversize, poison, rogueStatement, leap
}

/// What a run counted and found.
public struct Tally: Sendable {
    public var checks: [Check: Int] = [:]
    public var faults: [Fault: Int] = [:]
    public var failure: (step: Int, check: Check, text: String)?
    public var steps = 0
    public var envelopes = 0
    public var dossiers = 0
    public var numbers = 0
    public var trace: UInt64 = 0
    /// What the registry shows at the end, without hashes: the same under any clock.
    public var face: UInt64 = 0
    public var log: [String] = []

    mutating func judge(_ check: Check, _ isGood: Bool, step: Int, _ text: @autoclosure () -> String) {
        checks[check, default: 0] += 1
        if !isGood, failure == nil { failure = (step, check, text()) }
    }

    mutating func count(_ fault: Fault) { faults[fault, default: 0] += 1 }
}
