@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Groups, cases and rulings follow from the set of facts: a node that gets them in any order, split and twice, shows the same.
@Suite struct ProblemRecordsJourneyTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)

    /// Evidence over two provinces, crossing rulings, deletions, a change and a key-data change, some of it ended and some not.
    private func history(seed: UInt64) throws -> ProblemCountry {
        let world = try ProblemCountry(seed: seed)
        let one = try world.enter(20, at: C.tianheFirst)
        let other = try world.enter(20, at: C.yueluFirst, [.name: "李四光"])
        try world.evidence(one, at: C.tianheFirst)
        for unit in [C.tianhe, C.guangzhou, C.guangdong] { _ = try world.step("forward", [one], as: unit) }
        try world.rule(one, other, .different, upheld: one, as: Self.centre)
        try world.change(other, [.idNumber: world.number(78)], at: C.yueluFirst)
        let sister = try world.enter(21, at: C.tianheFirst)
        let double = try world.enter(21, at: C.haizhuFirst)
        try world.requestDeletion(sister, at: C.tianheFirst, settling: false)
        try world.requestDeletion(double, at: C.haizhuFirst)
        let twins = try ["1", "2"].map { try world.enter(30, at: C.tianheFirst, ProblemCountry.withoutID.merging([.numberInClass: $0]) { $1 }) }
        try world.rule(twins[0], twins[1], .same, upheld: twins[0], as: C.guangzhou)
        let again = try ["1", "2"].map { try world.enter(31, at: C.haizhuFirst, ProblemCountry.withoutID.merging([.numberInClass: $0]) { $1 }) }
        try world.rule(again[0], again[1], .different, as: C.haizhu)
        _ = try world.enter(31, at: C.yueluFirst, ProblemCountry.withoutID)
        _ = try world.node.call("duplicates.ask", as: .centre, ["dossier": again[0]], body: #"{"text":"请补充材料"}"#)
        return world
    }

    private func dossiers(_ node: TestNode, of unit: UnitCode) throws -> [DossierID: Dossier] {
        try node.archive.read { reading in
            let ids = try Data.fetchAll(reading.database, sql: "SELECT id FROM dossier").compactMap { DossierID($0) }
            var found: [DossierID: Dossier] = [:]
            for id in ids {
                if let dossier = try DossierShelf(reading).dossier(id), reading.directory.contains(unit, dossier.home) { found[id] = dossier }
            }
            return found
        }
    }

    @Test(arguments: [UInt64(3), 4, 5]) func `a province that gets the envelopes in another order and twice knows the same`(seed: UInt64) throws {
        let world = try history(seed: seed)
        let reader = try world.node.reader(seed: seed + 100, of: C.guangdong.code)
        var waiting = try world.node.envelopes(for: C.guangdong.code)
        var round = 0
        while !waiting.isEmpty, round < 200 {
            round += 1
            let order = waiting.enumerated().sorted { one, other in
                let place = { (index: Int) in Hashing.sha256(Array("\(seed):\(round):\(index)".utf8)).bytes }
                return place(one.offset).lexicographicallyPrecedes(place(other.offset))
            }.map(\.element)
            waiting = try reader.archive.write { transaction in
                try order.filter { bytes in
                    let first = try transaction.accept(bytes, from: .parent).0
                    _ = try transaction.accept(bytes, from: .parent).0
                    return first != .stored && first != .known
                }
            }
            try reader.settle()
        }
        #expect(waiting.isEmpty)
        let (here, there) = (try dossiers(world.node, of: C.guangdong.code), try dossiers(reader, of: C.guangdong.code))
        #expect(here.count == 7 && here == there)
        #expect(here.values.contains { !$0.requests.isEmpty } && here.values.contains { $0.stand == .deleted && $0.chain.last?.kind == .deleteByRuling })
        let digests = try [world.node, reader].map { node in
            try node.archive.read { try RegistryDigest.digest(of: C.guangdong.code, $0) }
        }
        #expect(digests[0] == digests[1])
    }

    /// What the tables say follows from the journal alone.
    @Test func `tables built anew from the journal are the same`() throws {
        let world = try history(seed: 6)
        let path = world.node.folder + "/rebuilt"
        try world.node.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: world.node.archive, in: path)
            defer { rebuild.remove() }
            let now = try TableDigest.all(reading, of: world.node.archive)
            let anew = try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
            for table in ["step", "word", "dossier", "number"] { #expect(now[table] == anew[table], "\(table)") }
        }
    }
}
