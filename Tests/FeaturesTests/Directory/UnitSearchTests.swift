@testable import Features
import Protocol
import Rules
import Store
import Testing

/// The directory of a small country, as pages and programs ask for it.
struct UnitSearchTests {
    private static let schools = [
        Unit(
            code: "2144000001", name: "天河第一小学", tier: .school, competent: "440106", territorial: "440113", kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111"),
        Unit(
            code: "3144000002", name: "天河第二中学", tier: .school, competent: "440106", territorial: "440106", kind: "312",
            stages: [.primary, .junior], years: [.primary: 6, .junior: 3], owner: "999", urban: "111"),
        Unit(
            code: "2144000003", name: "旧小学", tier: .school, competent: "440106", territorial: "440106", kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111", isClosed: true),
    ]

    private func node() throws -> TestNode {
        let node = try TestNode(seed: 801)
        let county = Unit(code: "440106", name: "天河区教育局", tier: .county, competent: .centre)
        try node.becomeCentre(hosting: [county])
        try node.archive.write { transaction in
            for school in Self.schools { _ = try transaction.append(.unit, Payload.encode(school), as: .centre, to: .everyone) }
            let key = KeyEnrolment(
                unit: "2144000001", publicKey: transaction.surroundings.statementKey().publicKey, issuer: "440106", generation: 1,
                node: "2144000001")
            _ = try transaction.append(.key, Payload.encode(key), as: "440106", to: .subtree("2144000001"))
            let campus = Campus(school: "2144000001", number: 1, name: "东校区", isPrivate: true, version: 1, by: "440106")
            _ = try transaction.append(.campus, Payload.encode(campus), as: "440106", to: .unit("2144000001"))
        }
        return node
    }

    private func codes(_ filter: [String: String], _ node: TestNode, sight: UnitCode = .centre) throws -> [String] {
        try node.archive.read { try UnitSearch.search(filter, sight: sight, $0) }.units.map(\.code)
    }

    @Test func `one level, all levels, and each filter`() throws {
        let node = try node()
        #expect(try codes([:], node) == ["440106"])
        #expect(try codes(["deep": "true"], node) == ["2144000001", "3144000002", "440106"])
        #expect(try codes(["under": "440106", "closed": "true"], node) == ["2144000001", "2144000003", "3144000002"])
        #expect(try codes(["deep": "true", "tier": "school", "stage": "2"], node) == ["3144000002"])
        #expect(try codes(["deep": "true", "kind": "211"], node) == ["2144000001"])
        #expect(try codes(["deep": "true", "text": "第二"], node) == ["3144000002"])
        #expect(try codes(["deep": "true", "text": "21440"], node) == ["2144000001"])
        #expect(try codes(["deep": "true", "text": "40106"], node).isEmpty)
        #expect(try codes(["deep": "true", "node": "own"], node) == ["2144000001"])
        #expect(try codes(["deep": "true", "node": "none"], node) == ["3144000002"])
        #expect(try codes(["deep": "true", "node": "hosted"], node) == ["440106"])
    }

    @Test func `a school has both its authorities, its stages and its campuses`() throws {
        let node = try node()
        let school = try #require(try node.archive.read { try UnitSearch.search(["under": "440106"], sight: "440106", $0) }.units.first)
        #expect(school.competent == "440106" && school.territorial == "440113" && school.stages == [1] && school.years == [6])
        #expect(school.campuses.map(\.name) == ["东校区"] && school.campuses.first?.isPrivate == true && school.nodeState == "own")
        #expect(try node.call("units.show", as: "440106", ["unit": "2144000001"]).contains("东校区"))
    }

    @Test func `nobody sees beside or beyond his own subtree, but what stands above him`() throws {
        let node = try node()
        let refusal = #expect(throws: Refusal.self) { try codes(["under": "000000"], node, sight: "440106") }
        #expect(refusal?.code == "units.sight")
        #expect(throws: Refusal.self) { try node.call("units.show", as: "440106", ["unit": "450000"]) }
        #expect(try node.call("units.show", as: "440106", ["unit": "000000"]).contains("教育部"))
    }

    @Test func `pages have an end and a beginning`() throws {
        let node = try node()
        try node.archive.write { transaction in
            for number in 0..<UnitSearch.perPage + 5 {
                let unit = Unit(code: UnitCode("4402\(10 + number)"), name: "县 \(number)", tier: .county, competent: .centre)
                _ = try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
        }
        func page(_ number: String) throws -> UnitSearch.Page {
            try node.archive.read { try UnitSearch.search(["page": number], sight: .centre, $0) }
        }
        let first = try page("1")
        #expect(first.total == UnitSearch.perPage + 6 && first.pages == 2 && first.units.count == UnitSearch.perPage)
        #expect(try page("2").units.count == 6 && page("3").units.isEmpty && page("-4").page == 1 && page("9223372036854775807").units.isEmpty)
    }
}
