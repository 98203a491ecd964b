@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// The desk's stored rows: what ends keeps its row, and the rows follow from the facts alone.
@Suite struct GroupRegisterTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)

    struct Group: Decodable {
        let group, kind, status: String
        let how, settledAt: String?
        let days: Int
        let members: [DuplicateOperationsTests.Member]
    }

    struct Page: Decodable { let total: Int; let groups: [Group] }

    private func list(_ world: ProblemCountry, as unit: UnitCode = .centre, _ filter: [String: String] = [:]) throws -> Page {
        try world.country.decode(world.node.call("duplicates.list", as: unit, filter))
    }

    private func figures(_ world: ProblemCountry, as unit: UnitCode = .centre) throws -> [Int] {
        let figures: DuplicateOperationsTests.Statistics = try world.country.decode(world.node.call("duplicates.statistics", as: unit))
        return [figures.open, figures.overdue, figures.decided] + figures.units.flatMap { [$0.open, $0.overdue, $0.decided] }
    }

    private func rows(_ reading: Reading, under unit: UnitCode = .centre) throws -> [String] {
        let below = "WITH RECURSIVE b (code) AS (VALUES ('\(unit)') UNION SELECT u.code FROM unit u JOIN b ON u.competent = b.code)"
        return try ["duplicate_group": "unit, grp", "duplicate_part": "unit, child, grp"].flatMap { table, order in
            try Row.fetchAll(reading.database, sql: "\(below) SELECT * FROM \(table) WHERE unit IN (SELECT code FROM b) ORDER BY \(order)")
                .map { "\($0)" }
        }.sorted()
    }

    @Test func `a group that a deletion ends stays in list and figures, with when and how`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst), other = try world.enter(20, at: C.haizhuFirst)
        #expect(try figures(world, as: C.guangzhou.code) == [1, 0, 0, 1, 0, 0, 1, 0, 0])
        world.node.clock.advance(5 * 86_400)
        try world.requestDeletion(other, at: C.haizhuFirst)
        #expect(try world.dossier(other).stand == .deleted && world.dossier(one).problems.isEmpty)
        let page = try list(world)
        #expect(page.total == 1 && page.groups.map(\.status) == ["decided"] && page.groups.map(\.how) == ["deleted"])
        #expect(page.groups.map(\.days) == [5] && page.groups[0].settledAt != nil && page.groups[0].members.count == 2)
        #expect(try figures(world, as: C.guangzhou.code) == [0, 0, 1, 0, 0, 1, 0, 0, 1])
        #expect(try list(world, ["status": "open"]).total == 0 && list(world, ["status": "decided"]).total == 1)
        let opened: DuplicateOperationsTests.Comparison = try world.country.decode(
            world.node.call("duplicates.open", as: .centre, ["group": page.groups[0].group]))
        #expect(opened.pairs.map(\.isOurs) == [false], "nothing is left to rule on")
        _ = try world.enter(20, at: C.yueluFirst)
        #expect(try list(world).groups.map(\.status) == ["open"], "another record opens it again")
    }

    private func list(_ world: ProblemCountry, _ filter: [String: String]) throws -> Page { try list(world, as: .centre, filter) }

    @Test func `a change and a ruling end groups, each by its name`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst), other = try world.enter(20, at: C.yueluFirst, [.name: "李四光"])
        try world.change(other, [.idNumber: world.number(78)], at: C.yueluFirst)
        for unit in [C.yuelu, C.changsha, C.hunan] { _ = try world.step("forward", [other], as: unit) }
        _ = try world.node.call("problems.approve", as: .centre, ["dossier": other])
        try world.node.settle()
        let twins = try ["1", "2"].map { try world.enter(30, at: C.tianheFirst, ProblemCountry.withoutID.merging([.numberInClass: $0]) { $1 }) }
        try world.rule(twins[0], twins[1], .same, upheld: twins[0], as: C.guangzhou)
        #expect(try list(world).groups.map(\.how) == ["changed", "ruled"])
        #expect(try Set(list(world).groups[0].members.map(\.dossier)) == Set([one, other]))
    }

    @Test func `a county's own view is its own row, and a school that moves takes its groups along`() throws {
        let world = try ProblemCountry()
        _ = try world.enter(20, at: C.tianheFirst)
        _ = try world.enter(20, at: C.haizhuFirst)
        #expect(try list(world, as: C.tianhe.code).total == 0 && list(world, as: C.guangzhou.code).total == 1)
        var school = C.haizhuFirst
        (school.competent, school.territorial, school.version) = (C.tianhe.code, C.tianhe.code, school.version + 1)
        try world.node.archive.write { _ = try $0.append(.unit, Payload.encode(school), as: .centre, to: .everyone) }
        #expect(try list(world, as: C.tianhe.code).total == 1 && list(world, as: C.haizhu.code).total == 0)
    }

    @Test func `pages follow one another without gap or double`() throws {
        let world = try ProblemCountry()
        for number in 1...5 {
            _ = try world.enter(number, at: C.tianheFirst)
            world.node.clock.advance(60)
            _ = try world.enter(number, at: C.yueluFirst)
        }
        let all = try list(world).groups.map(\.group)
        let paged = try (0..<5).flatMap { try list(world, ["limit": "1", "from": "\($0)"]).groups.map(\.group) }
        #expect(all.count == 5 && Set(all).count == 5 && paged == all)
    }

    /// Entries, changes, deletions and rulings as a seed has it.
    private func history(_ seed: UInt64) throws -> ProblemCountry {
        let world = try ProblemCountry(seed: seed)
        var chance = SeededChance(seed: seed, stream: 1, of: 0)
        let schools = [C.tianheFirst, C.haizhuFirst, C.yueluFirst]
        var entered: [(dossier: String, school: Unit)] = []
        for number in 0..<9 {
            world.node.clock.advance(Int64(chance.number(below: 100_000)))
            let school = schools[(number / 3 + number) % 3]
            let changes = number % 4 == 3 ? ProblemCountry.withoutID.merging([.numberInClass: "\(number)"]) { $1 } : [:]
            entered.append((try world.enter(40 + number % 3, at: school, changes), school))
        }
        for (dossier, school) in chance.shuffled(entered) {
            world.node.clock.advance(Int64(chance.number(below: 100_000)))
            let peers = try world.dossier(dossier).openPeers
            guard let peer = peers.first else { continue }
            switch chance.number(below: 3) {
            case 0: try world.requestDeletion(dossier, at: school)
            case 1: try world.rule(dossier, peer.dossier.description, .different, upheld: dossier, as: Self.centre)
            default: try world.rule(dossier, peer.dossier.description, .same, upheld: peer.dossier.description, as: Self.centre)
            }
        }
        return world
    }

    @Test(arguments: [UInt64(11), 12, 13]) func `any order, split and replay of the facts give the same rows`(seed: UInt64) throws {
        let world = try history(seed)
        let reader = try world.node.reader(seed: seed + 100, of: C.guangdong.code)
        var waiting = try world.node.envelopes(for: C.guangdong.code)
        var chance = SeededChance(seed: seed, stream: 2, of: 0)
        for _ in 0..<200 where !waiting.isEmpty {
            let order = chance.shuffled(waiting)
            waiting = []
            for part in stride(from: 0, to: order.count, by: 7).map({ order[$0..<min($0 + 7, order.count)] }) {
                waiting += try reader.archive.write { transaction in
                    try part.filter { bytes in
                        let first = try transaction.accept(bytes, from: .parent).0
                        _ = try transaction.accept(bytes, from: .parent).0
                        return first != .stored && first != .known
                    }
                }
                try reader.settle()
            }
        }
        let left = waiting.count
        #expect(left == 0)
        let expected = try world.node.archive.read { try rows($0, under: C.guangdong.code) }
        #expect(try !expected.isEmpty && expected == reader.archive.read { try rows($0) })
        try rebuilt(world.node)
        try rebuilt(reader)
    }

    private func rebuilt(_ node: TestNode) throws {
        try node.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: node.archive, in: node.folder + "/rebuilt")
            defer { rebuild.remove() }
            let now = try TableDigest.all(reading, of: node.archive)
            let anew = try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
            for (table, _) in GroupRegister().tables { #expect(now[table] == anew[table], "\(table)") }
        }
    }

    @Test func `a store without rows gets them from its dossiers`() throws {
        let world = try history(14)
        let before = try world.node.archive.read { try rows($0) }
        try world.node.archive.write { transaction in
            for (table, _) in GroupRegister().tables { try transaction.database.execute(sql: "DELETE FROM \(table)") }
            try transaction.database.execute(sql: "INSERT INTO errand (office, subject, at) SELECT 'groups', id, 0 FROM dossier")
        }
        try world.node.settle()
        #expect(try !before.isEmpty && before == world.node.archive.read { try rows($0) })
    }
}
