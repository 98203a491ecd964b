import Rules
import Sheets

/// A pupils' workbook: finds the header, recognises the template by names, and gives the pupils' rows, as often as they are asked for.
///
/// Most of the time goes into inflating and parsing, so what was read is kept up to a limit; beyond it the file is read again.
final class PupilWorkbook {
    /// Why the file is not a template (不符合模板), in Chinese.
    struct Mismatch: Error {
        let reasons: [(message: String, remedy: String)]
    }

    /// One pupil's row among those that were read with it.
    struct PupilRow {
        let rows: PackedRows
        let place: Int

        /// Row of the sheet, from 1.
        var number: Int { rows.number(of: place) }
        var sheetRow: SheetRow { rows[place] }
    }

    /// Bytes of rows that are kept: some 50,000 pupils of sixty columns.
    static let keptLimit = 64 << 20
    /// Rows that are given at once, fewer where they are long.
    static let batchRows = 512
    private static let batchBytes = 1 << 20

    let match: TemplateMatch
    /// What of the sheet was not read; our own column of explanations is no news.
    let notices: [String]
    let columns: [ColumnSpec]
    private let path: String
    private let keptLimit: Int
    /// Nil when all rows are kept and given from there.
    private var rows: SheetRows?
    /// Nil once they are too many.
    private var kept: [PackedRows]? = []
    private var keptBytes = 0
    /// Kept batches that were given in this round.
    private var given = 0

    init(path: String, keptLimit: Int = PupilWorkbook.keptLimit) throws {
        let download = "请重新下载新模板，用“选择性粘贴-数值”填入后再导入。"
        let (rows, header) = try PupilWorkbook.open(path)
        self.path = path
        self.keptLimit = keptLimit
        self.rows = rows
        match = Template.recognise(headers: header.titles)
        guard match.isTemplate else {
            let reasons = header.titles.isEmpty ? ["没有找到表头"] : match.refusals
            throw Mismatch(reasons: reasons.map { ("不符合模板：" + $0, download) })
        }
        notices = match.notices.filter { !$0.contains("「\(MarkedWorkbookWriter.explanationHeader)」") }
        columns = PupilWorkbook.columns(header.titles, match)
    }

    /// The next rows that have anything in them, in their order; nil at the end.
    func next() throws(Mismatch) -> PackedRows? {
        guard let rows else {
            guard let kept, given < kept.count else { return nil }
            given += 1
            return kept[given - 1]
        }
        let batch = try Self.mismatched { () throws(SheetError) in try read(rows) }
        guard batch.count > 0 else { return nil }
        keep(batch)
        return batch
    }

    /// Goes back to the first pupil, from the end alone.
    func rewind() throws(Mismatch) {
        given = 0
        rows = kept == nil ? try PupilWorkbook.open(path).rows : nil
    }

    func cell(_ rows: PackedRows, _ place: Int, _ field: StudentField) -> RawCell? {
        match.column(of: field).flatMap { rows.cell(of: place, column: $0) }.map { RawCell($0.text, kind: RawCell.Kind($0.kind)) }
    }

    private func read(_ rows: SheetRows) throws(SheetError) -> PackedRows {
        var batch = PackedRows()
        while batch.count < Self.batchRows, batch.byteCount < Self.batchBytes, try rows.next(into: &batch) {
            let isPupil = batch.columns(of: batch.count - 1).contains { $0 < match.fields.count && match.fields[$0] != nil }
            if !isPupil { batch.removeLast() }
        }
        return batch
    }

    private func keep(_ batch: PackedRows) {
        keptBytes += batch.byteCount
        if keptBytes <= keptLimit { kept?.append(batch) } else { kept = nil }
    }

    private static func open(_ path: String) throws(Mismatch) -> (rows: SheetRows, header: SheetHeader) {
        try mismatched { () throws(SheetError) -> (rows: SheetRows, header: SheetHeader) in
            let rows = try WorkbookReader.open(path).rows()
            let found = try HeaderFinder.find(in: rows) { titles in
                Template.recognise(headers: titles).fields.count { $0 != nil }
            }
            return (rows, found ?? SheetHeader(titles: [], rows: 1...1))
        }
    }

    private static func mismatched<Value>(_ body: () throws(SheetError) -> Value) throws(Mismatch) -> Value {
        do throws(SheetError) {
            return try body()
        } catch {
            throw Mismatch(reasons: [("不符合模板：" + error.message, error.remedy)])
        }
    }

    /// The columns as the file has them, so that the failed rows come back in the same shape.
    private static func columns(_ titles: [String], _ match: TemplateMatch) -> [ColumnSpec] {
        let template = Template[match.version]
        let ignored = titles.firstIndex(of: MarkedWorkbookWriter.explanationHeader)
        return titles.enumerated().filter { $0.offset != ignored }.map { index, title in
            let field = index < match.fields.count ? match.fields[index] : nil
            let column = field.flatMap { field in template.columns.first { $0.field == field } }
            return ColumnSpec(
                title.isEmpty ? " \(index + 1)" : title, isRequired: column?.requirement == .starred,
                isText: column?.isText ?? true, dropDown: column?.options ?? [])
        }
    }
}
