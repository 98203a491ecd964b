import Features
import FoundationEssentials
import Rules
import Testing

/// What the clerk reads about a file that the node keeps under a name of its own.
@Suite struct ImportOperationsTests {
    private struct Job: Decodable { let job, fileName: String }
    private struct Report: Decodable { let failed: Int; let marked: String? }

    private func school() throws -> (TestNode, String) {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        return (node, try Journey(node: node).addClass())
    }

    @Test func aRefusedFileIsCalledByTheNameItWasSentUnder() throws {
        let (node, _) = try school()
        let path = node.folder + "/c0ffee"
        try Data().write(to: URL(fileURLWithPath: path))
        _ = try node.call("imports.add", as: People.school.code, file: (path, "一年级.xlsx"))
        let job = try #require(try node.archive.read { try ImportShelf.waiting($0) }.first)
        let message = try #require(try ImportRun.perform(job, archive: node.archive).findings.first?.message)
        #expect(message.contains("一年级.xlsx"))
        #expect(!message.contains("c0ffee"))
    }

    @Test func aFileNameIsShownWithoutFoldersAndControlCharacters() throws {
        let (node, _) = try school()
        let answer = try node.call("imports.add", as: People.school.code, file: (node.folder + "/x", "../../etc/学生\r\n\u{1B}[31m.xlsx"))
        let job = try JSONDecoder().decode(Job.self, from: Data(answer.utf8))
        #expect(job.fileName == "学生[31m.xlsx")
    }

    @Test func aMereCheckPromisesNoMarkedFile() throws {
        let (node, _) = try school()
        let path = node.folder + "/in.xlsx"
        try People.workbook([People.row(1, classCode: "2022199")], at: path)
        let answer = try node.call("imports.check", as: People.school.code, file: (path, "in.xlsx"))
        let report = try JSONDecoder().decode(Report.self, from: Data(answer.utf8))
        #expect(report.failed == 1)
        #expect(report.marked == nil)
    }

    @Test func aMarkedFileSentAgainIsNotToldAboutItsOwnColumn() throws {
        let (node, classCode) = try school()
        let path = node.folder + "/in.xlsx"
        try People.workbook([People.row(1, classCode: "2022199")], at: path)
        _ = try node.call("imports.add", as: People.school.code, file: (path, "in.xlsx"))
        let first = try #require(try node.archive.read { try ImportShelf.waiting($0) }.first)
        let marked = try #require(try ImportRun.perform(first, archive: node.archive).marked)
        _ = try node.call("imports.add", as: People.school.code, file: (marked, "待修改.xlsx"))
        let second = try #require(try node.archive.read { try ImportShelf.waiting($0) }.first)
        let report = try ImportRun.perform(second, archive: node.archive)
        #expect(report.failed == 1)
        #expect(!report.findings.contains { $0.rule == "Q50-columns" })
        #expect(!classCode.isEmpty)
    }
}
