/// The stream of records that an .xls is (BIFF 8, MS-XLS).
struct LegacyRecords {
    struct Record {
        var kind: Int
        /// Where the body lies in the stream.
        var body: Range<Int>
        var next: Int { body.upperBound }
    }

    enum Kind {
        static let formula = 0x0006, endOfFile = 0x000A, dateMode = 0x0022, password = 0x002F, continuation = 0x003C
        static let sheet = 0x0085, manyNumbers = 0x00BD, richText = 0x00D6, style = 0x00E0, sharedStrings = 0x00FC, sharedText = 0x00FD
        static let number = 0x0203, text = 0x0204, truthOrError = 0x0205, formulaText = 0x0207, shortNumber = 0x027E
        static let format = 0x041E, beginning = 0x0809
    }

    let bytes: LittleEndianBytes

    init(_ stream: [UInt8]) { bytes = LittleEndianBytes(stream) }

    /// The record at an offset, nil when it does not fit into the stream.
    func record(at offset: Int) -> Record? {
        guard offset >= 0, offset + 4 <= bytes.count else { return nil }
        let start = offset + 4, end = start + bytes.u16(offset + 2)
        guard end <= bytes.count else { return nil }
        return Record(kind: bytes.u16(offset), body: start..<end)
    }

    /// A record's body and those of the records that continue it.
    func segments(of record: Record) -> [Range<Int>] {
        var segments = [record.body]
        var offset = record.next
        while let more = self.record(at: offset), more.kind == Kind.continuation {
            segments.append(more.body)
            offset = more.next
        }
        return segments
    }

    func text(in record: Record, from offset: Int, shortLength: Bool = false) -> String? {
        var cursor = LegacyText(bytes, segments(of: record))
        guard cursor.skip(offset), let length = shortLength ? cursor.byte() : cursor.u16(), let flags = cursor.byte() else { return nil }
        return cursor.characters(length, isWide: flags & 1 == 1).map { String(decoding: $0, as: UTF16.self) }
    }
}

/// Reads strings that may go on in the next record.
struct LegacyText {
    private let bytes: LittleEndianBytes
    private let segments: [Range<Int>]
    private var segment = 0
    private var at: Int

    init(_ bytes: LittleEndianBytes, _ segments: [Range<Int>]) {
        self.bytes = bytes
        self.segments = segments
        at = segments.first?.lowerBound ?? 0
    }

    /// All methods answer nil (or false) at the end of the last record.
    mutating func byte() -> Int? {
        guard settle() else { return nil }
        defer { at += 1 }
        return Int(bytes.all[at])
    }

    mutating func u16() -> Int? {
        guard let low = byte(), let high = byte() else { return nil }
        return low | high << 8
    }

    mutating func u32() -> Int? {
        guard let low = u16(), let high = u16() else { return nil }
        return low | high << 16
    }

    mutating func skip(_ count: Int) -> Bool {
        var left = count
        while left > 0 {
            guard settle() else { return false }
            let step = min(left, segments[segment].upperBound - at)
            at += step
            left -= step
        }
        return true
    }

    /// UTF-16 units; narrow ones are Latin-1. Where a string goes on in the next record, a byte tells its width anew.
    mutating func characters(_ count: Int, isWide: Bool) -> [UInt16]? {
        var units: [UInt16] = []
        var isWide = isWide
        while units.count < count {
            if segment >= segments.count { return nil }
            if at >= segments[segment].upperBound {
                guard let flags = byte() else { return nil }
                isWide = flags & 1 == 1
            }
            let size = isWide ? 2 : 1
            let whole = min(count - units.count, (segments[segment].upperBound - at) / size)
            guard whole > 0 else { return nil }
            for index in 0..<whole {
                let place = at + index * size
                units.append(isWide ? UInt16(bytes.u16(place)) : UInt16(bytes.all[place]))
            }
            at += whole * size
        }
        return units
    }

    /// One string of the shared table: character count, flags, counts of runs and of phonetic bytes, then those.
    mutating func sharedString() -> [UInt16]? {
        guard let length = u16(), let flags = byte() else { return nil }
        var extra = 0
        if flags & 8 != 0 {
            guard let runs = u16() else { return nil }
            extra += runs * 4
        }
        if flags & 4 != 0 {
            guard let phonetic = u32() else { return nil }
            extra += phonetic
        }
        guard let units = characters(length, isWide: flags & 1 == 1), skip(extra) else { return nil }
        return units
    }

    private mutating func settle() -> Bool {
        while segment < segments.count, at >= segments[segment].upperBound {
            segment += 1
            if segment < segments.count { at = segments[segment].lowerBound }
        }
        return segment < segments.count
    }
}
