/// Protocol bugs that a run may be given on purpose: a simulator is judged by the bugs it kills. They live in the model and in
/// the wrappers round the ports, never in the product.
public enum Mutant: String, Sendable, CaseIterable {
    // Links
    /// The child believes that what it once read it has sent, whatever the parent's heads say.
    case childTrustsOwnCursor
    /// Copies are compared by length alone.
    case comparesLengthNotHash
    /// What came from above is not shown upwards: a parent that lost it never gets it back.
    case relaysNothingBack
    /// Queued work is deleted after an error of the peer.
    case errorDeletesQueue
    // Storing
    case acknowledgesBeforeCommit
    case tearsTransactions
    case acceptsGaps
    case forkOverwrites
    case signatureUnchecked
    case misaddressedAccepted
    case fullDiskSaysStored
    case salvageDiscarded
    // Applying
    case poisonBlocksStream
    case foreignStepsCount
    case anyoneNumbers
    case anyoneJudges
    case firstBranchWins
    case lastSupplementWins
    case restartForgetsWords
    // Recovery
    case noBootFence
    case fenceOpensForFirstChild
    case noReleaseGate
    case gateForgotten
    case orphansDropped
    case orphansGetNewActs
    case restoreKeepsIncarnation
    case leaseOutlivesIncarnation
    case numberFollowsClock
}
