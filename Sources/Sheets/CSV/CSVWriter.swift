/// Writes a CSV file (RFC 4180, CRLF, UTF-8), atomically: the file is there after `finish()`, or not at all.
public final class CSVWriter {
    /// Who will open the file.
    public enum Audience: Sendable, Hashable {
        /// A program: every byte as given, no byte order mark.
        case program
        /// Excel or WPS: with a byte order mark, and fields that they would run as a formula
        /// (`=`, `+`, `-`, `@`, tab, CR first) get an apostrophe in front.
        case spreadsheet
    }

    private let file: AtomicFile
    private let audience: Audience
    private var buffer: [UInt8] = []

    private static let flushSize = 256 * 1024

    public init(path: String, for audience: Audience = .program) throws(SheetError) {
        file = try AtomicFile(path: path)
        self.audience = audience
        buffer.reserveCapacity(Self.flushSize * 2)
        if audience == .spreadsheet { buffer += [0xEF, 0xBB, 0xBF] }
    }

    public func write(_ fields: [String]) throws(SheetError) {
        var isFirst = true
        for var field in fields {
            if !isFirst { buffer.append(0x2C) }
            isFirst = false
            field.withUTF8 { append($0) }
        }
        // A lone empty field would be an empty line, which readers pass over.
        if fields.count == 1, fields[0].isEmpty { buffer += [0x22, 0x22] }
        buffer += [0x0D, 0x0A]
        if buffer.count >= Self.flushSize { try flush() }
    }

    /// Syncs the file and puts it in its place.
    public func finish() throws(SheetError) {
        try flush()
        try file.commit()
    }

    private func append(_ field: UnsafeBufferPointer<UInt8>) {
        let needsGuard = audience == .spreadsheet && Self.startsFormula(field)
        guard field.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
            if needsGuard { buffer.append(0x27) }
            buffer.append(contentsOf: field)
            return
        }
        buffer.append(0x22)
        if needsGuard { buffer.append(0x27) }
        for byte in field {
            if byte == 0x22 { buffer.append(0x22) }
            buffer.append(byte)
        }
        buffer.append(0x22)
    }

    private static func startsFormula(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        switch field.first {
        case 0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D: true
        default: false
        }
    }

    private func flush() throws(SheetError) {
        let full = buffer
        try full.withUnsafeBufferPointer { bytes throws(SheetError) in try file.write(bytes) }
        buffer.removeAll(keepingCapacity: true)
    }
}
