import Protocol
import Rules
import Store

/// Links that an operator has stopped: kept in the store, so that a restart does not start them again.
public struct PausedLinks: Sendable, Hashable {
    /// How the link upwards is named.
    public static let parent = "parent"
    static let key = "paused"

    /// `parent`, or codes of units directly below; sorted.
    public let names: Set<String>

    public init(_ reading: Reading) throws {
        names = Set((try reading.nodeText(Self.key) ?? "").split(separator: " ").map(String.init))
    }

    public var isParentPaused: Bool { names.contains(Self.parent) }

    public func isPaused(_ child: UnitCode) -> Bool { names.contains(child.text) }

    static func set(_ name: String, paused: Bool, in transaction: Transaction) throws -> PausedLinks {
        var names = try PausedLinks(transaction.reading).names
        if paused { names.insert(name) } else { names.remove(name) }
        try transaction.setNodeText(key, names.sorted().joined(separator: " "))
        return try PausedLinks(transaction.reading)
    }
}
