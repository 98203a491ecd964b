@testable import Features
import Mustache
import Rules
import Store
import Testing

/// What stands on the screen, and which buttons, for each of those concerned.
@Suite struct OverridePagesTests {
    private typealias C = SmallCountry

    /// One visit as the local operator of a unit: the page's HTML without its frame, or where it leads.
    private func visit(
        _ page: String, as unit: Unit, _ world: OverrideCountry, _ parameters: [String: String] = [:], form: [String: String] = [:]
    ) throws -> String {
        let operations = OverrideOperations.all + RegistrationOperations.all + OversightOperations.operations(version: "test", links: { .none })
        return try world.node.visit(page, as: .localOperator(of: unit.code), operations, parameters, form: form.mapValues { [$0] })
    }

    @Test func `the school asks on its page and the province decides on its own, ticked and with a reason`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        let one = ["dossier": id]
        #expect(try !visit("overrides.show", as: C.tianheFirst, world, one).contains("提请强制干预</button>"), "not overdue yet")
        world.pass(days: 15)
        #expect(try visit("home", as: C.tianhe, world, [:]).contains("已超期，请尽快办理"))
        #expect(try visit("students", as: C.tianheFirst, world).contains("2026年9月24日 已超期"))
        #expect(try visit("students.show", as: C.tianheFirst, world, one).contains("/overrides/\(id)"))
        let asking = try visit("overrides.show", as: C.tianheFirst, world, one)
        #expect(asking.contains("提请强制干预</button>") && asking.contains("广东省教育厅可以代为办理"))
        #expect(asking.contains("/help/Q76"), "the answer of the FAQ is at hand")
        #expect(try !visit("overrides.show", as: C.tianhe, world, one).contains("<button"), "the holder has its own pages")
        #expect(try visit("overrides.act", as: C.tianheFirst, world, one, form: ["act": "request"]).contains("强制干预必须写明理由"))
        let led = try visit("overrides.act", as: C.tianheFirst, world, one, form: ["act": "request", "reason": "两次去电"])
        #expect(led == "/overrides/\(id)?done=step")
        #expect(try visit("overrides", as: C.guangdong, world, ["scope": "ours"]).contains(id))
        #expect(try visit("home", as: C.guangdong, world).contains("提请强制干预，待本单位决定"))
        #expect(try visit("students.show", as: C.tianhe, world, one).contains("学校已提请强制干预：两次去电"))
        let deciding = try visit("overrides.show", as: C.guangdong, world, one)
        #expect(deciding.contains("强制干预：通过</button>") && deciding.contains("两次去电"))
        let form = ["act": "approve", "reason": "材料齐全"]
        #expect(try visit("overrides.act", as: C.guangdong, world, one, form: form).contains("还没有确认"))
        _ = try visit("overrides.act", as: C.guangdong, world, one, form: form.merging(["confirmed": "yes"]) { $1 })
        #expect(try world.world.dossier(id).state == .enrolled)
        let shown = try visit("students.show", as: C.tianhe, world, one)
        #expect(shown.contains("强制干预：核办通过") && shown.contains("材料齐全") && !shown.contains("办理期限"))
    }
}
