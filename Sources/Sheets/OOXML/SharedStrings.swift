/// The strings that cells share, in one arena of bytes.
final class SharedStrings: XMLSink {
    private let limits: SheetLimits
    private var arena: [UInt8] = []
    private var ends: [Int] = []
    private var isInItem = false
    private var isText = false
    private var phoneticDepth = 0

    init(limits: SheetLimits) { self.limits = limits }

    var count: Int { ends.count }

    /// UTF-8 of a string, escapes not yet resolved; nil when there is no such string.
    func withBytes<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(SheetError) -> Result) throws(SheetError) -> Result? {
        guard index >= 0, index < ends.count else { return nil }
        let range = (index == 0 ? 0 : ends[index - 1])..<ends[index]
        return try arena.withUnsafeBufferPointer { bytes throws(SheetError) in
            try body(UnsafeBufferPointer(rebasing: bytes[range]))
        }
    }

    func append(_ text: String) throws(SheetError) {
        arena += text.utf8
        try close()
    }

    func started(_ name: XMLName, _ attributes: XMLAttributes) throws(SheetError) {
        if name == "si" {
            isInItem = true
        } else if name == "rPh" {
            phoneticDepth += 1
        } else if name == "t" {
            isText = isInItem && phoneticDepth == 0
        }
    }

    func characters(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isText, arena.count <= limits.sharedStringBytes { arena.append(contentsOf: bytes) }
    }

    func ended(_ name: XMLName) throws(SheetError) {
        if name == "t" {
            isText = false
        } else if name == "rPh" {
            phoneticDepth -= 1
        } else if name == "si" {
            isInItem = false
            try close()
        }
    }

    private func close() throws(SheetError) {
        ends.append(arena.count)
        guard arena.count <= limits.sharedStringBytes, ends.count <= limits.sharedStrings else {
            throw .sharedStringsTooLarge(limit: limits.sharedStringBytes)
        }
    }
}
