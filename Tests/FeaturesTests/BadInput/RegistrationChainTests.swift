import Features
import Protocol
import Rules
import Store
import Testing

/// From entry to approval (§1.6, §1.7): no step out of turn, out of time, out of right or with a problem open.
@Suite struct RegistrationChainTests {
    private typealias C = SmallCountry

    private func onePupil(_ changes: [StudentField: String] = [:]) throws -> (C, String) {
        let country = try C()
        _ = try country.importRows([C.row(1, try country.newClass(), changes)])
        return (country, try #require(try country.students().first?.dossier))
    }

    // MARK: Unchecked (Q54)

    @Test func whileUncheckedAPupilIsNeitherReviewedNorSubmitted() throws {
        let country = try C()
        try country.set("duplicates.instant", "off", as: C.guangdong)
        _ = try country.importRows([C.row(1, try country.newClass())])
        let pupil = try #require(try country.students().first)
        #expect(pupil.state == "unchecked")
        let refused = try country.stepRefusal("review", pupil.dossier, as: C.tianheFirst)
        #expect(refused.message.contains("未查重，不能上报") && refused.message.contains("中央") && refused.message.contains("2026-09-10"))
        #expect(try country.stepRefusal("submit", pupil.dossier, as: C.tianheFirst).message.contains("学校尚未审核"))
        country.node.clock.advance(3601)
        try country.node.settle()
        #expect(try country.students().first?.state == "clean")
        #expect(try country.step("review", [pupil.dossier], as: C.tianheFirst).done.count == 1)
    }

    @Test func anAmendedNumberIsUncheckedAgain() throws {
        let (country, id) = try onePupil()
        #expect(try country.students().first?.state == "clean")
        try country.set("duplicates.instant", "off", as: C.guangdong)
        let body = "44010620160305008"
        let number = body + (ResidentIDNumber.checkDigit(for17: body).map(String.init) ?? "")
        _ = try country.node.call(
            "students.amend", as: C.tianheFirst.code, ["dossier": id], body: "{\"changes\":{\"身份证件号\":\"\(number)\"}}")
        try country.node.settle()
        #expect(try country.students().first?.state == "unchecked")
        #expect(try country.stepRefusal("review", id, as: C.tianheFirst).message.contains("未查重"))
    }

    // MARK: Out of turn

    @Test func stepsOutOfTurnAreRefusedWithTheStateOrTheHolder() throws {
        let (country, id) = try onePupil()
        #expect(try country.stepRefusal("submit", id, as: C.tianheFirst).message.contains("学校尚未审核"))
        #expect(try country.stepRefusal("withdraw", id, as: C.tianheFirst).message.contains("查重通过"))
        #expect(try country.step("review", [id], as: C.tianheFirst).done == [id])
        #expect(try country.stepRefusal("review", id, as: C.tianheFirst).message.contains("不能学校审核"))
        #expect(try country.step("submit", [id], as: C.tianheFirst).done == [id])
        for act in ["review", "submit", "withdraw"] {
            let refused = try country.stepRefusal(act, id, as: C.tianheFirst)
            #expect(refused.message.contains("当前处理单位为 天河区教育局"), "\(act)")
        }
        #expect(try country.refusal("students.delete", as: C.tianheFirst, ["dossier": id]).message.contains("当前处理单位"))
        for authority in [C.guangzhou, C.guangdong] {
            #expect(try country.stepRefusal("approve", id, as: authority).message.contains("天河区教育局"))
        }
        #expect(try country.stepRefusal("return", id, as: C.tianhe).message.contains("必须填写原因"))
        #expect(try country.step("return", [id], as: C.tianhe, reason: "照片不清").done == [id])
        #expect(try country.stepRefusal("approve", id, as: C.tianhe).message.contains("天河第一小学"))
    }

    @Test func aBatchTakesTheGoodOnesAndNamesTheOthers() throws {
        let (country, id) = try onePupil()
        let outcome = try country.step("review", [id, String(repeating: "0", count: 32), "no dossier", id], as: C.tianheFirst)
        #expect(outcome.done == [id])
        #expect(outcome.refused.map(\.code) == ["dossier.unknown", "dossier.id", "state"])
        let many = Array(repeating: "\"\(id)\"", count: RegistrationOperations.maxBatch + 1).joined(separator: ",")
        #expect(try country.refusal("students.submit", as: C.tianheFirst, body: "{\"dossiers\":[\(many)]}").code == "batch.size")
    }

    // MARK: Tabs (Q57)

    @Test func aPupilIsShownInItsOwnTabAloneAndAnEmptyTabIsNamed() throws {
        struct Tab: Decodable { let total: Int; let next: String?; let notice: String?; let students: [SmallCountry.Student] }
        let country = try C()
        let (old, new) = (try country.newClass(), try country.newClass(2026))
        func tab(_ name: String, _ more: [String: String] = [:]) throws -> Tab {
            try country.decode(country.node.call("students.list", as: C.tianheFirst.code, ["tab": name].merging(more) { $1 }))
        }
        for (name, label) in [("present", "在校生"), ("new", "新生"), ("fromAbroad", "来华归国")] {
            let empty = try tab(name)
            #expect(empty.students.isEmpty && empty.notice == "“\(label)”标签下没有符合要求的学生")
        }
        let foreign: [StudentField: String] = [
            .nationality: "法国", .overseasKind: "外国人", .idType: "护照", .idNumber: "12AB34567", .nativePlace: "其他",
        ]
        #expect(try country.importRows([
            C.row(1, old), C.row(2, old), C.row(3, new, C.newPupil()), C.row(4, new, C.newPupil().merging(foreign) { $1 }),
        ]).accepted == 4)
        #expect(try [tab("present").total, tab("新生").total, tab("fromAbroad").total] == [2, 1, 1])
        #expect(try tab("new").notice == nil)
        let first = try tab("present", ["limit": "1"])
        let second = try tab("present", ["limit": "1", "after": try #require(first.next)])
        #expect(second.next == nil && second.students.map(\.dossier) != first.students.map(\.dossier))
        #expect(try country.refusal("students.list", as: C.tianheFirst, ["tab": "毕业生"]).message.contains("没有“毕业生”这个标签"))
        #expect(try country.refusal("students.list", as: C.tianhe, ["tab": "new"]).message.contains("须指定学校"))
        #expect(try tab("new", ["class": old]).notice?.contains("新生") == true)
    }

    // MARK: Windows (Q57, Q58)

    @Test func outsideTheWindowNewPupilsNeitherEnterNorAreSubmittedUntilAGrant() throws {
        let country = try C()
        let code = try country.newClass(2026)
        #expect(try country.importRows([C.row(1, code, C.newPupil())]).accepted == 1)
        let first = try #require(try country.students().first?.dossier)
        #expect(try country.step("review", [first], as: C.tianheFirst).done == [first])
        for unit in [C.tianheFirst, C.tianhe, C.guangzhou] {
            let body = #"{"value":"2026-08-01/2026-12-31"}"#
            #expect(try country.refusal("policy.set", as: unit, ["key": "registration.new.window"], body: body).message.contains("省级设置"))
        }
        #expect(try country.refusal(
            "policy.set", as: C.guangdong, ["key": "registration.new.window"], body: #"{"value":"2026-09-31/2026-12-31"}"#).code == "policy.value")
        try country.set("registration.new.window", "2026-08-01/2026-08-31", as: C.guangdong)
        let submitted = try country.stepRefusal("submit", first, as: C.tianheFirst)
        #expect(submitted.message.contains("2026-08-01 至 2026-08-31") && submitted.remedy.contains("广东省教育厅"))
        let second = C.row(2, code, C.newPupil(sequence: "022"))
        let entered = try country.refusedImport([second])
        #expect(entered.errors.first?.message.contains("2026-08-01 至 2026-08-31") == true)
        #expect(entered.errors.first?.remedy.contains("广东省教育厅") == true)

        // Granted to the other school, or until yesterday: still closed.
        try country.set("registration.new.lateGrants", "2144000003:2026-12-01;2144000001:2026-09-09", as: C.guangdong)
        _ = try country.refusedImport([second])
        // Granted to the one pupil: that one goes on, no other enters.
        try country.set("registration.new.lateGrants", "\(first):2026-09-10", as: C.guangdong)
        _ = try country.refusedImport([second])
        #expect(try country.step("submit", [first], as: C.tianheFirst).done == [first])
        // Granted to the school, on its last day.
        try country.set("registration.new.lateGrants", "2144000001:2026-09-10", as: C.guangdong)
        #expect(try country.importRows([second]).accepted == 1)
        // The other province never closed.
        let hunan = try country.newClass(2026, at: C.yueluFirst)
        #expect(try country.importRows([C.row(3, hunan, at: C.yueluFirst, C.newPupil(sequence: "042"))], at: C.yueluFirst).accepted == 1)
    }

    @Test func whereTheProvinceHasClosedItPresentPupilsDoNotEnter() throws {
        let country = try C()
        let code = try country.newClass()
        try country.set("registration.current", "off", as: C.guangdong)
        let report = try country.refusedImport([C.row(1, code)])
        #expect(report.errors.first?.message.contains("广东省教育厅已关闭在校生注册") == true)
    }

    // MARK: Without identity papers (M-REG)

    @Test func aPupilWithoutPapersGoesUpToTheProvinceWhereThatIsAsked() throws {
        let country = try C()
        try country.set("registration.noID.reachesProvince", "on", as: C.guangdong)
        let rows = [C.row(1, try country.newClass(), [.idType: "其他", .idNumber: ""])]
        #expect(try country.importRows(rows).accepted == 1)
        let id = try #require(try country.students().first?.dossier)
        _ = try country.node.call(
            "students.state", as: C.tianheFirst.code, ["dossier": id],
            body: #"{"about":"noIDProof","kind":"无身份证在校就读证明","date":"2026-09-01","place":"学校档案室"}"#)
        #expect(try country.step("review", [id], as: C.tianheFirst).done == [id])
        #expect(try country.step("submit", [id], as: C.tianheFirst).done == [id])
        for authority in [C.tianhe, C.guangzhou] {
            let refused = try country.stepRefusal("approve", id, as: authority)
            #expect(refused.message.contains("逐级报省级核办") && refused.remedy.contains("转报上级"))
            #expect(try country.step("forward", [id], as: authority).done == [id])
            #expect(try country.stepRefusal("forward", id, as: authority).message.contains("当前处理单位"))
        }
        #expect(try country.step("approve", [id], as: C.guangdong).done == [id])
        #expect(try country.students().first?.number?.hasPrefix("J440106") == true)
    }

    // MARK: Roles (Q108)

    @Test func aRoleThatMayNotIsNamedTheOneThatMay() throws {
        let (country, id) = try onePupil()
        let school = C.tianheFirst
        func actor(_ role: Features.Role, _ unit: Unit = C.tianheFirst) -> Actor { Actor(unit: unit.code, account: "wang", roles: [role]) }
        let body = "{\"dossiers\":[\"\(id)\"]}"
        let registrar = try country.refusal("students.review", as: school, body: body, actor: actor(.registrar))
        #expect(registrar.message.contains("学籍主管领导") && registrar.question == "Q108")
        for role in [Features.Role.mealRegistrar, .mealHead, .systemAdministrator] {
            #expect(try country.refusal("students.review", as: school, body: body, actor: actor(role)).code == "role")
        }
        #expect(try country.refusal("students.delete", as: school, ["dossier": id], actor: actor(.head)).message.contains("学籍管理员"))
        try country.set("roles.separated", "off", as: C.guangdong)
        _ = try country.node.call("students.review", as: school.code, body: body, actor: actor(.registrar))
        #expect(try country.students().first?.state == "reviewed")
    }

    // MARK: Settings

    @Test(arguments: [
        ("duplicates.instant", "perhaps"), ("duplicates.sufficient", "county"), ("registration.underAge.cutoff", "0931"),
        ("registration.underAge.cutoff", "8月31日"), ("registration.new.window", "2026-09-30/2026-09-01"),
        ("registration.new.lateGrants", "2144000001"), ("registration.new.lateGrants", "2144000001:2026-13-01"),
    ])
    func aValueThatIsNoneIsNotSet(key: String, value: String) throws {
        let refused = try C().refusal("policy.set", as: C.guangdong, ["key": key], body: "{\"value\":\"\(value)\"}")
        #expect(refused.message.contains("的值不对"))
    }

    @Test func aSettingThatIsNotTheTiersOwnOrDoesNotExistIsNotSet() throws {
        let country = try C()
        for definition in PolicyCatalogue.all where !definition.owners.contains(.school) {
            let refused = try country.refusal("policy.set", as: C.tianheFirst, ["key": definition.key], body: #"{"value":"on"}"#)
            #expect(refused.message.contains(definition.title) && refused.code == "policy.owner")
        }
        #expect(try country.refusal("policy.set", as: C.guangdong, ["key": "no.such"], body: #"{"value":"on"}"#).code == "policy.unknown")
    }
}
