/// How many bytes of a blob travel at once: so many that the line is busy for half a second, as the last piece has shown.
///
/// This bounds what a decision can wait for: one piece is under way at a time, and none begins while decisions travel.
public struct PieceLength: Sendable, Hashable {
    /// The first piece, and the smallest: half a second at 64 kbit/s.
    public static let shortest = 4 << 10
    public static let longest = 256 << 10
    /// Seconds of the line that one piece may take.
    public static let seconds = 0.5

    public private(set) var bytes = shortest

    public init() {}

    /// A piece took so long from its request to the answer. The next one is twice as long at most.
    public mutating func took(_ seconds: Double, bytes sent: Int) {
        let fitting = Double(sent) * Self.seconds / max(seconds, 0.000_1)
        bytes = min(max(Self.shortest, Int(min(fitting, Double(bytes) * 2))), Self.longest)
    }

    /// The line failed or is another one now.
    public mutating func begin() { bytes = Self.shortest }
}
