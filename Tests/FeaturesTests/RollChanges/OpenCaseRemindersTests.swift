@testable import Features
import Rules
import Store
import Testing

/// 催办 (Q87): who may ask whom, who sees it and until when. From Thursday, 10 September 2026.
@Suite struct OpenCaseRemindersTests {
    private typealias C = SmallCountry

    private struct Page: Decodable {
        struct Item: Decodable { let by, byName, unit, day, label: String; let business: String?; let count: Int; let isOver: Bool }
        let received, sent: [Item]
    }

    private static func body(_ fields: [String: String]) -> String {
        "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
    }

    private func remind(_ fields: [String: String], as unit: Unit, _ world: RollCountry) throws -> [Page.Item] {
        let page: Page = try world.country.decode(world.node.call("cases.remind", as: unit.code, body: Self.body(fields)))
        return page.sent
    }

    private func received(_ unit: Unit, _ world: RollCountry) throws -> [Page.Item] {
        let page: Page = try world.country.decode(world.node.call("cases.reminders", as: unit.code))
        return page.received
    }

    /// What the unit's home page says at the top.
    private func waiting(_ unit: Unit, _ world: RollCountry) throws -> [Desk.Waiting] {
        let today = world.node.clock.surroundings.today
        return try world.node.archive.read { try Desk(of: unit.code, today: today, $0).waiting }.filter { $0.label.contains("催办") }
    }

    /// A suspension that the school has not reviewed yet, and one that the county has not decided.
    private func opened(_ world: RollCountry) throws -> (prepared: String, submitted: String) {
        let ids = (try world.enrolled(), try world.enrolled(2))
        for id in [ids.0, ids.1] {
            try world.attach(id, "病历")
            try world.apply(id, .suspend, RollCountry.suspension)
        }
        try world.step("submit", ids.1, as: C.tianheFirst)
        return ids
    }

    @Test func `one reminder reaches every holder below, each with its own number, and nobody else`() throws {
        let world = try RollCountry()
        let (prepared, submitted) = try opened(world)
        let sent = try remind(["day": "2026-09-30"], as: C.guangdong, world)
        #expect(sent.map(\.count) == [2] && sent.first?.unit == "440000" && sent.first?.label == "在办业务")
        for unit in [C.tianheFirst, C.tianhe] {
            let item = try #require(try received(unit, world).first)
            #expect(item.byName == "广东省教育厅" && item.day == "2026-09-30" && item.count == 1 && !item.isOver)
            let line = try #require(try waiting(unit, world).first)
            #expect(line.label == "广东省教育厅催办：请在 2026年9月30日 前办结在办业务" && line.count == 1 && line.href == "/cases?holder=self")
        }
        for unit in [C.haizhuFirst, C.haizhu, C.guangzhou, C.guangdong, C.yueluFirst, C.hunan] { #expect(try received(unit, world).isEmpty, "\(unit.name)") }
        // What is done is asked for no longer.
        try world.step("approve", submitted, as: C.tianhe)
        #expect(try received(C.tianhe, world).isEmpty && waiting(C.tianhe, world).isEmpty && received(C.tianheFirst, world).count == 1)
        try world.step("withdraw", prepared, as: C.tianheFirst)
        #expect(try received(C.tianheFirst, world).isEmpty)
    }

    @Test func `a reminder is for one kind or one unit below where it says so, and can be changed and taken back`() throws {
        let world = try RollCountry(seed: 2)
        _ = try opened(world)
        #expect(try remind(["day": "2026-09-30", "unit": "440105"], as: C.guangzhou, world).map(\.count) == [0])
        #expect(try received(C.tianheFirst, world).isEmpty)
        #expect(try remind(["day": "2026-09-30", "business": "keyData"], as: C.guangzhou, world).count == 2)
        #expect(try received(C.tianheFirst, world).isEmpty)
        #expect(try remind(["day": "2026-09-20", "unit": C.tianheFirst.code.text, "business": "rollChange"], as: C.guangzhou, world).map(\.count) == [0, 0, 1])
        #expect(try received(C.tianheFirst, world).map(\.label) == ["学籍异动"] && received(C.tianhe, world).isEmpty)
        #expect(try remind(["day": "2026-09-25", "unit": C.tianheFirst.code.text, "business": "rollChange"], as: C.guangzhou, world).count == 3)
        #expect(try received(C.tianheFirst, world).map(\.day) == ["2026-09-25"])
        // Two authorities may ask for the same; the earlier day comes first.
        _ = try remind(["day": "2026-09-15"], as: C.tianhe, world)
        #expect(try received(C.tianheFirst, world).map(\.by) == [C.tianhe.code.text, C.guangzhou.code.text])
        #expect(try remind(["day": "", "unit": C.tianheFirst.code.text, "business": "rollChange"], as: C.guangzhou, world).count == 2)
        #expect(try received(C.tianheFirst, world).map(\.by) == [C.tianhe.code.text])
    }

    @Test func `it is over after its day and is forgotten a month later`() throws {
        let world = try RollCountry(seed: 3)
        _ = try opened(world)
        _ = try remind(["day": "2026-09-12"], as: C.tianhe, world)
        world.node.clock.advance(3 * 86_400)
        #expect(try received(C.tianheFirst, world).map(\.isOver) == [true])
        #expect(try waiting(C.tianheFirst, world).first?.label.hasSuffix("（已过期限）") == true)
        world.node.clock.advance(30 * 86_400)
        #expect(try received(C.tianheFirst, world).isEmpty)
        #expect(try remind(["day": "2026-11-01"], as: C.tianhe, world).map(\.day) == ["2026-11-01"], "what has lapsed is not kept")
    }

    @Test func `schools remind nobody, and nobody is reminded outside the subtree or of a day that is over`() throws {
        let world = try RollCountry(seed: 4)
        func refused(_ fields: [String: String], as unit: Unit = C.tianhe) throws -> String {
            try world.country.refusal("cases.remind", as: unit, body: Self.body(fields)).code
        }
        #expect(try refused(["day": "2026-09-30"], as: C.tianheFirst) == "cases.reminder.tier")
        #expect(try refused(["day": "2026-09-30", "unit": "430000"]) == "cases.reminder.unit")
        #expect(try refused(["day": "2026-09-09"]) == "cases.reminder.day")
        #expect(try refused(["day": "soon"]) == "cases.reminder.day")
        #expect(try refused(["day": "2026-09-30", "business": "war"]) == "cases.business")
    }

    @Test func `the setting is a list of unit, day and kind`() throws {
        let list = try #require(OpenCaseReminder.list("440106:2026-09-30;440000:2026-10-01:rollChange"))
        #expect(list.map(\.text) == ["440106:2026-09-30", "440000:2026-10-01:rollChange"] && OpenCaseReminder.list("")?.isEmpty == true)
        for wrong in ["440106", "440106:soon", ":2026-09-30", "440106:2026-09-30:war", "440106:2026-09-30:rollChange:x", "a b:2026-09-30"] {
            #expect(OpenCaseReminder.list(wrong) == nil, "\(wrong)")
        }
        #expect(OpenCaseReminder.list(Array(repeating: "1:2026-09-30", count: 51).joined(separator: ";")) == nil)
        #expect(PolicyCatalogue.definition(OpenCaseReminders.key)?.fault(in: "440106:2026-09-30") == nil)
        #expect(PolicyCatalogue.definition(OpenCaseReminders.key)?.fault(in: "440106") != nil)
    }
}
