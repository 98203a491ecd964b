@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

@Suite struct UnitMovesTests {
    private static let units = [
        Unit(code: "440000", name: "广东省教育厅", tier: .province, competent: .centre),
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000"),
        Unit(code: "440105", name: "海珠区教育局", tier: .county, competent: "440100"),
        Unit(code: "440106", name: "天河区教育局", tier: .county, competent: "440100"),
        Unit(code: "440305", name: "南山区教育局", tier: .county, competent: "440000"),
        Unit(
            code: "2144000001", name: "天河第一小学", tier: .school, competent: "440106", territorial: "440106", kind: "211",
            stages: [.primary], years: [.primary: 6], owner: "831", urban: "111"),
    ]

    private func node() throws -> TestNode {
        let node = try TestNode(seed: 77)
        try node.becomeCentre(hosting: Self.units)
        return node
    }

    private func move(_ node: TestNode, to target: UnitCode, by mover: UnitCode, _ school: UnitCode = "2144000001") throws -> UnitMoves.Moved {
        try node.archive.write { try UnitMoves.move(school, to: target, territorial: nil, by: mover, in: $0) }
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return (error as? Refusal)?.code }
        return nil
    }

    @Test func `the lowest common authority gives a school to another county, with the keys of its former path`() throws {
        let node = try node()
        let moved = try move(node, to: "440105", by: "440100")
        #expect(moved.from == "440106" && moved.to == "440105" && moved.version == 2 && moved.pens == 0)
        try node.archive.read { reading in
            #expect(reading.directory.unit("2144000001")?.competent == "440105")
            #expect(reading.directory.unit("2144000001")?.territorial == "440106")
            #expect(reading.directory.unit("2144000001", version: 1)?.competent == "440106")
            #expect(reading.directory.unit("2144000001", version: 3) == nil)
            #expect(try reading.move(of: "2144000001")?.from == "440106")
            var welcomed: Set<UnitCode> = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                guard stored.stream.unit == "440100", stored.stream.audience == .subtree("2144000001") else { return true }
                for entry in try Envelope(bytes: stored.bytes).entries() {
                    if let entry, let key = Payload.key(entry.payload) { welcomed.insert(key.unit) }
                }
                return true
            }
            #expect(welcomed == ["2144000001", "440106"])
        }
    }

    /// Two authorities gave one school away, and neither knew of the other.
    @Test(arguments: [false, true]) func `of two moves by records of one version only that counts whose record does`(isTheWinnerFirst: Bool) throws {
        let node = try node()
        let (winner, loser): ((UnitCode, UnitCode), (UnitCode, UnitCode)) = (("440000", "440305"), ("440100", "440105"))
        for (mover, target) in isTheWinnerFirst ? [winner, loser] : [loser, winner] {
            var record = Self.units[5]
            (record.competent, record.version) = (target, 2)
            let move = UnitMove(unit: record.code, from: "440106", to: target, version: 2, address: "", at: 0)
            _ = try node.archive.write { transaction in
                try transaction.append(.unit, Payload.encode(record), as: mover, to: .subtree(mover))
                try transaction.append(.move, Payload.encode(move), as: mover, to: .subtree(mover))
            }
        }
        let (competent, target) = try node.archive.read { ($0.directory.unit("2144000001")?.competent, try $0.move(of: "2144000001")?.to) }
        #expect(competent == "440305" && target == "440305")
    }

    @Test func `anybody else, another target and a second time are refused with the reason`() throws {
        let node = try node()
        #expect(refusal { _ = try move(node, to: "440105", by: "440106") } == "units.move.right")
        #expect(refusal { _ = try move(node, to: "440105", by: "440000") } == "units.move.right")
        #expect(refusal { _ = try move(node, to: "440305", by: "440100") } == "units.move.right")
        #expect(refusal { _ = try move(node, to: "440106", by: "440100") } == "units.same")
        #expect(refusal { _ = try move(node, to: "999999", by: "440100") } == "units.target")
        #expect(refusal { _ = try move(node, to: "440105", by: "440100", "2144009999") } == "units.missing")
        #expect(refusal { _ = try move(node, to: "440105", by: "440000", "440106") } == "units.move")
        #expect(try move(node, to: "440305", by: "440000").version == 2)
        #expect(try move(node, to: "440106", by: "440000").version == 3)
    }

    @Test func `an authority that takes in no feed changes nothing of a record but whose it is`() throws {
        let node = try node()
        var renamed = Self.units[5]
        renamed.version = 2
        renamed.name = "别的名字"
        #expect(throws: StoreError.self) {
            _ = try node.archive.write { try $0.append(.unit, Payload.encode(renamed), as: "440100", to: .subtree("440100")) }
        }
        var taken = Self.units[5]
        taken.version = 2
        taken.competent = "440105"
        #expect(throws: StoreError.self) {
            _ = try node.archive.write { try $0.append(.unit, Payload.encode(taken), as: "440105", to: .subtree("440105")) }
        }
        #expect(try node.archive.read { $0.directory.unit("2144000001") } == Self.units[5])
    }

    @Test func `who hosts a school that has come without what it wrote takes in new pupils alone until that is here`() throws {
        for hasWritten in [false, true] {
            let node = try node()
            if hasWritten {
                try node.archive.write { transaction in
                    let step = Step(
                        hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter, by: "2144000001",
                        nextHolder: "2144000001", topology: 1, at: 0, record: StudentRecord([.name: "张伟", .birthDate: "20160305", .idType: "Z"]))
                    try transaction.append(.step, Payload.encode(step), as: "2144000001", to: .up)
                }
            }
            _ = try node.call("units.unhost", as: "440106", ["unit": "2144000001"])
            _ = try move(node, to: "440105", by: "440100")
            _ = try node.call("units.host", as: "440105", ["unit": "2144000001"])
            #expect(try node.archive.read { try $0.recoveringUnits() } == (hasWritten ? [] : ["2144000001"]))
        }
    }

    @Test func `a pupil who waits for the former authority waits for the new one`() throws {
        let node = try node()
        let id = try node.archive.write { transaction in
            let id = transaction.surroundings.dossier()
            var previous: Rules.Digest?
            for kind in [StepKind.enter, .review, .submit] {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: id, previous: previous, kind: kind, by: "2144000001",
                    nextHolder: kind == .submit ? "440106" : "2144000001", topology: 1, at: 0,
                    record: kind == .enter ? StudentRecord([.name: "张伟", .birthDate: "20160305", .idType: "Z"]) : nil)
                try transaction.append(.step, Payload.encode(step), as: "2144000001", to: .up)
                previous = try transaction.dossier(id)?.head
            }
            return id
        }
        #expect(try move(node, to: "440105", by: "440100").pens == 1)
        let row = try node.archive.read { try String.fetchOne($0.database, sql: "SELECT holder FROM dossier") }
        #expect(row == "440105")
        #expect(try node.archive.read { try DossierShelf($0).dossier(id)?.state } == .submitted)
        let seen = try node.archive.read { reading in
            try ["440105", "440106"].map { try StudentList.page(StudentList.Filter(), sight: $0, today: CalendarDate(secondsSince1970: 0), reading).total }
        }
        #expect(seen == [1, 0])
    }

    @Test func `an address that was said under a clock of 2090 gives way to the next one, and each is said once`() throws {
        let node = try node()
        func say(_ address: String) throws -> Int {
            try node.archive.write { transaction in
                try transaction.setNodeText(HostingOperations.peerAddress, address)
                try UnitMoves.follow(in: transaction)
            }
            try node.archive.write { try UnitMoves.follow(in: $0) }
            return try node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM envelope") ?? 0 }
        }
        node.clock.advance(2_000_000_000)
        let first = try say("https://before:1")
        node.clock.advance(-2_000_000_000)
        #expect(try say("https://after:1") == first + 1)
        #expect(try node.archive.read { try $0.nodeAddress(of: .centre) } == "https://after:1")
    }
}
