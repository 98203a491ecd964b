@testable import Features
import FoundationEssentials
import Rules
import Sheets
import Store
import Testing

/// Q77, Q87, reminders and limits: what the lists show to whom, and what leaves as a workbook.
@Suite struct RollChangeListTests {
    private typealias C = SmallCountry

    private struct Cases: Decodable {
        struct Item: Decodable { let dossier, business, stand, page: String; let holder: String?; let isOverdue: Bool }
        let total: Int
        let cases: [Item]
    }

    private struct Holders: Decodable {
        struct Item: Decodable { let unit: String; let count: Int; let byBusiness: [String: Int] }
        let total: Int
        let holders: [Item]
    }

    private struct Ending: Decodable {
        struct Item: Decodable { let dossier: String; let daysLeft: Int; let openCase: String }
        let total: Int
        let suspensions: [Item]
    }

    private func ending(_ world: RollCountry, as unit: Unit = C.tianheFirst) throws -> [Ending.Item] {
        let page: Ending = try world.country.decode(world.node.call("rollChanges.ending", as: unit.code))
        #expect(page.total == page.suspensions.count)
        return page.suspensions
    }

    private func workbook(_ world: RollCountry, as unit: Unit, _ parameters: [String: String] = [:]) throws -> [[String]] {
        try FileManager.default.createDirectory(atPath: world.node.folder + "/incoming", withIntermediateDirectories: true)
        let operation = try #require(RollChangeOperations.all.first { $0.id == "rollChanges.workbook" })
        let reply = try operation.handle(Call(archive: world.node.archive, actor: .localOperator(of: unit.code), parameters: parameters))
        guard case .file(let path, "学籍异动.xlsx", _) = reply else { throw Refusal("test", "no file", remedy: "") }
        let rows = try WorkbookReader.open(path).rows()
        var texts: [[String]] = []
        while let row = try rows.next() { texts.append(row.texts) }
        return texts
    }

    @Test func `changes are found by kind, period, stage, unit and state, and nothing of others' schools`() throws {
        let world = try RollCountry()
        let (one, two) = (try world.enrolled(), try world.enrolled(2))
        try world.change(one, .suspend, RollCountry.suspension)
        try world.attach(two, "证明")
        try world.apply(two, .leave, ["cause": "99", "date": "2026-09-05"])
        #expect(try world.list().map(\.dossier) == [two, one])
        #expect(try world.list(["kind": "suspend"]).map(\.code) == ["11"] && world.list(["state": "open"]).map(\.dossier) == [two])
        #expect(try world.list(["from": "2026-09-02"], as: C.guangdong).map(\.dossier) == [two])
        #expect(try world.list(["to": "2026-09-02", "stage": "1"], as: .init(code: .centre, name: "", tier: .centre, competent: nil)).map(\.dossier) == [one])
        #expect(try world.list(["stage": "2"]).isEmpty && world.list(as: C.hunan).isEmpty && world.list(["unit": "440105"], as: C.guangzhou).isEmpty)
        #expect(try world.list(["holder": "self"]).map(\.dossier) == [two] && world.list(["holder": "self"], as: C.tianhe).isEmpty)
        for wrong in [["kind": "fly"], ["stage": "9"], ["state": "gone"], ["from": "soon"], ["limit": "0"]] {
            #expect(try world.country.refusals("rollChanges.list", as: C.tianheFirst, wrong).count == 1)
        }
        #expect(try world.country.refusal("rollChanges.list", as: C.tianhe, ["unit": "430000"]).code == "sight")
    }

    @Test func `page by page every change is seen once, two of one day too`() throws {
        struct Numbered: Decodable {
            let total: Int
            let next: String?
            let changes: [Line]
            struct Line: Decodable { let dossier: String }
        }
        let world = try RollCountry()
        let pupils = [try world.enrolled(), try world.enrolled(2)]
        for one in pupils {
            try world.attach(one, "证明")
            try world.apply(one, .leave, ["cause": "99", "date": "2026-09-05"])
        }
        var (seen, after): ([String], String?) = ([], nil)
        repeat {
            let parameters = ["limit": "1"].merging(after.map { ["after": $0] } ?? [:]) { $1 }
            let page: Numbered = try world.country.decode(world.node.call("rollChanges.list", as: C.tianhe.code, parameters))
            #expect(page.total == 2 && page.changes.count == 1)
            seen += page.changes.map(\.dossier)
            after = page.next
        } while after != nil && seen.count < 5
        #expect(Set(seen) == Set(pupils) && seen.count == 2)
        #expect(try world.country.refusal("rollChanges.list", as: C.tianhe, ["after": "20260905.x.y"]).code == "rollChanges.filter")
    }

    @Test func `a school's workbook names its pupils, an authority's does not`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.change(id, .suspend, RollCountry.suspension)
        let name = try world.dossier(id).record.name
        let own = try workbook(world, as: C.tianheFirst), county = try workbook(world, as: C.tianhe)
        #expect(own.contains { $0.contains(name) && $0.contains("休学") && $0.contains("11") && $0.contains("2027-08-31") })
        #expect(county.contains { $0.contains("休学") && $0.contains("天河第一小学") } && !county.joined().contains(name))
        #expect(try workbook(world, as: C.tianhe, ["kind": "leave"]).allSatisfy { !$0.contains("休学") })
    }

    @Test func `suspensions that end within the month or have ended are shown, until the pupil is back`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.change(id, .suspend, ["cause": "10", "until": "2026-10-20"])
        #expect(try ending(world).isEmpty)
        world.node.clock.advance(10 * 86_400)
        #expect(try ending(world).map(\.daysLeft) == [30] && ending(world, as: C.guangdong).count == 1 && ending(world, as: C.hunan).isEmpty)
        #expect(try world.node.archive.read { try Desk(of: C.tianheFirst.code, today: world.node.clock.surroundings.today, $0).waiting }
            .contains { $0.href == "/suspensions" && $0.count == 1 })
        world.node.clock.advance(40 * 86_400)
        #expect(try ending(world).map(\.daysLeft) == [-10])
        try world.attach(id, "痊愈证明")
        try world.apply(id, .resume, ["date": "2026-10-21"])
        #expect(try ending(world).map(\.openCase) == ["学籍异动待学校审核"])
        try world.step("submit", id, as: C.tianheFirst)
        try world.step("approve", id, as: C.tianhe)
        #expect(try ending(world).isEmpty)
    }

    @Test func `every flow that is begun and not finished is an open case, with the page to go on`() throws {
        let world = try RollCountry()
        let (one, two, three) = (try world.enrolled(), try world.enrolled(2), try world.world.enter(3, at: C.tianheFirst))
        func cases(_ parameters: [String: String] = [:], as unit: Unit = C.tianhe) throws -> [Cases.Item] {
            let page: Cases = try world.country.decode(world.node.call("cases.list", as: unit.code, parameters))
            return page.cases
        }
        #expect(try cases().isEmpty)
        try world.attach(one, "病历")
        try world.apply(one, .suspend, RollCountry.suspension)
        for verb in ["review", "submit"] { #expect(try world.country.step(verb, [three], as: C.tianheFirst).done == [three]) }
        for unit in [C.guangdong, C.guangzhou, C.tianhe] { try world.country.set("fields.controlled", "姓名", as: unit) }
        try world.world.attach(two, at: C.tianheFirst)
        _ = try world.node.call("keyData.apply", as: C.tianheFirst.code, ["dossier": two], body: #"{"reason":"更名","changes":{"姓名":"张玮"}}"#)
        try world.node.settle()
        let all = try cases()
        #expect(Dictionary(uniqueKeysWithValues: all.map { ($0.dossier, $0.business) }) == [one: "rollChange", two: "keyData", three: "registration"])
        #expect(all.first { $0.dossier == one }?.page == "/roll-changes/\(one)" && all.first { $0.dossier == one }?.stand == "休学：学籍异动待学校审核")
        #expect(try cases(["holder": "self"]).map(\.dossier) == [three] && cases(["business": "keyData"]).map(\.dossier) == [two])
        #expect(try cases(as: C.hunan).isEmpty && cases(["holder": C.tianheFirst.code.text]).count == 2)
        let holders: Holders = try world.country.decode(world.node.call("cases.holders", as: C.tianhe.code))
        #expect(holders.total == 3 && holders.holders.map(\.unit) == [C.tianheFirst.code.text, C.tianhe.code.text] && holders.holders.map(\.count) == [2, 1])
        #expect(holders.holders.last?.byBusiness == ["registration": 1])
        #expect(try world.country.refusal("cases.list", as: C.tianhe, ["business": "war"]).code == "cases.business")
        world.node.clock.advance(20 * 86_400)
        #expect(try cases().allSatisfy { $0.isOverdue })
    }

    @Test func `an overdue change is overridden by the province at the school's request`() throws {
        let roll = try RollCountry(seed: 2)
        let id = try roll.enrolled()
        try roll.attach(id, "病历")
        try roll.apply(id, .suspend, RollCountry.suspension)
        try roll.step("submit", id, as: C.tianheFirst)
        #expect(try roll.list()[0].due == "2026-09-24" && !roll.list()[0].isOverdue)
        roll.node.clock.advance(15 * 86_400)
        #expect(try roll.list()[0].isOverdue)
        _ = try roll.node.call("overrides.request", as: C.tianheFirst.code, ["dossier": id], body: #"{"reason":"久拖未办"}"#)
        try roll.node.settle()
        _ = try roll.node.call("overrides.decide", as: C.guangdong.code, ["dossier": id], body: OverrideCountry.decision("approve"))
        try roll.node.settle()
        let dossier = try roll.dossier(id)
        #expect(dossier.roll.status == .suspended && dossier.overrides == Set(dossier.chain.suffix(1).map(\.hash)))
        #expect(try roll.list()[0].decidedBy == C.guangdong.code.text)
    }
}
