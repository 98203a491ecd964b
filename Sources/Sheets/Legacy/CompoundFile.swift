import Glibc

/// The container of .xls, .doc and encrypted .xlsx files (MS-CFB), held in memory: the file limit bounds it.
/// Written here and not borrowed, because a damaged file must be an answer and never end the process.
struct CompoundFile {
    private struct Entry {
        var start: Int
        var size: Int
    }

    private let file: String
    private let bytes: LittleEndianBytes
    private let sectorShift: Int
    private var table: [UInt32] = []
    private var entries: [String: Entry] = [:]

    private static let headerDifatCount = 109
    private static let endOfChain: UInt32 = 0xFFFF_FFFE
    private static let highestSector: UInt32 = 0xFFFF_FFFA

    init(path: String) throws(SheetError) {
        file = FileName.last(of: path)
        let contents = try Self.contents(of: path)
        guard contents.count >= 512 else { throw .truncated(file: file) }
        bytes = LittleEndianBytes(contents)
        sectorShift = bytes.u16(30)
        guard sectorShift == 9 || sectorShift == 12 else { throw .truncated(file: file) }
        table = try allocationTable()
        try readDirectory()
    }

    func has(_ name: String) -> Bool { entries[name] != nil }
    var isEmpty: Bool { entries.isEmpty }

    /// The bytes of a stream, nil when there is none of that name.
    func stream(_ name: String) throws(SheetError) -> [UInt8]? {
        guard let entry = entries[name] else { return nil }
        let smallStreamLimit = bytes.u32(56)
        if entry.size >= smallStreamLimit { return Array(try chain(from: entry.start).prefix(entry.size)) }
        guard let root = entries["Root Entry"], entry.size <= bytes.count else { throw .truncated(file: file) }
        let pool = try chain(from: root.start)
        let poolTable = LittleEndianBytes(try chain(from: bytes.u32(60)))
        var result: [UInt8] = []
        var sector = entry.start
        while result.count < entry.size {
            let at = sector * 64
            guard at + 64 <= pool.count, sector * 4 + 4 <= poolTable.count else { throw .truncated(file: file) }
            result += pool[at..<(at + 64)]
            sector = poolTable.u32(sector * 4)
        }
        return Array(result.prefix(entry.size))
    }

    private static func contents(of path: String) throws(SheetError) -> [UInt8] {
        let file = try FileName.openForReading(path)
        defer { close(file) }
        var contents = [UInt8](repeating: 0, count: try FileName.size(of: file, path: path))
        var done = 0
        while done < contents.count {
            let got = contents.withUnsafeMutableBytes { read(file, $0.baseAddress! + done, $0.count - done) }
            guard got > 0 else { throw .unreadable(file: FileName.last(of: path), reason: FileName.reason(errno)) }
            done += got
        }
        return contents
    }

    private var sectorSize: Int { 1 << sectorShift }

    /// The last sector of a file may be short; sectors beyond the file are an error.
    private func sector(_ number: Int) throws(SheetError) -> ArraySlice<UInt8> {
        let start = (number + 1) << sectorShift
        guard number >= 0, start < bytes.count else { throw .truncated(file: file) }
        return bytes.all[start..<min(bytes.count, start + sectorSize)]
    }

    private func allocationTable() throws(SheetError) -> [UInt32] {
        let count = bytes.u32(44)
        guard count <= bytes.count >> sectorShift else { throw .truncated(file: file) }
        var places = (0..<Self.headerDifatCount).map { UInt32(bytes.u32(76 + $0 * 4)) }
        var next = UInt32(bytes.u32(68))
        while places.count < count, next < Self.highestSector {
            let more = LittleEndianBytes(Array(try sector(Int(next))))
            guard more.count == sectorSize else { throw .truncated(file: file) }
            places += (0..<(sectorSize / 4 - 1)).map { UInt32(more.u32($0 * 4)) }
            next = UInt32(more.u32(sectorSize - 4))
        }
        var table: [UInt32] = []
        for place in places.prefix(count) where place < Self.highestSector {
            let part = LittleEndianBytes(Array(try sector(Int(place))))
            table += (0..<(part.count / 4)).map { UInt32(part.u32($0 * 4)) }
        }
        return table
    }

    private func chain(from start: Int) throws(SheetError) -> [UInt8] {
        var result: [UInt8] = []
        var next = UInt32(truncatingIfNeeded: start), steps = 0
        while next != Self.endOfChain {
            // A chain longer than the file goes in circles.
            guard Int(next) < table.count, steps <= bytes.count >> sectorShift else { throw .truncated(file: file) }
            result += try sector(Int(next))
            next = table[Int(next)]
            steps += 1
        }
        return result
    }

    private mutating func readDirectory() throws(SheetError) {
        let directory = LittleEndianBytes(try chain(from: bytes.u32(48)))
        for slot in stride(from: 0, to: directory.count - 127, by: 128) {
            let length = directory.u16(slot + 64)
            guard directory.all[slot + 66] != 0, length >= 2, length <= 64 else { continue }
            let units = stride(from: slot, to: slot + length - 2, by: 2).map { UInt16(directory.u16($0)) }
            let name = String(decoding: units, as: UTF16.self)
            if entries[name] == nil { entries[name] = Entry(start: directory.u32(slot + 116), size: directory.u32(slot + 120)) }
        }
    }
}

/// Bytes that are read as little-endian numbers. Callers have checked the bounds; a slip stops the process, it reads nothing foreign.
struct LittleEndianBytes {
    let all: [UInt8]

    init(_ all: [UInt8]) { self.all = all }

    var count: Int { all.count }

    func u16(_ at: Int) -> Int { Int(all[at]) | Int(all[at + 1]) << 8 }
    func u32(_ at: Int) -> Int { u16(at) | u16(at + 2) << 16 }
    func double(_ at: Int) -> Double { Double(bitPattern: UInt64(u32(at)) | UInt64(u32(at + 4)) << 32) }
}
