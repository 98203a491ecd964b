/// What a CSV file may cost before it is refused. Memory never grows beyond one row and one chunk.
public struct CSVLimits: Sendable, Hashable {
    public var fileBytes = 8 * 1024 * 1024 * 1024
    public var columns = 512
    /// UTF-8 bytes of one row after decoding; also the point where an unclosed quote is given up on.
    public var rowBytes = 1024 * 1024
    /// Rows that are not empty.
    public var rows = 50_000_000

    public init() {}

    public static let standard = CSVLimits()
}
