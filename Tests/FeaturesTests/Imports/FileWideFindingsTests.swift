import Features
import Rules
import Sheets
import Testing

/// Items that no template has a column for are told once for the file, and never hide what a row has.
@Suite struct FileWideFindingsTests {
    private func check(_ rows: [RawRow], in folder: ScratchFolder) throws -> ImportReport {
        try ExampleWorkbook.write(rows, Template[.v2013], at: folder.path + "/in.xlsx")
        return try ImportRun.check(
            path: folder.path + "/in.xlsx", facts: ExamplePupil.facts(divisions: DivisionTable()),
            registered: .found(ExamplePupil.school), markedPath: folder.path + "/marked.xlsx")
    }

    private func pupils(_ count: Int) -> [RawRow] {
        (0..<count).map { number in
            RuleExample([.idType: "其他", .idNumber: "", .name: "张" + String(UnicodeScalar(0x4E00 + number) ?? "一")]).row
        }
    }

    @Test func aFileOfManyPupilsHasOneFindingARuleWithTheirNumber() throws {
        let report = try check(pupils(12), in: ScratchFolder())
        #expect(report.accepted == 12)
        #expect(report.findings.map(\.rule) == ["Q22-proof-pending", "Q7-guardian-confirmation"])
        #expect(report.findings.allSatisfy { $0.row == nil && $0.cell == nil && $0.message.hasSuffix("（共 12 名学生）") })
    }

    @Test func ofFewPupilsTheRowsAreNamed() throws {
        var rows = pupils(3)
        rows[1] = RuleExample().row
        let report = try check(rows, in: ScratchFolder())
        let proof = report.findings.first { $0.rule == "Q22-proof-pending" }
        #expect(proof?.message.hasSuffix("（共 2 名学生）：第 2、4 行") == true)
    }

    @Test func oneRuleIsOneFindingEvenWhereItsMessagesDiffer() throws {
        let report = try check([
            RuleExample([.guardian1IDType: "护照", .guardian1IDNumber: "E12345678"]).row,
            RuleExample([.idNumber: "430104200905120099", .guardian2IDType: "护照", .guardian2IDNumber: "E12345678"]).row,
        ], in: ScratchFolder())
        let papers = report.findings.filter { $0.rule == "Q40-proof-pending" }
        #expect(papers.count == 1)
        #expect(papers.first?.message.hasPrefix("成员1") == true)
        #expect(papers.first?.message.contains("；成员2") == true)
    }

    @Test func theyStandBeforeTheRowsAndDoNotFillTheMarkedWorkbook() throws {
        let folder = try ScratchFolder()
        let report = try check([RuleExample([.distance: "2公里"]).row, RuleExample([.distance: "2.05", .idType: "护照", .idNumber: "E12345678"]).row], in: folder)
        #expect(report.findings.map(\.rule) == [
            "Q7-guardian-confirmation", "Q40-proof-pending", "Q38-distance", "Q38-distance",
        ])
        let rows = try WorkbookReader.open(folder.path + "/marked.xlsx").rows()
        var texts: [String] = []
        while let row = try rows.next() { texts += row.texts }
        #expect(texts.contains { $0.contains("上下学距离") })
        #expect(!texts.contains { $0.contains("家长签字") })
    }
}
