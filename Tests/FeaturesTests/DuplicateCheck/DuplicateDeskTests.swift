import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Features
@testable import Store

/// What comes from below is judged while it is taken in, where it concerns nobody else, and in the office's turn elsewhere.
@Suite struct DuplicateDeskTests {
    private typealias C = SmallCountry

    private struct Pupil: Hashable {
        var name: String
        var birth = "20160305"
        /// Empty: none.
        var number = ""
    }

    private struct Standing: Equatable {
        let state: String
        let problems: String
        let folded: Int
    }

    /// Stores first steps as what a neighbour brought, not applied yet.
    private func arrive(_ pupils: [Pupil], _ node: TestNode, at school: Unit = C.tianheFirst) throws -> [DossierID] {
        try node.archive.write { transaction in
            let stream = StreamID(unit: school.code, incarnation: try transaction.incarnation(of: school.code), audience: .up)
            return try pupils.map { pupil in
                let id = transaction.surroundings.dossier()
                let record = StudentRecord([
                    .name: pupil.name, .sex: "1", .birthDate: pupil.birth, .idType: pupil.number.isEmpty ? "Z" : "1", .idNumber: pupil.number,
                ])
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: id, previous: nil, kind: .enter, by: school.code, nextHolder: school.code, topology: 1,
                    at: transaction.now, record: record, keyDigest: Hashing.sha256(Array(KeyFields(record).canonicalText.utf8)))
                try transaction.append(
                    again: Entry(act: transaction.surroundings.act(), kind: .step, payload: Payload.encode(step)), of: stream)
                return id
            }
        }
    }

    private func standing(_ id: DossierID, _ node: TestNode) throws -> Standing? {
        try node.archive.read { reading in
            try Row.fetchOne(
                reading.database, sql: "SELECT state, problems, folded FROM dossier WHERE id = ?", arguments: [Data(id.bytes)]
            ).map { Standing(state: $0["state"], problems: $0["problems"], folded: $0["folded"]) }
        }
    }

    private func errands(_ node: TestNode) throws -> Int {
        try node.archive.read {
            try Int.fetchOne($0.database, sql: "SELECT count(*) FROM errand WHERE office = ?", arguments: [DuplicateDesk.office]) ?? 0
        }
    }

    @Test func `a new pupil who stands alone is judged while his row is written, once`() throws {
        let node = try C().node
        let ids = try arrive([Pupil(name: "张伟"), Pupil(name: "李娜", number: "440106201603050699")], node)
        _ = try node.archive.write { try $0.applyStored() }
        #expect(try standing(ids[0], node) == Standing(state: "clean", problems: "", folded: 1))
        #expect(try standing(ids[1], node) == Standing(state: "problem", problems: DuplicateKind.idInvalid.rawValue, folded: 1))
        #expect(try errands(node) == 0)
        #expect(try StoredVerdicts.count(node) == 2)
    }

    @Test func `nobody is judged at once where the province has switched the instant check off`() throws {
        let country = try C()
        try country.set("duplicates.instant", "off", as: C.guangdong)
        let ids = try arrive([Pupil(name: "张伟")], country.node)
        try country.node.settle()
        #expect(try standing(ids[0], country.node)?.state == "unchecked")
        country.node.clock.advance(DuplicateDesk.queuedSeconds)
        try country.node.settle()
        #expect(try standing(ids[0], country.node)?.state == "clean")
    }

    @Test func `offices say nothing where tables are only rebuilt`() throws {
        let node = try C().node
        let ids = try arrive([Pupil(name: "张伟")], node)
        _ = try node.archive.write { try $0.applyStored(withOffices: false) }
        #expect(try standing(ids[0], node)?.state == "unchecked")
        #expect(try StoredVerdicts.count(node) == 0)
        try node.settle()
        #expect(try standing(ids[0], node)?.state == "clean")
    }

    @Test(arguments: [1 as UInt64, 2, 3, 4]) func `in whatever portions they come, each has the problems that the index in memory tells`(_ seed: UInt64) throws {
        let node = try C(seed: seed).node
        var state = seed
        func pick(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        let numbers = ["", "", "440106201603050", "44010620160305001X", "440106201603050699", "110101201603050033"]
        let pupils = (0..<60).map { place in
            place % 9 == 0 ? Pupil(name: "孤\(place)") : Pupil(name: ["张伟", "李娜", "王芳", "赵敏", "钱进"][pick(5)], birth: ["20160305", "20160306", "20160307"][pick(3)], number: numbers[pick(numbers.count)])
        }
        var oracle = InMemoryDuplicateIndex<DossierID>()
        var start = 0, all: [DossierID] = []
        while start < pupils.count {
            let end = min(start + 1 + pick(9), pupils.count)
            let ids = try arrive(Array(pupils[start..<end]), node, at: [C.tianheFirst, C.haizhuFirst, C.yueluFirst][pick(3)])
            for (id, pupil) in zip(ids, pupils[start..<end]) {
                let type = pupil.number.isEmpty ? "Z" : "1"
                _ = oracle.insert(id, KeyFields(name: pupil.name, sex: "1", birthDate: pupil.birth, idType: type, idNumber: pupil.number))
            }
            all += ids
            start = end
            _ = try node.archive.write { try $0.applyStored() }
        }
        try node.settle()
        let told = try node.archive.write { transaction in
            try all.map { id in
                let verdict = try #require(try transaction.dossier(id)?.verdicts.first { $0.by == .centre })
                return (verdict.problems, Set(verdict.peers.map(\.dossier)))
            }
        }
        for (id, told) in zip(all, told) {
            let problems = oracle.problems(of: id)
            #expect(told.0 == Set(problems.map(\.kind.rawValue)).sorted())
            #expect(told.1 == Set(problems.flatMap(\.peers)))
        }
        #expect(all.contains { !oracle.problems(of: $0).isEmpty } && all.contains { oracle.problems(of: $0).isEmpty })
        #expect(try errands(node) == 0)
    }
}

private enum StoredVerdicts {
    static func count(_ node: TestNode) throws -> Int {
        try node.archive.read {
            try Int.fetchOne($0.database, sql: "SELECT count(*) FROM word WHERE kind = ?", arguments: [Int64(EntryKind.verdict.rawValue)]) ?? 0
        }
    }
}
