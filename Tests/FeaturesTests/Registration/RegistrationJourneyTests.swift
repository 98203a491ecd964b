import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// From a workbook to a number on one node that hosts centre, county and school.
@Suite struct RegistrationJourneyTests {
    private func node() throws -> (TestNode, String) {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        return (node, try Journey(node: node).addClass())
    }

    private func importRows(_ rows: [[StudentField: RawCell]], _ node: TestNode, strict: Bool = false) throws -> ImportReport {
        try Journey(node: node).importRows(rows, strict: strict)
    }

    private func students(_ node: TestNode) throws -> [Journey.Student] { try Journey(node: node).students() }

    private func step(_ id: String, _ dossiers: [String], as unit: UnitCode, _ node: TestNode) throws -> Journey.Outcome {
        try Journey(node: node).step(id, dossiers, as: unit)
    }

    private func decode<Value: Decodable>(_ text: String) throws -> Value { try JSONDecoder().decode(Value.self, from: Data(text.utf8)) }

    @Test func aPupilGetsAFormalNumberThatIsG() throws {
        let (node, classCode) = try node()
        let report = try importRows([People.row(1, classCode: classCode), People.row(2, classCode: classCode)], node)
        #expect(report.findings.filter { $0.severity == "error" } == [])
        #expect(report.accepted == 2)
        #expect(report.outcome == .success)
        let clean = try students(node)
        #expect(clean.map(\.state) == ["clean", "clean"])
        let ids = clean.map(\.dossier)
        #expect(try step("review", ids, as: People.school.code, node).done.count == 2)
        #expect(try step("submit", ids, as: People.school.code, node).done.count == 2)
        #expect(try step("approve", ids, as: People.county.code, node).done.count == 2)
        let enrolled = try students(node)
        #expect(enrolled.map(\.state) == ["enrolled", "enrolled"])
        #expect(enrolled.allSatisfy { $0.number?.hasPrefix("G") == true && $0.number?.count == 19 })
    }

    @Test func sendingTheSameFileTwiceChangesNothing() throws {
        let (node, classCode) = try node()
        let rows = [People.row(1, classCode: classCode), People.row(2, classCode: classCode)]
        _ = try importRows(rows, node)
        let again = try importRows(rows, node)
        #expect(again.already == 2)
        #expect(again.accepted == 0)
        #expect(try students(node).count == 2)
    }

    @Test func strictTakesAllOrNone() throws {
        let (node, classCode) = try node()
        let rows = [People.row(1, classCode: classCode), People.row(2, classCode: "2022199")]
        let report = try importRows(rows, node, strict: true)
        #expect(report.outcome == .failed)
        #expect(report.accepted == 0)
        #expect(report.failed == 1)
        #expect(report.findings.contains { $0.message.contains("本校不存在该班号") })
        #expect(try students(node).isEmpty)
        #expect(try importRows(rows, node).accepted == 1)
    }

    @Test func theSameNumberTwiceMakesBothProblemsAndNeitherCanBeReviewed() throws {
        let (node, classCode) = try node()
        var second = People.row(1, classCode: classCode)
        second[.name] = RawCell("李四光")
        let report = try importRows([People.row(1, classCode: classCode), second], node)
        #expect(report.accepted == 2)
        #expect(report.problems == 2)
        let both = try students(node)
        #expect(both.allSatisfy { $0.state == "problem" && $0.problems == ["id_dup"] })
        let refused = try step("review", both.map(\.dossier), as: People.school.code, node).refused
        #expect(refused.count == 2)
        #expect(refused.allSatisfy { $0.message.contains("身份证号重复") })
    }

    @Test func deletingOneOfTwoClearsTheOther() throws {
        let (node, classCode) = try node()
        var second = People.row(1, classCode: classCode)
        second[.name] = RawCell("李四光")
        _ = try importRows([People.row(1, classCode: classCode), second], node)
        let one = try students(node)[0]
        _ = try node.call("students.delete", as: People.school.code, ["dossier": one.dossier])
        try node.settle()
        let left = try students(node)
        #expect(left.first { $0.dossier == one.dossier }?.state == "deleted")
        #expect(left.first { $0.dossier != one.dossier }?.state == "clean")
    }

    @Test func aPupilWithoutIDNeedsAStatementAndGetsJ() throws {
        let (node, classCode) = try node()
        let row = People.row(1, classCode: classCode, changes: [.idType: RawCell("其他"), .idNumber: RawCell("")])
        #expect(try importRows([row], node).accepted == 1)
        let id = try students(node)[0].dossier
        #expect(try step("review", [id], as: People.school.code, node).done == [id])
        let refused = try step("submit", [id], as: People.school.code, node)
        #expect(refused.refused.count == 1)
        _ = try node.call(
            "students.state", as: People.school.code, ["dossier": id],
            body: #"{"about":"noIDProof","kind":"无身份证在校就读证明","date":"2026-09-01","place":"学校档案室"}"#)
        #expect(try step("submit", [id], as: People.school.code, node).done == [id])
        #expect(try step("approve", [id], as: People.county.code, node).done == [id])
        let number = try students(node)[0].number ?? ""
        #expect(number.hasPrefix("J44010620160305"))
        #expect(Int(number.dropFirst(15).prefix(3)).map { $0 % 2 == 0 } == true)
    }

    @Test func afterApprovalDeletionNeedsTheAuthorityAndAFormalNumberForbidsIt() throws {
        let (node, classCode) = try node()
        _ = try importRows([People.row(1, classCode: classCode)], node)
        let id = try students(node)[0].dossier
        for (act, unit) in [("review", People.school.code), ("submit", People.school.code), ("approve", People.county.code)] {
            #expect(try step(act, [id], as: unit, node).done == [id])
        }
        let direct: Journey.Outcome = try decode(node.call("students.delete", as: People.school.code, ["dossier": id]))
        #expect(direct.refused.first?.code == "delete.enrolled")
        let apply: Journey.Outcome = try decode(node.call(
            "students.applyForDeletion", as: People.school.code, ["dossier": id], body: #"{"reason":"误操作"}"#))
        #expect(apply.refused.first?.code == "delete.formal")
    }

    @Test func onlyTheHolderMayActAndTheRefusalNamesIt() throws {
        let (node, classCode) = try node()
        _ = try importRows([People.row(1, classCode: classCode)], node)
        let id = try students(node)[0].dossier
        let refused = try step("approve", [id], as: People.county.code, node).refused
        #expect(refused.first?.message.contains("天河第一小学") == true)
    }

    /// The contract's digest, written out from the folded dossiers and not from the table that the product reads.
    @Test func theDigestIsThatOfTheSortedLinesOfTheSubtree() throws {
        let (node, classCode) = try node()
        _ = try importRows([People.row(1, classCode: classCode), People.row(2, classCode: classCode)], node)
        let ids = try students(node).compactMap { DossierID(hex: $0.dossier) }
        let expected = try node.archive.read { reading in
            let lines = try ids.compactMap { try DossierShelf(reading).dossier($0) }.map { dossier in
                "\(dossier.id)\t\(dossier.head?.description ?? "")\t\(dossier.state.rawValue)\t\(dossier.number ?? "")\n"
            }
            return Hashing.sha256(Array(lines.sorted().joined().utf8)).description
        }
        #expect(ids.count == 2)
        #expect(try node.archive.read { try RegistryDigest.digest(of: People.school.code, $0) } == expected)
        #expect(try node.archive.read { try RegistryDigest.digest(of: .centre, $0) } == expected)
    }
}
