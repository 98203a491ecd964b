@testable import Features
import FoundationEssentials
import Rules
import Store
import Testing

/// A pupil whose authority lets its time pass: from Thursday, 10 September 2026, ten working days end with the 24th.
struct OverrideCountry {
    typealias C = SmallCountry

    struct Page: Decodable {
        struct Request: Decodable { let by, reason: String }
        struct Item: Decodable {
            let dossier, school, business, due: String
            let holder, authority: String?
            let isOverdue: Bool
            let request: Request?
        }
        let total: Int
        let overrides: [Item]
    }

    let world: ProblemCountry
    var country: SmallCountry { world.country }
    var node: TestNode { world.node }

    init(seed: UInt64 = 1) throws { world = try ProblemCountry(seed: seed) }

    /// A pupil that the county has to approve.
    func submitted(_ number: Int = 1, at school: Unit = C.tianheFirst) throws -> String {
        let id = try world.enter(number, at: school)
        for verb in ["review", "submit"] { #expect(try country.step(verb, [id], as: school).done == [id]) }
        return id
    }

    /// A change of name that the county has to approve.
    func changing(_ number: Int = 1) throws -> String {
        let id = try submitted(number)
        #expect(try country.step("approve", [id], as: C.tianhe).done == [id])
        for unit in [C.guangdong, C.guangzhou, C.tianhe] { try country.set("fields.controlled", "姓名", as: unit) }
        try world.attach(id, at: C.tianheFirst)
        _ = try node.call(
            "keyData.apply", as: C.tianheFirst.code, ["dossier": id], body: #"{"reason":"户籍更名","changes":{"姓名":"张玮"}}"#)
        try node.settle()
        _ = try node.call("keyData.submit", as: C.tianheFirst.code, body: "{\"dossiers\":[\"\(id)\"]}")
        try node.settle()
        return id
    }

    func pass(days: Int64) { node.clock.advance(days * 86_400) }

    func request(_ id: String, as unit: Unit = C.tianheFirst, reason: String = "已两次电话联系未办") throws {
        _ = try node.call("overrides.request", as: unit.code, ["dossier": id], body: "{\"reason\":\"\(reason)\"}")
        try node.settle()
    }

    static func decision(_ decision: String, reason: String = "材料齐全", confirmed: Bool = true) -> String {
        "{\"decision\":\"\(decision)\",\"reason\":\"\(reason)\",\"confirmed\":\(confirmed)}"
    }

    func decide(_ id: String, _ decision: String, as unit: Unit = C.guangdong) throws {
        _ = try node.call("overrides.decide", as: unit.code, ["dossier": id], body: Self.decision(decision))
        try node.settle()
    }

    func list(_ scope: String, as unit: Unit) throws -> [Page.Item] {
        let page: Page = try country.decode(node.call("overrides.list", as: unit.code, ["scope": scope]))
        #expect(page.total == page.overrides.count)
        return page.overrides
    }

    struct Path: Decodable {
        struct Step: Decodable { let kind, by: String; let inStead, void: Bool; let reason, whyVoid: String? }
        let steps: [Step]
    }

    func path(_ id: String, as unit: Unit) throws -> [Path.Step] {
        let path: Path = try country.decode(node.call("students.why", as: unit.code, ["dossier": id]))
        return path.steps
    }
}
