import Rules

/// The name of a unit's node in certificates: one label a unit, from the unit up to the centre, so that an authority's name is
/// the end of the names of all below it. `u440106.u440000.root.xueji.internal`; names of `.internal` are nobody's in the DNS.
public struct TreeName: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    public static let centre = TreeName(text: "root.xueji.internal")

    private init(text: String) { self.text = text }

    /// - Parameter path: from the centre down to the unit, both included. Nil when it does not begin at the centre, a code has
    ///   other characters than ASCII letters and digits, or the name would be too long.
    public init?(path: [UnitCode]) {
        guard path.first == .centre else { return nil }
        var text = Self.centre.text
        for unit in path.dropFirst() {
            let code = unit.text.lowercased()
            guard !code.isEmpty, code.utf8.count <= 62, code.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) })
            else { return nil }
            text = "u" + code + "." + text
        }
        guard text.utf8.count <= 253 else { return nil }
        self.text = text
    }

    /// Reads a name from a certificate. Nil when it is no name of this tree.
    public init?(_ text: String) {
        guard text == Self.centre.text || text.hasSuffix("." + Self.centre.text), text.utf8.count <= 253 else { return nil }
        self.text = text
    }

    /// Whether a certificate issued for this name's owner may carry the other name.
    public func covers(_ other: TreeName) -> Bool { other == self || other.text.hasSuffix("." + text) }

    public var description: String { text }
}
