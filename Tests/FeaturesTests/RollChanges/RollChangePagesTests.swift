@testable import Features
import Mustache
import Rules
import Store
import Testing

/// What stands on the screens of roll changes for school, county and others.
@Suite struct RollChangePagesTests {
    private typealias C = SmallCountry

    /// One visit as the local operator of a unit: the page's HTML without its frame, or where it leads.
    private func visit(
        _ page: String, as unit: Unit, _ world: RollCountry, _ parameters: [String: String] = [:], form: [String: String] = [:]
    ) throws -> String {
        let operations = RollChangeOperations.all + OpenCaseOperations.all + AttachmentOperations.all + RegistrationOperations.all + OverrideOperations.all
            + ClassOperations.all + OversightOperations.operations(version: "test", links: { .none })
        return try world.node.visit(page, as: .localOperator(of: unit.code), operations, parameters, form: form.mapValues { [$0] })
    }

    @Test func `the pupil's page leads to what is possible, says why the rest is not, and the form has its messages beside the fields`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        let one = ["dossier": id]
        #expect(try visit("students.show", as: C.tianheFirst, world, one).contains("/roll-changes/\(id)"))
        let choices = try visit("rollChanges.show", as: C.tianheFirst, world, one)
        #expect(choices.contains("?kind=suspend\">休学</a>") && !choices.contains("?kind=resume") && choices.contains("该生状态为“在校就读”，不能办理复学。"))
        #expect(choices.contains("义务教育阶段不办理退学。") && choices.contains("本省没有开放跳级。"))
        let form = try visit("rollChanges.show", as: C.tianheFirst, world, one.merging(["kind": "suspend"]) { $1 })
        #expect(form.contains("for=\"c-until\"") && form.contains("须有证明材料") && !form.contains("for=\"c-country\""))
        let wrong = try visit(
            "rollChanges.act", as: C.tianheFirst, world, one, form: ["act": "apply", "kind": "suspend", "date": "2026-09-01", "until": "2026-08-01"])
        #expect(wrong.contains("有 2 处需要修改") && wrong.contains("截止日期应晚于起始日期。") && wrong.contains("value=\"2026-08-01\""))
        let empty = try visit("rollChanges.act", as: C.tianheFirst, world, one, form: ["act": "apply", "kind": "suspend"])
        #expect(empty.contains("有 3 处需要修改") && empty.contains("没有填写日期。") && empty.contains("休学的异动原因未填或不对。"))
        let right = ["act": "apply", "kind": "suspend", "cause": "10", "date": "2026-09-01", "until": "2027-08-31", "reason": "骨折"]
        #expect(try visit("rollChanges.act", as: C.tianheFirst, world, one, form: right).contains("休学须有证明材料"))
        try world.attach(id, "病历")
        #expect(try visit("rollChanges.act", as: C.tianheFirst, world, one, form: right) == "/roll-changes/\(id)?done=step")
        let open = try visit("rollChanges.show", as: C.tianheFirst, world, one)
        #expect(open.contains("在办：休学") && open.contains("学校审核并提交</button>") && open.contains("证明.jpg") && open.contains("<dd>骨折</dd>"))
        #expect(try !visit("rollChanges.show", as: C.tianhe, world, one).contains("<button"), "the county has nothing to do yet")
    }

    @Test func `the county decides one by one on its page, and everybody sees the state`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        let one = ["dossier": id]
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        #expect(try visit("rollChanges.act", as: C.tianheFirst, world, one, form: ["act": "submitCase"]).hasSuffix("done=step"))
        #expect(try visit("home", as: C.tianhe, world).contains("/roll-changes?scope=self"))
        #expect(try visit("rollChanges", as: C.tianhe, world, ["scope": "self"]).contains(id))
        #expect(try visit("rollChanges", as: C.guangdong, world).contains("2026年9月24日"), "the limit is visible above")
        #expect(try visit("cases", as: C.guangdong, world).contains("/roll-changes/\(id)"))
        #expect(try visit("rollChanges.show", as: C.tianheFirst, world, one).contains("收回已提交的申请</button>"))
        #expect(try visit("rollChanges.act", as: C.tianhe, world, one, form: ["act": "sendBackCase"]).contains("必须填写原因"))
        #expect(try visit("rollChanges.act", as: C.tianhe, world, one, form: ["act": "approveRollChange"]).hasSuffix("done=step"))
        let done = try visit("rollChanges.show", as: C.tianheFirst, world, one)
        #expect(done.contains("已办的异动") && done.contains("天河区教育局") && done.contains("?kind=resume\">复学</a>"))
        #expect(try visit("students", as: C.tianhe, world, ["status": "suspended"]).contains("<span class=\"tag warn\">休学</span>"))
        #expect(try visit("students.show", as: C.tianhe, world, one).contains("<dd>休学</dd>"))
        #expect(try visit("rollChanges", as: C.tianhe, world, ["scope": "approved", "kind": "suspend"]).contains("/roll-changes/workbook?scope=approved&amp;kind=suspend"))
        world.node.clock.advance(360 * 86_400)
        #expect(try visit("suspensions", as: C.tianheFirst, world).contains("已过期"))
        #expect(try visit("home", as: C.tianheFirst, world).contains("休学将满或已满"))
    }
}
