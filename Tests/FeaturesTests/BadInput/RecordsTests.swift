import Features
import Protocol
import Rules
import Store
import Testing

/// The pupil's record and its import (§1.2–1.4): what the rows of the requirements call bad input, on a node.
@Suite struct RecordsTests {
    private typealias C = SmallCountry

    // MARK: Scope

    @Test func aPupilEnteredAtTwoSchoolsIsAProblemAtBoth() throws {
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass())])
        _ = try country.importRows([C.row(1, try country.newClass(at: C.haizhuFirst), at: C.haizhuFirst)], at: C.haizhuFirst)
        for school in [C.tianheFirst, C.haizhuFirst] {
            let pupil = try #require(try country.students(school).first)
            #expect(pupil.state == "problem" && pupil.problems == ["id_dup"])
            #expect(try country.stepRefusal("review", pupil.dossier, as: school).message.contains("身份证号重复"))
        }
    }

    @Test func aRepeaterOfTheCompulsoryStageIsRefused() throws {
        let country = try C()
        let report = try country.refusedImport([C.row(1, try country.newClass(), [.studentSource: "复读"])])
        #expect(report.errors.first?.rule == "Q4-repeater")
    }

    @Test func aMissingItemThatTheCountyRequiresIsAnErrorThatNamesTheCounty() throws {
        let country = try C()
        let code = try country.newClass()
        let cityCode = try country.newClass(at: C.cityRun)
        try country.set("fields.required", "特长", as: C.tianhe)
        try country.set("fields.required", "血型", as: C.guangdong)
        let report = try country.refusedImport([C.row(1, code)])
        #expect(report.errors.map(\.field) == ["血型", "特长"])
        #expect(report.errors.map { $0.message.contains("天河区教育局") } == [false, true])
        #expect(report.errors[0].message.contains("广东省教育厅"))
        #expect(try country.importRows([C.row(2, code, [.talents: "围棋", .bloodType: "O"])]).accepted == 1)
        #expect(try country.importRows([C.row(3, cityCode, at: C.cityRun, [.bloodType: "A"])], at: C.cityRun).accepted == 1)
    }

    @Test(arguments: [("没有的指标", "没有这些指标"), ("姓名拼音", "导入模板中没有这些指标的列"), ("特长,家长签字", "没有这些指标")])
    func anItemThatIsInNoTemplateCannotBeRequired(value: String, reason: String) throws {
        let refused = try C().refusal("policy.set", as: C.tianhe, ["key": "fields.required"], body: "{\"value\":\"\(value)\"}")
        #expect(refused.message.contains(reason))
    }

    // MARK: Identity papers

    @Test func aPupilUnderAnotherPaperIsNotSubmittedBeforeItIsOnRecord() throws {
        let country = try C()
        let rows = [
            C.row(1, try country.newClass(), [.idType: "其他", .idNumber: ""]),
            C.row(2, "2022101", [.idType: "护照", .idNumber: "E12345678"]),
            C.row(3, "2022101", [.guardian2IDType: "护照", .guardian2IDNumber: "E12345678"]),
        ]
        #expect(try country.importRows(rows).accepted == 3)
        let ids = try country.students().map(\.dossier)
        #expect(try country.step("review", ids, as: C.tianheFirst).done.count == 3)
        let refused = try country.refusals(
            "students.submit", as: C.tianheFirst, body: "{\"dossiers\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]}")
        #expect(Set(refused.map(\.code)) == ["Q22-proof-before-submission", "Q40-proof-before-submission"])
        #expect(refused.count == 3)
    }

    @Test(arguments: [
        #"{"about":"noIDProof","kind":"","date":"2026-09-01","place":"档案室"}"#,
        #"{"about":"noIDProof","kind":"证明","date":"2026-09-31","place":"档案室"}"#,
        #"{"about":"noIDProof","kind":"证明","date":"2027-01-01","place":"档案室"}"#,
        #"{"about":"noIDProof","kind":"证明|1","date":"2026-09-01","place":"档案室"}"#,
        #"{"about":"someProof","kind":"证明","date":"2026-09-01","place":"档案室"}"#, #"{"about":"noIDProof"}"#,
    ])
    func anIncompleteStatementIsNotRecorded(body: String) throws {
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass(), [.idType: "其他", .idNumber: ""])])
        let id = try #require(try country.students().first?.dossier)
        _ = try country.refusal("students.state", as: C.tianheFirst, ["dossier": id], body: body)
    }

    @Test func aWrongNumberEntersAsAProblemThatNamesTheTest() throws {
        let country = try C()
        let wrong = ["44010620160305000": "长度", "440106160305000": "15位", "44010620160231002X": "有效日期", "440106201603050040": "校验码"]
        let code = try country.newClass()
        let rows = wrong.keys.sorted().enumerated().map { C.row($0.offset + 1, code, [.idNumber: $0.element]) }
        let report = try country.importRows(rows)
        #expect(report.accepted == 4 && report.problems == 4 && report.failed == 0)
        for (index, number) in wrong.keys.sorted().enumerated() {
            let found = report.findings.first { $0.row == index + 2 && $0.severity == "problem" }
            #expect(found?.message.contains("身份证号错误") == true && found?.message.contains(wrong[number] ?? "-") == true)
            #expect(found?.cell == "M\(index + 2)")
        }
        for pupil in try country.students() {
            #expect(pupil.state == "problem" && pupil.problems == ["id_bad"])
            #expect(try country.stepRefusal("review", pupil.dossier, as: C.tianheFirst).message.contains("身份证号错误"))
        }
    }

    // MARK: Age

    @Test func anUnderAgePupilEntersWithAWarningUntilTheProvinceSwitchesTheControlOn() throws {
        let country = try C()
        let code = try country.newClass(2026)
        let young = C.newPupil(born: "20210305")
        let warned = try country.importRows([C.row(1, code, young)])
        #expect(warned.accepted == 1)
        #expect(warned.messages(of: "Q53-under-age").first?.contains("不具备入学资格") == true)
        let county = try country.refusal("policy.set", as: C.tianhe, ["key": "registration.underAge"], body: #"{"value":"on"}"#)
        #expect(county.message.contains("省级设置"))
        try country.set("registration.underAge", "on", as: C.guangdong)
        let refused = try country.refusedImport([C.row(2, code, C.newPupil(born: "20210306"))])
        #expect(refused.errors.first?.rule == "Q104-under-age")
        #expect(refused.errors.first?.message.contains("不具备入学资格") == true)
        #expect(try country.importRows([C.row(3, code, C.newPupil())]).accepted == 1)
    }

    // MARK: Divisions

    @Test func aDivisionIsGoodOnceTheCentreHasAddedItAndOnlyTheCentreMay() throws {
        let country = try C()
        let code = try country.newClass()
        let row = C.row(1, code, [.birthplace: "440171000000"])
        #expect(try country.refusedImport([row]).errors.first?.rule == "Q19-division-unknown-birthplace")
        let body = #"{"code":"440171","name":"广州经济技术开发区"}"#
        for unit in [C.guangdong, C.tianhe, C.tianheFirst] {
            #expect(try country.refusal("divisions.add", as: unit, body: body).message.contains("教育部统一赋码"))
        }
        let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)
        for wrong in [#"{"code":"440106","name":"天河区"}"#, #"{"code":"44017","name":"开发区"}"#, #"{"code":"990171","name":"开发区"}"#] {
            _ = try country.refusal("divisions.add", as: centre, body: wrong)
        }
        _ = try country.node.call("divisions.add", as: .centre, body: body)
        #expect(try country.importRows([row]).accepted == 1)
    }

    // MARK: Files

    @Test func aWorkbookThatIsNoTemplateChangesNothing() throws {
        let country = try C()
        let path = country.node.folder + "/other.xlsx"
        var template = Template[.v2013].columns.map(\.header)
        template.removeAll { $0 == "姓名" || $0 == "班号" }
        let before = try country.fingerprint()
        for headers in [["菜名", "价格"], template] {
            try ExampleTable.write(headers, at: path)
            _ = try country.node.call("imports.add", as: C.tianheFirst.code, file: (path, "other.xlsx"))
            let job = try #require(try country.node.archive.read { try ImportShelf.waiting($0) }.first)
            let report = try ImportRun.perform(job, archive: country.node.archive)
            #expect(report.outcome == .templateMismatch)
            #expect(report.errors.first?.message.contains("不符合模板") == true)
        }
        #expect(try country.fingerprint() == before)
    }

    @Test func onlyASchoolImports() throws {
        let country = try C()
        let path = country.node.folder + "/in.xlsx"
        try People.workbook([C.row(1, "2022101")], at: path)
        #expect(try country.refusal("imports.add", as: C.tianhe, file: (path, "in.xlsx")).message.contains("由学校办理"))
        _ = try country.refusal("imports.add", as: C.tianheFirst)
        #expect(try country.node.archive.read { try ImportShelf.waiting($0) }.isEmpty)
    }

    @Test func aCheckTellsWhatAnImportWouldAndChangesNothing() throws {
        let country = try C()
        let code = try country.newClass()
        let path = country.node.folder + "/check.xlsx"
        try People.workbook([C.row(1, code, [.distance: "2公里"]), C.row(2, code)], at: path)
        let before = try country.fingerprint()
        func check(as unit: Unit) throws -> ImportReport {
            try country.decode(country.node.call("imports.check", as: unit.code, file: (path, "check.xlsx")))
        }
        let own = try check(as: C.tianheFirst)
        #expect(own.accepted == 1 && own.failed == 1 && own.errors.map(\.rule) == ["Q38-distance"])
        #expect(try check(as: C.haizhuFirst).errors.allSatisfy { $0.rule == "M-IMP-own-school" || $0.rule == "Q51-class-unknown" || $0.rule == "Q38-distance" })
        // An authority has no classes of its own: it sees what the rows alone tell.
        #expect(try check(as: C.tianhe).errors.map(\.rule) == ["Q38-distance"])
        #expect(try country.fingerprint() == before)
        try People.workbook([C.row(1, code, [.schoolCode: "2144009999"])], at: path)
        #expect(try check(as: C.tianheFirst).errors.map(\.rule) == ["Q2-school-missing"])
    }

    @Test func strictEntersNothingWhenTheGateRefusesOne() throws {
        let country = try C()
        let (old, new) = (try country.newClass(), try country.newClass(2026))
        try country.set("registration.new.window", "2026-08-01/2026-08-31", as: C.guangdong)
        let before = try country.fingerprint()
        let report = try country.importRows([C.row(1, old), C.row(2, new, C.newPupil())], strict: true)
        #expect(report.outcome == .failed && report.accepted == 0 && report.failed == 1)
        #expect(report.marked != nil)
        #expect(try country.fingerprint() == before)
        #expect(try country.importRows([C.row(1, old)], strict: true).accepted == 1)
    }

    // MARK: Edits

    @Test(arguments: [
        #"{"changes":{"没有的指标":"1"}}"#, #"{"changes":{"姓名":""}}"#, #"{"changes":{"性别":"第三"}}"#,
        #"{"changes":{"上下学距离":"2公里"}}"#, #"{"changes":{"班号":"2022109"}}"#, #"{"changes":{"学校标识码":"2144000003"}}"#,
        #"{"changes":{"身份证件类型":"户口簿"}}"#, #"{"changes":7}"#,
    ])
    func anEditThatNoRowCouldHaveIsRefused(body: String) throws {
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass())])
        let id = try #require(try country.students().first?.dossier)
        _ = try country.refusal("students.amend", as: C.tianheFirst, ["dossier": id], body: body)
    }

    @Test func anotherSchoolsPupilCannotBeTouched() throws {
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass())])
        let id = try #require(try country.students().first?.dossier)
        let attempts: [(String, String)] = [
            ("students.amend", #"{"changes":{"特长":"围棋"}}"#), ("students.delete", ""), ("students.show", ""),
            ("students.state", #"{"about":"guardianConfirmation","kind":"确认表","date":"2026-09-01","place":"档案室"}"#),
        ]
        for (act, body) in attempts {
            #expect(try country.refusal(act, as: C.haizhuFirst, ["dossier": id], body: body).message.contains("未查到"), "\(act)")
        }
        for act in ["review", "submit", "withdraw"] {
            #expect(try country.stepRefusal(act, id, as: C.haizhuFirst).message.contains("未查到"), "\(act)")
        }
        for act in ["review", "submit", "approve", "return"] {
            #expect(try country.stepRefusal(act, id, as: C.tianhe, reason: "试").message.contains("天河第一小学"), "\(act)")
        }
    }
}
