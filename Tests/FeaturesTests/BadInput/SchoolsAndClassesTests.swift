import Features
import FoundationEssentials
import Protocol
import Rules
import Store
import Testing

/// Schools, campuses, classes (§1.1): what is not in the register or not the unit's business is refused, and nothing changes.
@Suite struct SchoolsAndClassesTests {
    private typealias C = SmallCountry

    // MARK: Which schools, which stages

    @Test func aStageThatTheSchoolKindDoesNotOfferGetsNoClass() throws {
        let country = try C()
        let refused = try country.refusal(
            "classes.add", as: C.tianheFirst, body: #"{"stage":"junior","year":2022,"count":1}"#)
        #expect(refused.message.contains("学校类型不采集该学段") && refused.message.contains("初中"))
        #expect(refused.question == "Q1")
    }

    @Test func aPupilOfAStageNotOfferedIsRefusedInItsCell() throws {
        let country = try C()
        _ = try country.newClass()
        let report = try country.refusedImport([C.row(1, "2022201", [.entryWay: "就近入学"])])
        let found = report.findings.first { $0.rule == "Q1-stage-not-offered" }
        #expect(found?.message.contains("学校类型不采集该学段") == true)
        #expect(found?.cell == "P2" && found?.field == "班号")
    }

    @Test func aFileOfAnUnlicensedSchoolIsRefusedAsAWhole() throws {
        let country = try C()
        let code = try country.newClass()
        let rows = (1...3).map { C.row($0, code, [.schoolCode: "2144009999"]) }
        let report = try country.refusedImport(rows)
        #expect(report.errors.count == 1)
        #expect(report.errors.first?.message.contains("学校不在机构库") == true)
        #expect(report.errors.first?.row == nil)
    }

    @Test func oneSlipInTheSchoolCodeCostsOneRowOnly() throws {
        let country = try C()
        let code = try country.newClass()
        let report = try country.importRows([C.row(1, code, [.schoolCode: "2144009999"]), C.row(2, code)])
        #expect(report.accepted == 1)
        #expect(report.failed == 1)
        #expect(report.errors.map(\.rule) == ["M-IMP-own-school"])
    }

    @Test func aVocationalSchoolIsRefusedUntilItHasAnAttachedClass() throws {
        let country = try C()
        let school = C.vocational
        #expect(try country.refusal("classes.add", as: school, body: #"{"stage":"senior","year":2022,"count":1}"#)
            .message.contains("学校类型不采集该学段"))
        let senior: [StudentField: String] = [.birthDate: "20060305", .idNumber: "44010620060305002X", .entryWay: "统一招生考试/普通入学"]
        let refused = try country.refusedImport([C.row(1, "2022301", at: school, senior)], at: school)
        #expect(refused.errors.first?.message.contains("学校类型不采集该学段") == true)
        let attached = try country.newClass(at: school, more: #","attached":true"#, stage: "senior")
        #expect(attached == "2022301")
        let mixed = try country.importRows(
            [C.row(1, attached, at: school, senior), C.row(2, "2022302", at: school, senior.merging([.idNumber: "440106200603050046"]) { $1 })],
            at: school)
        #expect(mixed.accepted == 1)
        #expect(mixed.errors.map(\.rule) == ["Q9-vocational"])
    }

    @Test func aSchoolWithoutASystemLengthIsToldSo() throws {
        let country = try C()
        var unit = C.tianheFirst
        unit.years = [:]
        unit.version = 2
        try country.node.archive.write { _ = try $0.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        let report = try country.importRows([C.row(1, try country.newClass())])
        #expect(report.accepted == 1)
        #expect(report.messages(of: "M-学制-missing").count == 1)
    }

    // MARK: Competent and territorial authority

    @Test func theTerritorialCountyHasNoSayInACityRunSchool() throws {
        let country = try C()
        let code = try country.newClass(at: C.cityRun)
        let id = try #require(try country.enrol([C.row(1, code, at: C.cityRun)], at: C.cityRun, by: nil).first)
        for act in ["approve", "return", "forward"] {
            let refused = try country.stepRefusal(act, id, as: C.tianhe, reason: "不是我的学校")
            #expect(refused.message.contains("非主管部门") && refused.message.contains("广州市教育局"))
        }
        #expect(try country.students(C.tianhe).isEmpty)
        #expect(try country.students(C.guangzhou).map(\.dossier) == [id])
        #expect(try country.step("approve", [id], as: C.guangzhou).done == [id])
    }

    @Test func aStrangeAuthorityDoesNotEvenLearnThatThePupilExists() throws {
        let country = try C()
        let id = try #require(try country.enrol([C.row(1, try country.newClass())], by: nil).first)
        let stranger = try country.stepRefusal("approve", id, as: C.yuelu)
        let nobody = try country.stepRefusal("approve", String(repeating: "0", count: 32), as: C.yuelu)
        #expect(stranger.message == nobody.message && stranger.code == nobody.code)
        #expect(try country.refusal("students.show", as: C.yuelu, ["dossier": id]).message == stranger.message)
        #expect(try country.refusal("students.list", as: C.yuelu, ["school": C.tianheFirst.code.text]).message.contains("不在本单位管理范围"))
    }

    @Test func anAuthoritySeesItsSubtreeAndNoMore() throws {
        let country = try C()
        let first = try country.enrol([C.row(1, try country.newClass())], by: nil)
        let second = try country.enrol([C.row(2, try country.newClass(at: C.haizhuFirst), at: C.haizhuFirst)], at: C.haizhuFirst, by: nil)
        let third = try country.enrol([C.row(3, try country.newClass(at: C.yueluFirst), at: C.yueluFirst)], at: C.yueluFirst, by: nil)
        #expect(try country.students(C.tianhe).map(\.dossier) == first)
        #expect(try Set(country.students(C.guangzhou).map(\.dossier)) == Set(first + second))
        #expect(try Set(country.students(C.guangdong).map(\.dossier)) == Set(first + second))
        #expect(try country.students(C.hunan).map(\.dossier) == third)
    }

    // MARK: Institutions come from the register

    private func importUnits(_ country: C, _ lines: [String], as unit: Unit) throws -> String {
        let path = country.node.folder + "/units.csv"
        let text = "code,name,tier,competent,territorial,kind,stages,years,owner,urban\n" + lines.joined(separator: "\n") + "\n"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test(arguments: [SmallCountry.tianheFirst, SmallCountry.tianhe, SmallCountry.guangzhou])
    func neitherSchoolNorCountyNorCityMayMakeOrChangeAnInstitution(unit: Unit) throws {
        let country = try C()
        let path = try importUnits(country, ["2144000001,天河新名小学,school,440106,440106,211,1,6,831,111"], as: unit)
        let refused = try country.refusal("units.import", as: unit, file: (path, "units.csv"))
        #expect(refused.message.contains("机构信息只能由教育部或省级") && refused.question == "Q106")
    }

    struct UnitReport: Decodable {
        struct Refused: Decodable { let line: Int; let code, message: String }
        let added, changed, unchanged: Int
        let refused: [Refused]
    }

    private func refusedLine(_ line: String, as unit: Unit, place: SourceLocation = #_sourceLocation) throws -> UnitReport.Refused {
        let country = try C()
        let path = try importUnits(country, [line], as: unit)
        let before = try country.fingerprint()
        let report: UnitReport = try country.decode(country.node.call("units.import", as: unit.code, file: (path, "units.csv")))
        #expect(report.added == 0 && report.changed == 0, sourceLocation: place)
        #expect(try country.fingerprint() == before, sourceLocation: place)
        return try #require(report.refused.first, sourceLocation: place)
    }

    @Test func aSchoolWithoutATenDigitCodeIsNotMade() throws {
        let refused = try refusedLine("天河民办小学,天河民办小学,school,440106,440106,211,1,6,999,111", as: C.guangdong)
        #expect(refused.code == "Q2" && refused.message.contains("学校标识码") && refused.line == 2)
    }

    @Test func aKindOfSchoolThatIsNotInTheTableIsNotMade() throws {
        let refused = try refusedLine("2144000009,天河私塾,school,440106,440106,777,1,6,999,111", as: C.guangdong)
        #expect(refused.code == "Q1" && refused.message.contains("学校类型"))
    }

    @Test func anImportMovesNoSchoolToAnotherAuthority() throws {
        let refused = try refusedLine("2144000001,天河第一小学,school,440105,440105,211,1,6,831,111", as: C.guangdong)
        #expect(refused.code == "Q107" && refused.message.contains("机构变更流程"))
    }

    @Test func aProvinceTakesNoSchoolOfAnotherProvince() throws {
        let taken = try refusedLine("2144000001,天河第一小学,school,430104,430104,211,1,6,831,111", as: C.hunan)
        #expect(taken.code == "Q106" && taken.message.contains("属于别的省"))
        let foreign = try refusedLine("2144000009,天河第九小学,school,440106,440106,211,1,6,831,111", as: C.hunan)
        #expect(foreign.message.contains("不在本单位管理范围"))
    }

    // MARK: A closed school is a read-only tombstone

    private func closed() throws -> (C, pupil: String, classCode: String) {
        let country = try C()
        let code = try country.newClass()
        _ = try country.importRows([C.row(1, code)])
        let id = try #require(try country.students().first?.dossier)
        var unit = C.tianheFirst
        unit.isClosed = true
        unit.version = 2
        try country.node.archive.write { _ = try $0.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        return (country, id, code)
    }

    @Test func nothingIsEditedOrDeletedInAClosedSchool() throws {
        let (country, id, code) = try closed()
        let attempts: [(String, [String: String], String)] = [
            ("classes.add", [:], #"{"stage":"primary","year":2022,"count":1}"#), ("classes.close", ["code": code], ""),
            ("students.delete", ["dossier": id], ""), ("students.amend", ["dossier": id], #"{"changes":{"联系电话":"13800000009"}}"#),
            ("students.review", [:], "{\"dossiers\":[\"\(id)\"]}"),
            ("students.state", ["dossier": id], #"{"about":"guardianConfirmation","kind":"确认表","date":"2026-09-01","place":"档案室"}"#),
        ]
        for (act, parameters, body) in attempts {
            let refused = try country.refusal(act, as: C.tianheFirst, parameters, body: body)
            #expect(refused.message.contains("已撤销") && refused.question == "Q14", "\(act)")
        }
        let report = try country.refusedImport([C.row(2, code)])
        #expect(report.errors.first?.message.contains("已撤销") == true)
        #expect(try country.students().map(\.dossier) == [id])
    }

    @Test func noTierRevivesAClosedSchoolByImport() throws {
        let (country, _, _) = try closed()
        for unit in [C.guangdong, Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)] {
            let path = try importUnits(country, ["2144000001,天河第一小学新校,school,440106,440106,211,1,6,831,111"], as: unit)
            let before = try country.fingerprint()
            let report: UnitReport = try country.decode(country.node.call("units.import", as: unit.code, file: (path, "units.csv")))
            #expect(report.refused.map(\.code) == ["Q14"])
            #expect(try country.fingerprint() == before)
        }
        #expect(try country.refusal("units.host", as: C.tianhe, ["unit": "2144000001"]).message.contains("已撤销"))
    }
}
