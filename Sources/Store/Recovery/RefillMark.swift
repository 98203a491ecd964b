import Rules

/// A disk that was lost, or went back in time, lacks what only those below still hold. Until each of them has shown what it has,
/// this node says so when it shows its heads: what it lacks proves nothing, and the centre's fence goes on waiting for it.
enum RefillMark {
    static let key = "refilling"
}

extension Reading {
    /// Whether those below have still to show what they hold.
    public func isRefilling() throws -> Bool { try nodeText(RefillMark.key)?.isEmpty == false }
}

extension Transaction {
    /// Whatever is here is not all that was. The centre has a fence of its own.
    public func beginRefill() throws {
        guard try reading.ownUnit() != .centre else { return }
        try setNodeText(RefillMark.key, String(now))
    }

    /// All below have shown what they hold, and it is here.
    public func endRefill() throws { try setNodeText(RefillMark.key, "") }
}
