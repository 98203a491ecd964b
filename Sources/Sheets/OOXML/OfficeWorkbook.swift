/// An .xlsx or .xlsm workbook: its parts found and opened.
final class OfficeWorkbook {
    let sheets: [SheetInfo]
    private let parts: [String]
    private let archive: ZipArchive
    private let limits: SheetLimits
    private let relations: Relationships
    private let dates: SerialDate.System
    private var loaded: (strings: SharedStrings, styles: CellStyles)?

    init(path: String, limits: SheetLimits) throws(SheetError) {
        let archive = try ZipArchive(path: path, limits: limits)
        self.archive = archive
        self.limits = limits
        let workbook = try Self.workbookPart(of: archive, file: FileName.last(of: path), limits: limits)
        let list = SheetList()
        try XMLStream.read(archive.entry(workbook), into: list, limits: limits)
        relations = Relationships(of: workbook)
        try XMLStream.read(archive.entry(Relationships.name(for: workbook)), into: relations, limits: limits)
        dates = list.dates
        var sheets: [SheetInfo] = [], parts: [String] = []
        for (index, sheet) in list.sheets.enumerated() {
            // Chart and dialogue sheets have no rows.
            guard let target = relations.targets[sheet.relationship], target.kind == "worksheet" else { continue }
            sheets.append(SheetInfo(name: sheet.name, isVisible: sheet.isVisible, index: index))
            parts.append(target.part)
        }
        self.sheets = sheets
        self.parts = parts
    }

    func rows(of sheet: SheetInfo) throws(SheetError) -> WorksheetRows {
        guard let at = sheets.firstIndex(of: sheet) else {
            throw .noSuchSheet(sheet.name, available: sheets.map(\.name))
        }
        let shared = try load()
        return try WorksheetRows(
            archive.entry(parts[at]),
            WorksheetSink(strings: shared.strings, styles: shared.styles, dates: dates, limits: limits, part: parts[at]),
            limits: limits)
    }

    private func load() throws(SheetError) -> (strings: SharedStrings, styles: CellStyles) {
        if let loaded { return loaded }
        let strings = SharedStrings(limits: limits), styles = CellStyles()
        if let part = relations.part("styles"), archive.has(part) {
            try XMLStream.read(archive.entry(part), into: styles, limits: limits)
        }
        if let part = relations.part("sharedStrings"), archive.has(part) {
            try XMLStream.read(archive.entry(part), into: strings, limits: limits)
        }
        loaded = (strings, styles)
        return (strings, styles)
    }

    private static func workbookPart(of archive: ZipArchive, file: String, limits: SheetLimits) throws(SheetError) -> String {
        if archive.has("mimetype") { throw .notAWorkbook(file: file, .openDocument) }
        // Workbooks under rights management keep their contents in a part of this name.
        if archive.has("EncryptedPackage") { throw .encrypted(file: file) }
        let package = Relationships(of: "")
        let name = Relationships.name(for: "")
        if archive.has(name) { try XMLStream.read(archive.entry(name), into: package, limits: limits) }
        guard let part = package.part("officeDocument") ?? (archive.has("xl/workbook.xml") ? "xl/workbook.xml" : nil) else {
            throw .notAWorkbook(file: file, .archive)
        }
        if part.hasPrefix("word/") { throw .notAWorkbook(file: file, .word) }
        if part.hasPrefix("ppt/") { throw .notAWorkbook(file: file, .presentation) }
        if part.hasSuffix(".bin") { throw .notAWorkbook(file: file, .xlsb) }
        return part
    }
}
