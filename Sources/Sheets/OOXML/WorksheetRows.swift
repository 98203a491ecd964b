/// Streams the rows of a worksheet: inflates a chunk, parses it, hands out the rows that it completed.
final class WorksheetRows: RowSource {
    private let entry: ZipEntry
    private let sink: WorksheetSink
    private let stream: XMLStream
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    private var taken = 0
    private var isAtEnd = false

    init(_ entry: ZipEntry, _ sink: WorksheetSink, limits: SheetLimits) throws(SheetError) {
        self.entry = entry
        self.sink = sink
        let stream = try XMLStream(part: entry.name, sink: sink, limits: limits)
        self.stream = stream
        sink.line = { [unowned stream] in stream.line }
    }

    deinit { buffer.deallocate() }

    func next() throws(SheetError) -> SheetRow? {
        guard try hasNext() else { return nil }
        defer { taken += 1 }
        return sink.finished[taken]
    }

    func next(into rows: inout PackedRows) throws(SheetError) -> Bool {
        guard try hasNext() else { return false }
        rows.append(row: taken, of: sink.finished)
        taken += 1
        return true
    }

    /// Reads on where all rows that were completed are taken.
    private func hasNext() throws(SheetError) -> Bool {
        while taken == sink.finished.count {
            guard !isAtEnd else { return false }
            taken = 0
            sink.finished.removeAll()
            // Read to the very end, past the last row: only there the check sum is known.
            let count = try entry.read(into: buffer)
            try stream.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            isAtEnd = count == 0
        }
        return true
    }
}
