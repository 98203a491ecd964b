/// An .xls workbook of Excel 97 to 2003 (BIFF 8), also what WPS writes as .et.
final class LegacyWorkbook {
    let sheets: [SheetInfo]
    private let offsets: [Int]
    private let book: LegacyContents
    private let limits: SheetLimits

    init(path: String, limits: SheetLimits) throws(SheetError) {
        self.limits = limits
        let file = FileName.last(of: path)
        let container = try CompoundFile(path: path)
        if container.has("EncryptedPackage") || container.has("EncryptionInfo") { throw .encrypted(file: file) }
        guard let stream = try container.stream("Workbook") else {
            if container.has("Book") { throw .workbookTooOld(file: file) }
            if container.has("WordDocument") { throw .notAWorkbook(file: file, .word) }
            if container.has("PowerPoint Document") { throw .notAWorkbook(file: file, .presentation) }
            if container.isEmpty { throw .truncated(file: file) }
            throw .notAWorkbook(file: file, .unknown)
        }
        book = try LegacyContents(LegacyRecords(stream), file: file, limits: limits)
        sheets = book.sheets.map(\.info)
        offsets = book.sheets.map(\.offset)
    }

    func rows(of sheet: SheetInfo) throws(SheetError) -> LegacyRows {
        guard let at = sheets.firstIndex(of: sheet) else { throw .noSuchSheet(sheet.name, available: sheets.map(\.name)) }
        return try LegacyRows(book, offset: offsets[at], limits: limits)
    }
}

/// What all sheets of an .xls share.
struct LegacyContents {
    let records: LegacyRecords
    let file: String
    private(set) var sheets: [(info: SheetInfo, offset: Int)] = []
    private(set) var dates = SerialDate.System.from1900
    private(set) var strings: SharedStrings
    private var codes: [Int: String] = [:]
    private var formats: [Int] = []
    private var isDateStyle: [Bool] = []

    private static let stream = "Workbook"
    private static let version8 = 0x0600

    init(_ records: LegacyRecords, file: String, limits: SheetLimits) throws(SheetError) {
        self.records = records
        self.file = file
        strings = SharedStrings(limits: limits)
        guard let first = records.record(at: 0), first.kind == LegacyRecords.Kind.beginning, first.body.count >= 4 else {
            throw .damagedPart(Self.stream)
        }
        guard records.bytes.u16(first.body.lowerBound) == Self.version8 else { throw .workbookTooOld(file: file) }
        var offset = first.next
        while true {
            guard let record = records.record(at: offset) else { throw .truncated(file: file) }
            if record.kind == LegacyRecords.Kind.endOfFile { break }
            try take(record)
            offset = record.next
        }
        isDateStyle = formats.map { codes[$0].map(NumberFormat.isDate(code:)) ?? NumberFormat.isDate(builtIn: $0) }
    }

    func isDate(_ style: Int) -> Bool { style < isDateStyle.count && isDateStyle[style] }

    private mutating func take(_ record: LegacyRecords.Record) throws(SheetError) {
        let body = record.body, bytes = records.bytes
        switch record.kind {
        case LegacyRecords.Kind.password: throw .encrypted(file: file)
        case LegacyRecords.Kind.dateMode where body.count >= 2: dates = bytes.u16(body.lowerBound) == 1 ? .from1904 : .from1900
        case LegacyRecords.Kind.format where body.count >= 5: codes[bytes.u16(body.lowerBound)] = records.text(in: record, from: 2)
        case LegacyRecords.Kind.style where body.count >= 4: formats.append(bytes.u16(body.lowerBound + 2))
        case LegacyRecords.Kind.sheet where body.count >= 8:
            // The sixth byte tells worksheets (0) from macro sheets, charts and modules.
            guard bytes.all[body.lowerBound + 5] == 0, let name = records.text(in: record, from: 6, shortLength: true) else { return }
            let isVisible = bytes.all[body.lowerBound + 4] & 3 == 0
            sheets.append((SheetInfo(name: name, isVisible: isVisible, index: sheets.count), bytes.u32(body.lowerBound)))
        case LegacyRecords.Kind.sharedStrings where body.count >= 8: try takeStrings(record)
        default: return
        }
    }

    private func takeStrings(_ record: LegacyRecords.Record) throws(SheetError) {
        var cursor = LegacyText(records.bytes, records.segments(of: record))
        guard cursor.u32() != nil, let count = cursor.u32() else { throw .damagedPart(Self.stream) }
        for _ in 0..<count {
            guard let units = cursor.sharedString() else { throw .damagedPart(Self.stream) }
            try strings.append(String(decoding: units, as: UTF16.self))
        }
    }
}
