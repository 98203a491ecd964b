import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// What the duplicate check says is a function of the pupils that are there, not of the way in which they came.
@Suite struct DuplicateOrderTests {
    private typealias C = SmallCountry

    /// A pupil by a name of the test's own (班内学号), which takes no part in the check.
    struct Pupil {
        let tag: String
        let school: Unit
        let row: [StudentField: RawCell]
        /// Deleted again before the end.
        var isGhost = false
    }

    /// What is known at the end: each live pupil's problems, and its peers by their names.
    typealias Picture = [String: [String]]

    private static let schools = [C.tianheFirst, C.haizhuFirst, C.yueluFirst]
    private static let noID: [StudentField: String] = [.idType: "其他", .idNumber: ""]

    /// Doubles of each kind, inside a school and across schools and provinces, and pupils that are nobody's double.
    private static func pupils() -> [Pupil] {
        var pupils: [Pupil] = []
        func add(_ number: Int, _ school: Int, _ changes: [StudentField: String] = [:], isGhost: Bool = false) {
            let tag = "p\(pupils.count)"
            let row = C.row(number, "2022101", at: schools[school], changes.merging([.numberInClass: tag]) { $1 })
            pupils.append(Pupil(tag: tag, school: schools[school], row: row, isGhost: isGhost))
        }
        for number in 1...12 { add(number, number % 3) }
        // The same number: twice in a school, across counties, three times across provinces, with small x and blanks.
        add(20, 0); add(20, 0, [.name: "李四光"]); add(21, 0); add(21, 1); add(22, 0); add(22, 1, [.name: "钱学森"]); add(22, 2)
        add(23, 1, [.idNumber: "440106201603050a6x"]); add(23, 2, [.idNumber: "440106201603050A6X"])
        // The same three items without number, and against one with a number.
        add(30, 0, noID); add(30, 1, noID); add(30, 2, noID); add(30, 2)
        add(31, 1, noID); add(31, 2, [.idType: "护照", .idNumber: "E31"])
        add(32, 0, noID); add(32, 1)
        // Same name only; wrong numbers alone and in a pair.
        add(33, 0, noID); add(33, 2, noID.merging([.birthDate: "20160306"]) { $1 })
        add(34, 0, [.idNumber: "440106201603050699"]); add(35, 1, [.idNumber: "44010620160305"]); add(36, 2, [.idNumber: "44010620160305"])
        // Who comes and goes: doubles of a live pupil, of a group, of each other.
        add(1, 2, isGhost: true); add(20, 2, [.name: "华罗庚"], isGhost: true); add(30, 0, noID, isGhost: true)
        add(40, 0, isGhost: true); add(40, 1, isGhost: true); add(41, 0); add(41, 2, isGhost: true)
        return pupils
    }

    /// Lets the pupils come in the order given, in so many portions, with what must not matter in between.
    private func run(_ pupils: [Pupil], portions: Int, seed: UInt64, disturbed: Bool) throws -> (SmallCountry, Picture) {
        let country = try C(seed: seed)
        for school in Self.schools { _ = try country.newClass(at: school) }
        let size = (pupils.count + portions - 1) / portions
        for start in stride(from: 0, to: pupils.count, by: size) {
            let portion = pupils[start..<min(start + size, pupils.count)]
            for school in Self.schools {
                let rows = portion.filter { $0.school.code == school.code }.map(\.row)
                guard !rows.isEmpty else { continue }
                let report = try country.importRows(rows, at: school, settling: !disturbed || start % 2 == 0)
                #expect(report.failed == 0 && report.accepted == rows.count)
                if disturbed { #expect(try country.importRows(rows, at: school).already == rows.count) }
            }
            if disturbed {
                try bury(portion.filter(\.isGhost), country)
                try replay(country)
            }
        }
        try country.node.settle()
        if !disturbed { try bury(pupils.filter(\.isGhost), country) }
        try country.node.settle()
        return (country, try picture(country.node))
    }

    /// Deletes the pupils with these tags, once they are there.
    private func bury(_ ghosts: [Pupil], _ country: SmallCountry) throws {
        let tags = Set(ghosts.map(\.tag))
        // Of doubles that go at once one stays at first, and goes when it is alone.
        for _ in 0..<4 {
            for (id, dossier) in try live(country.node) where tags.contains(dossier.record[.numberInClass] ?? "") {
                _ = try country.node.call("students.delete", as: dossier.home, ["dossier": id.description])
            }
            try country.node.settle()
        }
    }

    /// The neighbour sends everything again.
    private func replay(_ country: SmallCountry) throws {
        let envelopes = try country.node.envelopes(for: .centre)
        try country.node.archive.write { transaction in
            for bytes in envelopes {
                let answer = try transaction.accept(bytes, from: .child("440000")).0
                #expect(answer == .known)
            }
        }
    }

    private func live(_ node: TestNode) throws -> [DossierID: Dossier] {
        try node.archive.read { reading in
            let ids = try Data.fetchAll(reading.database, sql: "SELECT id FROM dossier WHERE state <> 'deleted'")
            var found: [DossierID: Dossier] = [:]
            for id in ids.compactMap({ DossierID($0) }) { found[id] = try DossierShelf(reading).dossier(id) }
            return found
        }
    }

    private func picture(_ node: TestNode) throws -> Picture {
        let dossiers = try live(node)
        let tags = dossiers.compactMapValues { $0.record[.numberInClass] }
        var picture: Picture = [:]
        for (id, dossier) in dossiers {
            let verdict = dossier.verdicts.first { $0.by == .centre }
            let peers = (verdict?.peers ?? []).map { "\($0.problem):\(tags[$0.dossier] ?? "nobody")@\($0.schoolName)" }
            picture[tags[id] ?? "?"] = [dossier.state.rawValue] + dossier.problems + (verdict?.problems ?? ["unjudged"]) + peers.sorted()
        }
        return picture
    }

    /// What the slow and obvious check says about those who stay.
    private func oracle() -> [String: Set<String>] {
        let living = Self.pupils().filter { !$0.isGhost }
        let records = living.map { ($0.tag, KeyFields(RowReader.read(RawRow($0.row)).record)) }
        return DuplicateOracle.verdicts(for: records).mapValues { problems in
            Set(problems.flatMap { problem in problem.peers.isEmpty ? [problem.kind.rawValue] : problem.peers.map { "\(problem.kind.rawValue):\($0)" } })
        }
    }

    private func shuffled(_ pupils: [Pupil], seed: UInt64) -> [Pupil] {
        pupils.enumerated().sorted { one, other in
            let order = { (index: Int) in Hashing.sha256(Array("\(seed):\(index)".utf8)).bytes }
            return order(one.offset).lexicographicallyPrecedes(order(other.offset))
        }.map(\.element)
    }

    @Test func theStraightWayAgreesWithTheOracle() throws {
        let (_, picture) = try run(Self.pupils(), portions: 1, seed: 1, disturbed: false)
        let expected = oracle()
        #expect(Set(picture.keys) == Set(Self.pupils().filter { !$0.isGhost }.map(\.tag)))
        for (tag, told) in picture {
            let found = Set(told.dropFirst().compactMap { item -> String? in
                if item == "id_bad" { return item }
                return item.contains("@") ? String(item.prefix { $0 != "@" }) : nil
            })
            #expect(found == expected[tag] ?? [], "\(tag)")
        }
    }

    @Test(arguments: [(UInt64(2), 1), (3, 4), (4, 9), (5, 49)])
    func shuffledSplitReplayedAndWithDeletionsInBetweenItIsTheSame(seed: UInt64, portions: Int) throws {
        let (_, straight) = try run(Self.pupils(), portions: 1, seed: 1, disturbed: false)
        let (_, other) = try run(shuffled(Self.pupils(), seed: seed), portions: portions, seed: seed, disturbed: true)
        #expect(other == straight)
    }

    /// A province's node gets the same envelopes, each twice, streams interleaved at random: it knows the same.
    @Test(arguments: [UInt64(7), 8]) func aNodeThatGetsTheEnvelopesInAnotherOrderKnowsTheSame(seed: UInt64) throws {
        let (country, picture) = try run(Self.pupils(), portions: 3, seed: seed, disturbed: false)
        let reader = try country.node.reader(seed: seed + 100, of: C.guangdong.code)
        var waiting = try country.node.envelopes(for: C.guangdong.code)
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
                    let second = try transaction.accept(bytes, from: .parent).0
                    if first == .stored { #expect(second == .known) }
                    return first != .stored && first != .known
                }
            }
            try reader.settle()
        }
        #expect(waiting.isEmpty)
        let own = try picture.filter { tag, _ in
            let pupil = try #require(Self.pupils().first { $0.tag == tag })
            return pupil.school.code != C.yueluFirst.code
        }
        let read = try live(reader)
        #expect(Set(read.values.compactMap { $0.record[.numberInClass] }) == Set(own.keys))
        for dossier in read.values {
            let told = try #require(own[dossier.record[.numberInClass] ?? ""])
            let verdict = dossier.verdicts.first { $0.by == .centre }
            #expect([dossier.state.rawValue] + dossier.problems + (verdict?.problems ?? []) == Array(told.filter { !$0.contains("@") }))
            #expect(verdict?.peers.count == told.count { $0.contains("@") })
        }
        let digests = try [country.node, reader].map { node in
            try node.archive.read { try RegistryDigest.digest(of: C.guangdong.code, $0) }
        }
        #expect(digests[0] == digests[1])
    }
}
