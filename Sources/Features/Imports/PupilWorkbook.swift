import Rules
import Sheets

/// A pupils' workbook: finds the header, recognises the template by names, and gives rows of fields.
final class PupilWorkbook {
    /// Why the file is not a template (不符合模板), in Chinese.
    struct Mismatch: Error {
        let reasons: [(message: String, remedy: String)]
    }

    struct PupilRow {
        let sheetRow: SheetRow
        let raw: RawRow
    }

    let match: TemplateMatch
    /// What of the sheet was not read; our own column of explanations is no news.
    let notices: [String]
    let columns: [ColumnSpec]
    private let rows: SheetRows
    private let ignored: Int?

    init(path: String) throws {
        let download = "请重新下载新模板，用“选择性粘贴-数值”填入后再导入。"
        let header: SheetHeader
        do throws(SheetError) {
            rows = try WorkbookReader.open(path).rows()
            let found = try HeaderFinder.find(in: rows) { titles in
                Template.recognise(headers: titles).fields.count { $0 != nil }
            }
            header = found ?? SheetHeader(titles: [], rows: 1...1)
        } catch {
            throw Mismatch(reasons: [("不符合模板：" + error.message, error.remedy)])
        }
        match = Template.recognise(headers: header.titles)
        guard match.isTemplate else {
            let reasons = header.titles.isEmpty ? ["没有找到表头"] : match.refusals
            throw Mismatch(reasons: reasons.map { ("不符合模板：" + $0, download) })
        }
        notices = match.notices.filter { !$0.contains("「\(MarkedWorkbookWriter.explanationHeader)」") }
        ignored = header.titles.firstIndex(of: MarkedWorkbookWriter.explanationHeader)
        columns = PupilWorkbook.columns(header.titles, match, ignored: ignored)
    }

    /// The next row that has anything in it.
    func next() throws(Mismatch) -> PupilRow? {
        do throws(SheetError) {
            while let row = try rows.next() {
                var cells: [StudentField: RawCell] = [:]
                for (column, cell) in row.cells where column < match.fields.count && !cell.text.isEmpty {
                    guard let field = match.fields[column] else { continue }
                    cells[field] = RawCell(cell.text, kind: PupilWorkbook.kind(cell.kind))
                }
                if !cells.isEmpty { return PupilRow(sheetRow: row, raw: RawRow(cells)) }
            }
            return nil
        } catch {
            throw Mismatch(reasons: [("不符合模板：" + error.message, error.remedy)])
        }
    }

    private static func kind(_ kind: SheetCell.Kind) -> RawCell.Kind {
        switch kind {
        case .text: .text
        case .number: .number
        case .date: .date
        case .boolean: .boolean
        case .error: .error
        }
    }

    /// The columns as the file has them, so that the failed rows come back in the same shape.
    private static func columns(_ titles: [String], _ match: TemplateMatch, ignored: Int?) -> [ColumnSpec] {
        let template = Template[match.version]
        return titles.enumerated().filter { $0.offset != ignored }.map { index, title in
            let field = index < match.fields.count ? match.fields[index] : nil
            let column = field.flatMap { field in template.columns.first { $0.field == field } }
            return ColumnSpec(
                title.isEmpty ? " \(index + 1)" : title, isRequired: column?.requirement == .starred,
                isText: column?.isText ?? true, dropDown: column?.options ?? [])
        }
    }
}
