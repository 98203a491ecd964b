/// One record of a CSV file. Fields are bytes until they are asked for; a row may be kept, it does not change any more.
public struct CSVRow: Sendable {
    /// 1 for the first record of the file; empty lines do not count.
    public internal(set) var number = 0
    /// Physical line on which the record begins, from 1.
    public internal(set) var line = 0
    /// UTF-8 of all fields in a row, quotes resolved.
    var bytes: [UInt8] = []
    /// Where each field ends in `bytes`.
    var ends: [Int] = []

    /// Number of fields.
    public var count: Int { ends.count }

    /// The field at a column from 0; empty beyond the last one.
    public subscript(column: Int) -> String {
        guard column < ends.count else { return "" }
        return String(decoding: bytes[range(column)], as: UTF8.self)
    }

    /// UTF-8 of a field without a copy; empty beyond the last one.
    public func bytes(at column: Int) -> ArraySlice<UInt8> {
        column < ends.count ? bytes[range(column)] : []
    }

    /// The quickest look at a field: valid UTF-8, only for the time of the call.
    public func withBytes<Result>(at column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        let range = column < ends.count ? range(column) : 0..<0
        return try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    public func isEmpty(at column: Int) -> Bool { column >= ends.count || range(column).isEmpty }

    /// Compares without making a string.
    public func equals(_ text: StaticString, at column: Int) -> Bool {
        withBytes(at: column) { field in
            text.withUTF8Buffer { field.elementsEqual($0) }
        }
    }

    public var fields: [String] { (0..<count).map { self[$0] } }

    private func range(_ column: Int) -> Range<Int> { (column == 0 ? 0 : ends[column - 1])..<ends[column] }
}
