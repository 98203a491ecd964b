import Rules

/// Warnings and notices about items that no template has a column for (statements are recorded beside the workbook, Q7, Q22,
/// Q40): no cell could have prevented them and often every row has them, so they are told once for the file.
struct FileWideFindings {
    private struct Told {
        let finding: Finding
        /// Differing messages of one rule, in order of rows.
        var messages: [String]
        var count = 0
        /// The first rows of the sheet.
        var rows: [Int] = []
    }

    /// So many rows are named; of more only the number is told.
    static let namedRows = 10

    private static let columns = Set(Template.all.flatMap { $0.columns.compactMap(\.field) })

    private var told: [Told] = []

    static func holds(_ finding: Finding) -> Bool {
        guard finding.severity == .warning || finding.severity == .notice, let field = finding.field else { return false }
        return !columns.contains(field)
    }

    /// Takes a row's finding when it is such a one; false leaves it with its row.
    mutating func take(_ finding: Finding, row: Int) -> Bool {
        guard Self.holds(finding) else { return false }
        let index = told.firstIndex { $0.finding.rule == finding.rule } ?? told.endIndex
        if index == told.endIndex { told.append(Told(finding: finding, messages: [])) }
        if !told[index].messages.contains(finding.message) { told[index].messages.append(finding.message) }
        told[index].count += 1
        if told[index].rows.count < Self.namedRows { told[index].rows.append(row) }
        return true
    }

    /// One finding a rule, with the number of pupils.
    var findings: [Finding] {
        told.map { told in
            var finding = told.finding
            finding.message = told.messages.joined(separator: ";") + "（共 \(told.count) 名学生）"
            if told.count <= Self.namedRows {
                finding.message += "：第 " + told.rows.map(String.init).joined(separator: "、") + " 行"
            }
            return finding
        }
    }
}
