@testable import Features
import Mustache
import Rules
import Store
import Testing

/// What stands on the page of open cases for a school and its authorities.
@Suite struct OpenCasePagesTests {
    private typealias C = SmallCountry

    /// One visit as the local operator of a unit: the page's HTML without its frame, or where it leads.
    private func visit(
        _ page: String, as unit: Unit, _ world: RollCountry, _ parameters: [String: String] = [:], form: [String: [String]] = [:],
        roles: Set<Features.Role>? = nil
    ) throws -> String {
        let operations = OpenCaseOperations.all + OversightOperations.operations(version: "test", links: { .none })
        let actor = roles.map { Actor(unit: unit.code, account: "wang", roles: $0) } ?? .localOperator(of: unit.code)
        return try world.node.visit(page, as: actor, operations, parameters, form: form)
    }

    private func suspending(_ number: Int, _ world: RollCountry) throws -> String {
        let id = try world.enrolled(number)
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        return id
    }

    @Test func `the county reminds from the page, the school sees it at home and on its page, and takes back what it ticks`() throws {
        let world = try RollCountry()
        let (one, two) = (try suspending(1, world), try suspending(2, world))
        let county = try visit("cases", as: C.tianhe, world)
        #expect(county.contains("/cases?holder=\(C.tianheFirst.code)") && county.contains("name=\"day\"") && !county.contains("data-all"))
        let empty = try visit("cases.act", as: C.tianhe, world, form: ["act": ["remind"]])
        #expect(empty.contains("没有填写办结日期。"))
        let sent = try visit("cases.act", as: C.tianhe, world, form: ["act": ["remind"], "day": ["2026-09-30"], "business": ["rollChange"], "unit": [""]])
        #expect(sent == "/cases?done=step")
        #expect(try visit("cases", as: C.tianhe, world).contains("<td>2026年9月30日</td><td class=\"n\">2</td>"))
        #expect(try visit("home", as: C.tianheFirst, world).contains("/cases?holder=self&amp;business=rollChange\"><b>2</b>天河区教育局催办：请在 2026年9月30日 前办结学籍异动"))
        let own = try visit("cases", as: C.tianheFirst, world, ["holder": "self", "business": "rollChange"])
        #expect(own.contains("<h2>天河区教育局催办</h2>") && own.contains("本单位还有 2 件") && own.contains("data-all") && own.contains("撤回选中的申请"))
        #expect(!own.contains("name=\"unit\"") && !own.contains("name=\"day\""), "a school has nobody to remind")
        #expect(own.contains("action=\"/cases?business=rollChange&amp;holder=self\""))
        let address = ["holder": "self", "business": "rollChange"]
        #expect(try visit("cases.act", as: C.tianheFirst, world, address, form: ["act": ["clear"]]).contains("还没有勾选学生"))
        let done = try visit("cases.act", as: C.tianheFirst, world, address, form: ["act": ["clear"], "dossier": [one]])
        #expect(done == "/cases?business=rollChange&holder=self&done=step")
        #expect(try world.dossier(one).openCase == nil && world.dossier(two).openCase != nil)
        let mixed = try visit("cases.act", as: C.tianheFirst, world, address, form: ["act": ["clear"], "dossier": [one, two]])
        #expect(mixed.contains("已办理 1 件，另有 1 件不能办理：该生没有在办业务。"))
        #expect(try !visit("home", as: C.tianheFirst, world).contains("催办"))
        #expect(try visit("cases.act", as: C.tianhe, world, form: ["act": ["takeBack"], "unit": ["440106"], "business": ["rollChange"]]) == "/cases?done=step")
        #expect(try !visit("cases", as: C.tianhe, world).contains("取消</button>"))
    }

    @Test func `an authority returns what it ticks with a reason; who may not has no boxes, and what cannot be cleared has none`() throws {
        let world = try RollCountry(seed: 2)
        let (one, registering) = (try suspending(1, world), try world.world.enter(3, at: C.tianheFirst))
        try world.step("submit", one, as: C.tianheFirst)
        for verb in ["review", "submit"] { #expect(try world.country.step(verb, [registering], as: C.tianheFirst).done == [registering]) }
        let page = try visit("cases", as: C.tianhe, world, ["holder": "self"])
        #expect(page.contains("退回选中的业务") && page.contains("value=\"\(one)\"") && !page.contains("value=\"\(registering)\"") && page.contains(registering))
        #expect(try !visit("cases", as: C.tianhe, world, ["holder": "self"], roles: [.registrar]).contains("退回选中的业务"), "the head's to return")
        let form = ["act": ["clear"], "dossier": [one]]
        #expect(try visit("cases.act", as: C.tianhe, world, ["holder": "self"], form: form).contains("原因"))
        #expect(try visit("cases.act", as: C.tianhe, world, ["holder": "self"], form: form.merging(["reason": ["升级前清理"]]) { $1 }).hasSuffix("done=step"))
        #expect(try world.dossier(one).openCase?.stand == .rollChangePrepared)
        #expect(try visit("cases", as: C.guangzhou, world, ["unit": "430000"]).contains("不在本单位管理范围内"))
        #expect(try visit("cases", as: C.guangzhou, world, ["unit": "440106", "days": "1"]).contains("共 0 件"))
    }
}
