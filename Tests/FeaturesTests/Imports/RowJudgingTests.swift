import Rules
import Sheets
import Testing
@testable import Features

/// Rows are judged side by side; what is found must not tell.
@Suite struct RowJudgingTests {
    @Test("judgements stand in the order of the rows and are those of the rule book")
    func order() throws {
        let fields: [StudentField] = [.name, .sex, .birthDate, .idType, .idNumber, .classCode, .phone]
        let match = Template.recognise(headers: fields.map(\.label))
        var rows = PackedRows()
        for number in 0..<75 {
            let cells = fields.enumerated().map { column, field in
                SheetCell(field == .phone ? "电话\(number)" : ExamplePupil.cells[field]?.text ?? "", row: number + 2, column: column)
            }
            rows.append(SheetRow(number: number + 2, cells: cells))
        }
        let judging = RowJudging(match: match, facts: ExamplePupil.facts(divisions: DivisionTable()))
        let found = judging.judge(rows)
        #expect(found == rows.indices.map { RuleBook.judge(judging.raw(rows, $0), facts: judging.facts) })
        #expect(found.enumerated().allSatisfy { number, judgement in
            judgement.findings.contains { $0.field == .phone && $0.message.contains("“电话\(number)”") }
        })
        #expect(judging.judge(PackedRows()).isEmpty)
    }
}
