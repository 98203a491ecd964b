import Rules

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
    /// A child's own streams are not shown to it: after a lost disk they never come back.
    case refillForgetsOwn
    /// Queued work is deleted after an error of the peer.
    case errorDeletesQueue
    /// Queued work is given up after a month of silence.
    case queueExpires
    /// Pulls that nobody waits for any more are held for ever.
    case heldForEver
    // Storing
    case acknowledgesBeforeCommit
    case tearsTransactions
    case acceptsGaps
    case forkOverwrites
    case signatureUnchecked
    case misaddressedAccepted
    case fullDiskSaysStored
    case salvageDiscarded
    /// What the parent has is removed here, before the root has it.
    case prunesAtParentsWord
    /// A second process may open the same folder.
    case lockForgotten
    /// Verification reads the tables and not the envelopes.
    case verifyTrustsTables
    // Applying
    case poisonBlocksStream
    case foreignStepsCount
    case anyoneNumbers
    case anyoneJudges
    case firstBranchWins
    case lastSupplementWins
    case restartForgetsWords
    /// What an old program does not know is dropped, and missing after the upgrade.
    case unknownKindsDropped
    // Recovery
    case noBootFence
    case fenceOpensForFirstChild
    case fenceNeverOpens
    case noReleaseGate
    case gateForgotten
    case errandsForgotten
    case orphansDropped
    case orphansGetNewActs
    /// In a fork both sides keep their own.
    case nobodyGivesWay
    case restoreKeepsIncarnation
    /// A restored node goes on with old dossiers before its streams are back.
    case restoreGoesOn
    case rejoinKeepsIncarnation
    case leaseOutlivesIncarnation
    /// A key that has a younger one beside it opens the door still: the clone runs on.
    case supersededKeyCounts
    /// A node whose unit works elsewhere now goes on writing for it.
    case movedUnitWritesOn
    /// The former node of a unit is switched off before its queue is at the parent.
    case moveDropsQueue
    // Schools given to another authority
    /// The former authority goes on with the school as before.
    case formerParentServesOn
    /// The school's node goes on calling its former parent.
    case movedChildStays
    /// The mover does not enrol for the new path what the former path knew.
    case moveWithoutWelcome
    /// What a hosted school wrote at its former authority and what was not yet told upwards stays there.
    case leftBehindForgotten
    /// A pen that the former authority holds stays with it.
    case leftPenLost
    /// What the former authority did is judged by the present tree.
    case oldStepsByPresentTree
    /// A key that the former authority enrolled before it knew of the move is judged by the present tree.
    case enrolmentByPresentTree
    /// A child whose lost disk is still being refilled counts for the fence.
    case refillingCounts
    // Mergers
    /// A step of the former home beside a hand-over counts as before.
    case handOverNotSettled
    /// What a closed school had not sent when it was closed stays with it.
    case lateDossiersLeftBehind
    /// Words that a hand-over does not list are not sent after the pupil.
    case wordsStayBehind
    /// A hand-over that came back from one of its two schools alone is not sent to the other one again.
    case handOverCopyForgotten
    /// Of two hand-overs the one that does not count is not repealed at those who know it alone.
    case outrunHandOverStands
    // Transfers
    /// The ferry writes two hand-overs of one pupil.
    case ferryHandsOverTwice
    /// A withdrawal that comes after the hand-over ends the transfer all the same.
    case withdrawalUndoesTransfer
    /// The ferry does not ask once more whether the application was taken back.
    case withdrawnIsHandedOver
    /// The hand-over is written as soon as the releasing school has accepted: its authority is not asked.
    case releasingAuthoritySkipped
    /// Nobody says the one side's facts again for the other.
    case carrierForgets
    /// The record of a school that a city has given away does not go with the hand-over, and is not said on to everyone.
    case recordStaysBehind
    // Inquiries
    /// Behind the fence the centre drops what came in instead of keeping it for later.
    case inquiriesForgotten
    /// An inquiry that nobody could answer when it came is not tried again.
    case inquiryTriedOnce
    // Trust, time, chance
    /// A record of a unit is not judged by the one before it.
    case anyoneRecords
    /// A first step under an id that another unit made counts.
    case anyIDCounts
    case revokedStaysIn
    /// What a revoked key signs beyond its last good head counts.
    case sealIgnored
    case expiredStaysOut
    case numberFollowsClock
    /// Chance comes from where the machine happened to put things.
    case chanceFromAddresses

    /// The rows of the table of recoveries that the bug breaks.
    public var rows: [Recovery] {
        switch self {
        case .relaysNothingBack: [.countyLost, .centreRolledBack]
        case .refillForgetsOwn, .prunesAtParentsWord: [.countyLost, .diskLost]
        case .rejoinKeepsIncarnation, .verifyTrustsTables: [.diskLost]
        case .restoreKeepsIncarnation, .restoreGoesOn, .leaseOutlivesIncarnation: [.backupRestored]
        case .orphansDropped, .orphansGetNewActs, .firstBranchWins, .childTrustsOwnCursor: [.silentRollback]
        case .comparesLengthNotHash, .forkOverwrites, .salvageDiscarded, .nobodyGivesWay: [.copiesDiffer]
        case .supersededKeyCounts, .lastSupplementWins: [.clone]
        case .noBootFence, .fenceOpensForFirstChild, .fenceNeverOpens, .noReleaseGate, .gateForgotten, .errandsForgotten, .inquiriesForgotten: [.centreRolledBack]
        case .movedUnitWritesOn, .moveDropsQueue: [.unitMoved]
        case .formerParentServesOn, .movedChildStays, .moveWithoutWelcome, .leftPenLost, .leftBehindForgotten,
             .oldStepsByPresentTree, .enrolmentByPresentTree: [.schoolMoved]
        case .refillingCounts: [.centreRolledBack, .countyLost]
        case .handOverNotSettled, .lateDossiersLeftBehind, .wordsStayBehind, .handOverCopyForgotten, .outrunHandOverStands: [.merger]
        case .ferryHandsOverTwice, .withdrawalUndoesTransfer, .withdrawnIsHandedOver, .releasingAuthoritySkipped, .carrierForgets: [.transfer]
        case .recordStaysBehind: [.transfer, .schoolMoved]
        case .errorDeletesQueue, .queueExpires, .expiredStaysOut: [.longSilence]
        case .poisonBlocksStream, .unknownKindsDropped: [.poison]
        case .heldForEver, .lockForgotten, .acknowledgesBeforeCommit, .tearsTransactions, .acceptsGaps, .signatureUnchecked, .misaddressedAccepted,
             .fullDiskSaysStored, .foreignStepsCount, .anyoneNumbers, .anyoneJudges, .restartForgetsWords, .revokedStaysIn,
             .sealIgnored, .anyoneRecords, .anyIDCounts, .inquiryTriedOnce, .numberFollowsClock, .chanceFromAddresses: []
        }
    }

    /// The promises that the bug breaks most directly; another checker may be the first to see it.
    public var promises: [Check] {
        switch self {
        case .acceptsGaps, .signatureUnchecked, .verifyTrustsTables: [.chains]
        case .restoreKeepsIncarnation, .rejoinKeepsIncarnation, .forkOverwrites: [.oneEnvelopeOnePlace]
        case .errorDeletesQueue, .queueExpires, .salvageDiscarded, .moveDropsQueue: [.acknowledgedSurvives]
        case .acknowledgesBeforeCommit, .fullDiskSaysStored: [.repliesAreDurable]
        case .noBootFence, .fenceOpensForFirstChild, .noReleaseGate, .gateForgotten, .leaseOutlivesIncarnation: [.oneNumberOnePerson]
        case .orphansGetNewActs: [.effectsOnce]
        case .anyoneNumbers, .anyoneJudges, .anyoneRecords, .anyIDCounts, .supersededKeyCounts, .revokedStaysIn, .sealIgnored: [.authorisedOnly]
        case .movedUnitWritesOn: [.authorisedOnly, .movesComplete]
        case .foreignStepsCount, .restoreGoesOn: [.onePenOneHome]
        case .firstBranchWins, .lastSupplementWins: [.sameFactsSameState]
        case .poisonBlocksStream, .unknownKindsDropped: [.poisonDelaysNobody]
        case .prunesAtParentsWord: [.nothingPruned]
        case .misaddressedAccepted, .formerParentServesOn: [.onlyOwnMail]
        case .movedChildStays: [.movesComplete]
        case .moveWithoutWelcome, .handOverCopyForgotten, .outrunHandOverStands, .enrolmentByPresentTree: [.pathsAgree]
        case .leftPenLost, .oldStepsByPresentTree: [.onePenOneHome]
        case .refillingCounts: [.oneNumberOnePerson]
        case .tearsTransactions, .restartForgetsWords: [.rebuildEqual]
        case .numberFollowsClock: [.clocksDoNotMatter]
        case .heldForEver, .lockForgotten: [.capsHold]
        case .orphansDropped, .leftBehindForgotten: [.everythingAtCentre]
        case .childTrustsOwnCursor, .comparesLengthNotHash, .relaysNothingBack, .refillForgetsOwn, .nobodyGivesWay, .expiredStaysOut: [.pathsAgree]
        case .fenceNeverOpens: [.fenceOpens]
        case .errandsForgotten, .wordsStayBehind: [.inquiriesAnswered]
        case .lateDossiersLeftBehind: [.movesComplete]
        case .handOverNotSettled: [.onePenOneHome]
        case .ferryHandsOverTwice: [.effectsOnce]
        case .withdrawalUndoesTransfer: [.transfersEnd]
        case .inquiriesForgotten, .inquiryTriedOnce: [.questionsEnd]
        case .withdrawnIsHandedOver, .releasingAuthoritySkipped: [.onePenOneHome]
        case .carrierForgets: [.transfersEnd, .pathsAgree]
        case .recordStaysBehind: [.poisonDelaysNobody]
        case .chanceFromAddresses: [.determinism]
        }
    }
}

/// Only for `Mutant.oldStepsByPresentTree`: a tree that has forgotten how it was.
struct PresentTree: Topology {
    let tree: UnitTree

    func unit(_ code: UnitCode) -> Unit? { tree.unit(code) }
    func unit(_ code: UnitCode, version: Int) -> Unit? { tree.unit(code) }
}
