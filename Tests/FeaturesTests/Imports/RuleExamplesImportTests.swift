import Features
import Rules
import Sheets
import Testing

/// Every rule's two examples on the way that pupils take: written into a workbook, read back and judged by an import.
@Suite struct RuleExamplesImportTests {
    /// Rules about items that no template has a column for. What is wrong there comes by form or API, never by workbook:
    /// the pinyin stands on the paper form only, statements are recorded beside the workbook (Q7, Q22, Q40).
    static let withoutColumn: Set<String> = [
        "M-IMP-length-namePinyin", "M-IMP-control-namePinyin", "M-IMP-lost-character-namePinyin", "M-IMP-private-use-namePinyin",
        "M-IMP-statement-noIDProof", "M-IMP-statement-otherDocumentProof", "M-IMP-statement-guardianConfirmation",
    ]

    /// Such rules too, but what they find is that a statement is missing, which an import does find. Told once for a file.
    static let toldForTheFile: Set<String> = ["Q7-guardian-confirmation", "Q22-proof-pending", "Q40-proof-pending"]

    static let inColumns = RuleBook.all.map(\.code).filter { !withoutColumn.contains($0) && !toldForTheFile.contains($0) }

    @Test(arguments: inColumns)
    func theFailingExampleIsFoundInItsCell(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        let template = try #require(Self.template(for: rule))
        let (report, rows) = try check(rule.failing, template, of: rule)
        let found = report.findings.filter { $0.rule == code }
        let field = try #require(Self.field(of: rule))
        let column = try #require(template.columns.firstIndex { $0.field == field })
        #expect(found.map(\.cell) == (2..<2 + rows).map { CellReference.text(row: $0, column: column) })
        #expect(found.allSatisfy { $0.severity == rule.severity.rawValue && $0.field == field.label })
        #expect(report.failed == (rule.severity == .error ? rows : 0))
        #expect(report.problems == (rule.severity == .problem ? rows : 0))
        #expect((report.marked != nil) == (rule.severity == .error))
    }

    @Test(arguments: inColumns)
    func thePassingExampleGoesThrough(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        let (report, rows) = try check(rule.passing, try #require(Self.template(for: rule)), of: rule)
        #expect(report.findings.filter { $0.rule == code } == [])
        #expect(report.accepted == rows)
        #expect(report.failed == 0)
    }

    @Test(arguments: toldForTheFile.sorted())
    func aMissingStatementIsToldOnceForTheFile(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        let (report, rows) = try check(rule.failing, Template[.v2013], of: rule)
        let found = report.findings.filter { $0.rule == code }
        #expect(found.count == 1)
        #expect(found.first?.row == nil)
        #expect(found.first?.message.contains("（共 \(rows) 名学生）") == true)
        #expect(report.failed == 0)
    }

    @Test func everyRuleIsTriedOrNamedAsBesideTheColumns() {
        let columns = Set(Template.all.flatMap { $0.columns.compactMap(\.field) })
        let beside = RuleBook.all.filter { rule in rule.field.map { !columns.contains($0) } ?? false }
        #expect(Set(beside.map(\.code)) == Self.withoutColumn.union(Self.toldForTheFile))
        #expect(RuleBook.all.allSatisfy { rule in beside.contains { $0 === rule } || Self.template(for: rule) != nil })
    }

    // MARK: Rules about the file

    @Test(arguments: FileRules.all.map(\.code))
    func aFileRuleFindsItsFailingFileAndLetsItsPassingFileThrough(code: String) throws {
        let rule = try #require(FileRules.all.first { $0.code == code })
        let failing = try check(rule.failing)
        let found = failing.findings.filter { $0.rule == code }
        #expect(found.count == 1)
        #expect(found.first?.row == nil)
        #expect(failing.outcome == (rule.severity == .error ? .failed : .success))
        #expect(failing.accepted == (rule.severity == .error ? 0 : rule.failing.rowCount))
        let passing = try check(rule.passing)
        #expect(passing.findings.filter { $0.rule == code } == [])
        #expect(passing.outcome == .success)
    }

    private func check(_ subject: FileSubject) throws -> ImportReport {
        let folder = try ScratchFolder()
        var facts = ExamplePupil.facts(divisions: DivisionTable())
        if case .found(let school) = subject.school { facts.school = school }
        if subject.hasAttachedClasses { facts.classes?["2015301"] = ClassFacts(isAttached: true) }
        let row = RuleExample((subject.hasAttachedClasses ? ExamplePupil.senior : [:]).merging([.schoolCode: subject.schoolCode]) { $1 }).row
        try ExampleWorkbook.write(
            Array(repeating: row, count: subject.rowCount), Template[.v2013], at: folder.path + "/in.xlsx")
        return try ImportRun.check(
            path: folder.path + "/in.xlsx", facts: facts, registered: subject.school, markedPath: folder.path + "/marked.xlsx")
    }

    // MARK: One example

    /// - Returns: the report, and how many rows the file had: two where the example is about a number that stands twice.
    private func check(_ example: RuleExample, _ template: Template, of rule: Rule) throws -> (ImportReport, Int) {
        let folder = try ScratchFolder()
        var facts = example.facts(from: ExamplePupil.facts(divisions: DivisionTable()))
        // A vocational school is refused as a whole while it has no attached class; then the single row is.
        if rule.code == "Q9-vocational" { facts.classes?["2015302"] = ClassFacts(isAttached: true) }
        let rows = facts.repeatedIDNumbers.isEmpty ? 1 : 2
        try ExampleWorkbook.write(Array(repeating: example.row, count: rows), template, at: folder.path + "/in.xlsx")
        let report = try ImportRun.check(
            path: folder.path + "/in.xlsx", facts: facts, registered: facts.school.map { .found($0) } ?? .unknown,
            markedPath: folder.path + "/marked.xlsx")
        return (report, rows)
    }

    /// The column that the failing example spoils.
    private static func field(of rule: Rule) -> StudentField? {
        if let field = rule.field { return field }
        return rule.code == "Q8-locally-required" ? .talents : rule.failing.changes.keys.first
    }

    /// The oldest template that has every column the rule's examples speak about.
    private static func template(for rule: Rule) -> Template? {
        let changed = rule.failing.changes.merging(rule.passing.changes) { $1 }.keys
        let statements: Set<StudentField> = [.noIDProof, .otherDocumentProof, .guardianConfirmation]
        let wanted = Set([field(of: rule)].compactMap { $0 } + changed.filter { !statements.contains($0) })
        return Template.all.first { template in
            wanted.isSubset(of: template.columns.compactMap(\.field))
        }
    }
}
