import Features
import FoundationEssentials
import Rules
import Sheets
import Testing

@Suite struct ClassRosterTests {
    private func journey() throws -> (Journey, String) {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        let journey = Journey(node: node)
        let code = try journey.addClass()
        _ = try journey.importRows([
            People.row(1, classCode: code, changes: [.numberInClass: RawCell("12")]),
            People.row(2, classCode: code, changes: [.numberInClass: RawCell("3")]),
        ])
        return (journey, code)
    }

    @Test func pupilsStandByTheirNumberInClass() throws {
        let (journey, code) = try journey()
        struct Roster: Decodable {
            struct Pupil: Decodable { let numberInClass, sex: String }
            let pupils: [Pupil]
        }
        let roster: Roster = try journey.decode(journey.node.call("students.roster", as: People.school.code, ["class": code]))
        #expect(roster.pupils.map(\.numberInClass) == ["3", "12"])
        #expect(roster.pupils.map(\.sex) == ["女", "女"])
    }

    @Test func theWorkbookHoldsTheSamePupilsAndNumbersAsText() throws {
        let (journey, code) = try journey()
        guard let operation = ClassOperations.all.first(where: { $0.id == "students.roster.workbook" }) else {
            Issue.record("no such operation")
            return
        }
        try FileManager.default.createDirectory(atPath: journey.node.folder + "/incoming", withIntermediateDirectories: true)
        let reply = try operation.handle(Call(
            archive: journey.node.archive, actor: .localOperator(of: People.school.code), parameters: ["class": code]))
        guard case .file(let path, let name, _) = reply else {
            Issue.record("no file")
            return
        }
        #expect(name == "\(code)班花名册.xlsx")
        let rows = try WorkbookReader.open(path).rows()
        var texts: [[String]] = []
        while let row = try rows.next() { texts.append(row.texts) }
        #expect(texts.first?.first == "天河第一小学 \(code)班花名册")
        #expect(texts.dropFirst(2).map { $0[1] } == ["3", "12"])
    }

    @Test func anAuthoritySeesItsSchoolsClassesAndNobodyElses() throws {
        let (journey, code) = try journey()
        let asked = ["class": code, "school": People.school.code.text]
        #expect {
            _ = try journey.node.call("students.roster.workbook", as: People.county.code, asked)
        } throws: { ($0 as? Refusal)?.code == "roster.export" && ($0 as? Refusal)?.question == "Q103" }
        #expect(try journey.node.call("students.roster", as: People.county.code, asked).contains("\"numberInClass\":\"3\""))
        #expect {
            _ = try journey.node.call("students.roster", as: People.school.code, ["class": code, "school": "2144000002"])
        } throws: { ($0 as? Refusal)?.code == "sight" }
    }
}
