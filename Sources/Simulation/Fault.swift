/// Faults as they are counted. The design's list is the first comment's; a campaign of a thousand seeds fails where one
/// occurred in fewer than one per cent of its runs.
public enum Fault: String, Sendable, CaseIterable {
    // Network
    case drop, duplicate, delay, longDelay, reorder, truncate, corruptEnvelope, halfOpen, replyLost, asymmetricPartition, partition
    case longPartition, busy429, unavailable503, captivePortal
    // Processes and disks
    case kill, killInTransaction, killAfterCommit, pause, secondInstance
    case diskFull, diskFullOnce, inputOutputError, unsyncedLost, tornWrite, bitFlip
    case backupRestored, silentRollback, centreRolledBack, clone, diskLost
    // Time
    case clockJump, leap
    // Trust
    case certificateExpired, certificateRevoked, certificateRotated, keyRevoked
    // The tree and its programs
    case unitMovedOut, unitMovedIn, schoolMoved, upgrade, downgrade, bundle
    case merger
    /// A step in the holder's stead, which may meet the holder's own.
    case override
    /// A school takes back what it has asked for, while others decide it.
    case withdrawal
    // Messages
    case forged, replayed, misaddressed, oversize, poison, rogueStatement
}

/// The rows of the design's table of recoveries, counted when what the row promises has come about.
public enum Recovery: String, Sendable, CaseIterable {
    /// The same units again with new keys and incarnations, and everything back.
    case diskLost
    /// A restored node has its own streams back and may do everything again.
    case backupRestored
    /// The parent's longer stream was adopted, what was orphaned written again.
    case silentRollback
    /// A fork: the copy nearest the root won, ours went to salvage.
    case copiesDiffer
    /// A clone was found and ended, by an operator or by its key.
    case clone
    /// An authority between was refilled from below and above.
    case countyLost
    /// A centre that went back waited behind its fence and issues again.
    case centreRolledBack
    /// A unit works on another node than before, and that one is read-only.
    case unitMoved
    /// A school belongs to another authority, and its node has compared heads with that one, or works there.
    case schoolMoved
    case merger
    /// A pupil has gone from one school to another, with everything.
    case transfer
    /// Seventy days of silence, and then everything delivered.
    case longSilence
    /// What failed is in quarantine, and later entries are applied.
    case poison
}
