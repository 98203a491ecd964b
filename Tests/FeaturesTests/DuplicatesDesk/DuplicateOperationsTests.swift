@testable import Features
import Protocol
import Rules
import Store
import Testing

/// What the desk shows to whom, ranked and masked; what it says to schools.
@Suite struct DuplicateOperationsTests {
    private typealias C = SmallCountry

    struct Member: Decodable { let dossier, name, idNumber, school: String }
    struct Group: Decodable { let group, kind, status: String; let authority: String?; let days: Int; let members: [Member] }
    struct Page: Decodable { let total: Int; let groups: [Group] }
    struct Line: Decodable { let field: String; let values: [String]; let differs: Bool }
    struct Pair: Decodable { let first, second: String; let isOurs: Bool }
    struct Comparison: Decodable { let lines: [Line]; let pairs: [Pair] }
    struct Unit: Decodable { let unit: String; let open, overdue, decided: Int }
    struct Statistics: Decodable { let open, overdue, decided: Int; let units: [Unit] }

    private func list(_ world: ProblemCountry, as unit: UnitCode = .centre, _ filter: [String: String] = [:]) throws -> Page {
        try world.country.decode(world.node.call("duplicates.list", as: unit, filter))
    }

    /// A number shared over two provinces, the same three items in one county.
    private func doubles() throws -> (ProblemCountry, near: [String], far: [String]) {
        let world = try ProblemCountry()
        let near = try ["1", "2"].map { try world.enter(30, at: C.tianheFirst, ProblemCountry.withoutID.merging([.numberInClass: $0]) { $1 }) }
        let far = [try world.enter(20, at: C.tianheFirst), try world.enter(20, at: C.yueluFirst, [.name: "欧阳娜娜"])]
        return (world, near, far)
    }

    @Test func `groups come ranked, with all members, masked, and each under who stands above all of them`() throws {
        let (world, near, far) = try doubles()
        let page = try list(world)
        #expect(page.total == 2 && page.groups.map(\.kind) == ["id_dup", "nsd_dup"])
        #expect(page.groups.map(\.authority) == [UnitCode.centre.text, C.tianhe.code.text])
        #expect(Set(page.groups[0].members.map(\.dossier)) == Set(far) && Set(page.groups[1].members.map(\.dossier)) == Set(near))
        let shown = page.groups[0].members
        #expect(Set(shown.map(\.name)) == ["张*", "欧**娜"] && shown.allSatisfy { $0.idNumber.hasPrefix("440106**********") })
        #expect(try !world.node.call("duplicates.list", as: .centre).contains(world.dossier(far[0]).record.idNumber))
    }

    @Test func `filters by kind, province, days and status`() throws {
        let (world, near, _) = try doubles()
        #expect(try list(world, ["kind": "nsd_dup"]).total == 1 && list(world, ["kind": "nsd_cross"]).total == 0)
        #expect(try list(world, ["province": C.hunan.code.text]).groups.map(\.kind) == ["id_dup"])
        #expect(try list(world, ["province": C.guangdong.code.text]).total == 2)
        #expect(try list(world, ["days": "1"]).total == 0)
        world.node.clock.advance(31 * 86_400)
        #expect(try list(world, ["days": "31"]).total == 2 && list(world, ["status": "overdue"]).total == 2)
        try world.country.set("problems.days", "60", as: Self.centre)
        #expect(try list(world, ["status": "open"]).total == 2)
        try world.rule(near[0], near[1], .different, as: C.tianhe)
        #expect(try list(world, ["status": "decided"]).groups.map(\.kind) == ["nsd_dup"])
        #expect(try list(world, ["limit": "1", "from": "1"]).groups.count == 1)
        #expect(world.refusal { _ = try list(world, ["status": "x"]) }?.code == "status.unknown")
        #expect(world.refusal { _ = try list(world, ["days": "-1"]) }?.code == "days")
    }

    private func list(_ world: ProblemCountry, _ filter: [String: String]) throws -> Page { try list(world, as: .centre, filter) }

    @Test func `a group opens side by side with its differences marked, within the unit's sight`() throws {
        let (world, _, far) = try doubles()
        let group = try #require(try list(world).groups.first)
        let shown: Comparison = try world.country.decode(world.node.call("duplicates.open", as: .centre, ["group": group.group]))
        let name = try #require(shown.lines.first { $0.field == StudentField.name.label })
        #expect(name.differs && name.values.contains("欧阳娜娜"))
        #expect(shown.lines.first { $0.field == StudentField.idNumber.label }?.differs == false)
        #expect(shown.pairs.map { Set([$0.first, $0.second]) } == [Set(far)] && shown.pairs.allSatisfy(\.isOurs))
        #expect(!group.group.contains(try world.dossier(far[0]).record.idNumber))
        #expect(world.refusal { _ = try world.node.call("duplicates.open", as: .centre, ["group": "0"]) }?.code == "group.unknown")
    }

    @Test func `an authority asks a school below, which sees it, and nobody else asks`() throws {
        let (world, _, far) = try doubles()
        struct Request: Decodable { let by, text: String }
        struct Problem: Decodable { let requests: [Request] }
        func ask(_ unit: UnitCode, _ text: String = "请补充出生医学证明") throws {
            _ = try world.node.call("duplicates.ask", as: unit, ["dossier": far[0]], body: "{\"text\":\"\(text)\"}")
        }
        try ask(.centre)
        #expect(world.refusal { try ask(C.hunan.code) }?.code == "dossier.unknown")
        #expect(world.refusal { try ask(C.tianheFirst.code) }?.code == "dossier.unknown")
        #expect(world.refusal { try ask(.centre, " ") }?.code == "request.text")
        let before = try world.dossier(far[0])
        let problem: Problem = try world.country.decode(world.node.call("problems.show", as: C.tianheFirst.code, ["dossier": far[0]]))
        #expect(problem.requests.map(\.text) == ["请补充出生医学证明"] && problem.requests.map(\.by) == [UnitCode.centre.text])
        #expect(before.state == .problem && before.openCase == nil, "asking changes nothing")
    }

    @Test func `figures by the units directly below`() throws {
        let (world, near, _) = try doubles()
        func figures(_ unit: UnitCode) throws -> Statistics { try world.country.decode(world.node.call("duplicates.statistics", as: unit)) }
        var centre = try figures(.centre)
        #expect(centre.open == 2 && centre.overdue == 0 && centre.decided == 0)
        #expect(centre.units.map(\.unit) == [C.hunan.code.text, C.guangdong.code.text] && centre.units.map(\.open) == [1, 2])
        try world.rule(near[0], near[1], .different, as: C.tianhe)
        world.node.clock.advance(31 * 86_400)
        centre = try figures(.centre)
        #expect(centre.open == 0 && centre.overdue == 1 && centre.decided == 1)
        #expect(try figures(C.guangdong.code).decided == 1, "of a group over two provinces a province sees its own part")
    }

    private static let centre = Rules.Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)
}
