/// What a workbook may cost before it is refused. Each limit is enforced before the memory is spent.
public struct SheetLimits: Sendable, Hashable {
    /// Size of the file on disk.
    public var fileBytes = 50 * 1024 * 1024
    /// Entries in the zip directory; a workbook of Excel has some twenty.
    public var archiveEntries = 2_000
    /// Inflated size of one part; 200,000 rows of 60 columns stay under 700 MB.
    public var partBytes = 1024 * 1024 * 1024
    /// Inflated to deflated size of one part. Sheets of repeated values reach about 60, a zip bomb 1,000.
    public var partRatio = 250
    /// Parts up to this inflated size are not held to `partRatio`: tiny files compress oddly.
    public var partRatioFreeBytes = 8 * 1024 * 1024
    /// UTF-8 bytes of all shared strings together; the only part that is kept in memory whole.
    public var sharedStringBytes = 128 * 1024 * 1024
    public var sharedStrings = 4_000_000
    public var columns = 512
    /// Rows with at least one filled cell.
    public var rows = 200_000
    /// UTF-16 units in a cell; Excel's own limit.
    public var cellCharacters = 32_767
    public var elementDepth = 64

    public init() {}

    public static let standard = SheetLimits()
}
