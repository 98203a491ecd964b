import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct DirectoryProjectionTests {
    private static let target: UnitCode = "440107"

    /// A school that is given from its county to another one while the former enrols a key for it.
    private struct Move {
        let pair: Pair
        let former, present: StatementKey
        /// Keys of the school: at its former county, whose disk was lost, and at its new one.
        let late = StatementKey(seed: [UInt8](repeating: 41, count: 32))!
        let fresh = StatementKey(seed: [UInt8](repeating: 42, count: 32))!

        init() throws {
            pair = try Pair()
            former = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
            present = try #require(StatementKey(seed: [UInt8](repeating: 7, count: 32)))
            let key = present.publicKey
            try pair.centre.archive.write { transaction in
                let county = Unit(code: target, name: "黄埔区", tier: .county, competent: .centre)
                try transaction.append(.unit, Payload.encode(county), as: .centre, to: .everyone)
                let enrolment = KeyEnrolment(unit: target, publicKey: key, issuer: .centre, generation: 1, node: target)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(target))
            }
        }

        func give() throws {
            var school = Bench.units[1]
            school.competent = target
            school.version = 2
            try pair.centre.archive.write { _ = try $0.append(.unit, Payload.encode(school), as: .centre, to: .everyone) }
        }

        /// An enrolment in a stream of its own.
        func enrolment(_ key: StatementKey, generation: Int, topology: Int, by issuer: UnitCode, _ signer: StatementKey) throws -> [UInt8] {
            let said = KeyEnrolment(
                unit: Bench.school, publicKey: key.publicKey, issuer: issuer, generation: generation, node: issuer, topology: topology)
            let act = try #require(ActID(Hashing.sha256(key.publicKey.bytes).bytes.prefix(16)))
            let stream = StreamID(
                unit: issuer, incarnation: try #require(Incarnation(key.publicKey.bytes.prefix(8))), audience: .subtree(Bench.school))
            return try Envelope.seal([Entry(act: act, kind: .key, payload: Payload.encode(said))], stream: stream, after: nil, key: signer).bytes
        }

        func byFormer(generation: Int = 2, topology: Int = 1) throws {
            let bytes = try enrolment(late, generation: generation, topology: topology, by: Bench.county, former)
            try pair.centre.take([bytes], from: .child(Bench.county))
        }

        func byPresent() throws {
            let bytes = try enrolment(fresh, generation: 2, topology: 2, by: target, present)
            try pair.centre.take([bytes], from: .child(target))
        }

        func knows(_ key: StatementKey) throws -> Bool {
            try pair.centre.archive.read { try $0.directory.key(of: Bench.school, id: key.publicKey.id) != nil }
        }

        func active() throws -> StatementPublicKey? { try pair.centre.archive.read { try $0.directory.activeKey(of: Bench.school)?.key } }
    }

    @Test func `a key enrolled before its authority knew of a move counts, in whatever order it comes, and is not the active one`() throws {
        let orders: [[(Move) throws -> Void]] = [
            [{ try $0.byFormer() }, { try $0.give() }, { try $0.byPresent() }],
            [{ try $0.give() }, { try $0.byFormer() }, { try $0.byPresent() }],
            [{ try $0.give() }, { try $0.byPresent() }, { try $0.byFormer() }],
            // The record that it names is still on its way: it is not stored, and comes again.
            [{ try $0.byPresent() }, { try $0.give() }, { try $0.byFormer() }, { try $0.byPresent() }],
            // However high a number the former one gives.
            [{ try $0.give() }, { try $0.byPresent() }, { try $0.byFormer(generation: 9) }],
        ]
        for (number, order) in orders.enumerated() {
            let move = try Move()
            for act in order { try act(move) }
            #expect(try move.knows(move.late) && move.knows(move.fresh), "order \(number)")
            #expect(try move.active() == move.fresh.publicKey, "order \(number)")
            #expect(try move.pair.centre.count("parked") == 0)
        }
    }

    @Test func `what the school wrote under that key is taken from its former authority`() throws {
        let move = try Move()
        try move.give()
        try move.byPresent()
        let step = Step(
            hash: Hashing.sha256([0]), dossier: try #require(DossierID([UInt8](repeating: 3, count: 16))), previous: nil, kind: .enter,
            by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "王芳"]))
        let written = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 2, count: 16))), kind: .step, payload: Payload.encode(step))],
            stream: StreamID(unit: Bench.school, incarnation: try #require(Incarnation([UInt8](repeating: 2, count: 8))), audience: .up),
            after: nil, key: move.late)
        #expect(try move.pair.centre.take([written.bytes], from: .child(Bench.county)) == [.refused(.unknownKey)])
        try move.byFormer()
        #expect(try move.pair.centre.take([written.bytes], from: .child(Bench.county)) == [.stored])
        #expect(try move.pair.centre.count("dossier") == 1)
    }

    @Test func `an authority that the school has left enrols nothing by its newer record`() throws {
        let move = try Move()
        try move.give()
        try move.byFormer(topology: 2)
        #expect(try !move.knows(move.late) && move.pair.centre.count("void") == 1)
    }

    @Test func `a revocation of the present key ends keys by older records as well`() throws {
        let move = try Move()
        try move.give()
        try move.byFormer(generation: 9)
        try move.byPresent()
        _ = try move.pair.centre.archive.write { try $0.revoke(Bench.school, by: .centre, since: nil, reason: "失窃") }
        let stream = StreamID(unit: Bench.school, incarnation: try #require(Incarnation([UInt8](repeating: 2, count: 8))), audience: .up)
        for key in [move.late, move.fresh] {
            let last = try move.pair.centre.archive.read { try $0.directory.lastGood(of: stream, keyID: key.publicKey.id) }
            #expect(last?.sequence == 0)
        }
    }

    @Test func `a record between two others that comes last decides what was done by it`() throws {
        let pair = try Pair()
        let (other, third): (UnitCode, UnitCode) = ("440107", "440108")
        func record(_ version: Int, under competent: UnitCode) -> [UInt8] {
            var school = Bench.units[1]
            (school.competent, school.version) = (competent, version)
            return Payload.encode(school)
        }
        let id = try pair.centre.archive.write { transaction in
            for county in [other, third] {
                let unit = Unit(code: county, name: "区教育局", tier: .county, competent: .centre)
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            for unit in [Bench.school, other] {
                let key = transaction.surroundings.statementKey()
                let enrolment = KeyEnrolment(unit: unit, publicKey: key.publicKey, issuer: .centre, generation: 2, node: .centre)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit))
                try transaction.keepSecret(key, of: unit, incarnation: transaction.surroundings.incarnation())
            }
            try transaction.append(.unit, record(3, under: third), as: .centre, to: .everyone)
            let id = transaction.surroundings.dossier()
            var previous: Digest?
            let run: [(StepKind, UnitCode, UnitCode)] = [
                (.enter, Bench.school, Bench.school), (.review, Bench.school, Bench.school), (.submit, Bench.school, other), (.sendBack, other, Bench.school),
            ]
            for (kind, by, next) in run {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: id, previous: previous, kind: kind, by: by, nextHolder: next, topology: 2, at: 0,
                    record: kind == .enter ? StudentRecord([.name: "张伟", .birthDate: "20160305", .idType: "Z"]) : nil,
                    reason: kind == .sendBack ? "请核对" : nil)
                let payload = Payload.encode(step)
                try transaction.append(.step, payload, as: by, to: by == Bench.school ? .up : .unit(Bench.school))
                previous = Payload.stepHash(payload)
            }
            return id
        }
        func stand() throws -> Stand? { try pair.centre.archive.read { try DossierShelf($0).dossier(id)?.stand } }
        func shown() throws -> String? { try pair.centre.archive.read { try String.fetchOne($0.database, sql: "SELECT state FROM dossier") } }
        #expect(try stand() == .reviewed)
        let before = try shown()
        try pair.centre.archive.write { _ = try $0.append(.unit, record(2, under: other), as: .centre, to: .everyone) }
        #expect(try stand() == .returned)
        #expect(try shown() != before)
    }

    @Test func `what was said to a part of the tree alone is known as such until it is said to everyone`() throws {
        let pair = try Pair()
        var closed = Bench.units[1]
        (closed.isClosed, closed.version) = (true, 2)
        let payload = Payload.encode(closed)
        func partial() throws -> [Unit] { try pair.centre.archive.read { try $0.partialRecords() } }
        #expect(try partial().isEmpty)
        try pair.centre.archive.write { _ = try $0.append(.unit, payload, as: .centre, to: .subtree(Bench.county)) }
        #expect(try partial() == [closed])
        for _ in 0..<2 { try pair.centre.archive.write { _ = try $0.append(.unit, payload, as: .centre, to: .everyone) } }
        try pair.centre.archive.write { _ = try $0.append(.unit, payload, as: .centre, to: .unit(Bench.school)) }
        #expect(try partial().isEmpty)
    }

    @Test func `a province takes nobody's school: not with the version that it has, nor the next, nor by a code of another province`() throws {
        let pair = try Pair()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 65, count: 32)))
        let (province, county): (UnitCode, UnitCode) = ("650000", "650102")
        try pair.centre.archive.write { transaction in
            for unit in [
                Unit(code: province, name: "新疆", tier: .province, competent: .centre), Unit(code: county, name: "天山区", tier: .county, competent: province),
            ] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            let enrolment = KeyEnrolment(unit: province, publicKey: key.publicKey, issuer: .centre, generation: 1, node: province)
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(province))
        }
        func school(_ code: UnitCode, _ version: Int) -> Unit {
            Unit(code: code, name: "～学校", tier: .school, competent: county, kind: "211", stages: [.primary], version: version)
        }
        let records = [school(Bench.school, 1), school(Bench.school, 2), school("2144000099", 1), school("2165000001", 1)]
        let entries = try records.enumerated().map { place, unit in
            Entry(act: try #require(ActID([UInt8](repeating: UInt8(place), count: 16))), kind: .unit, payload: Payload.encode(unit))
        }
        let stream = StreamID(unit: province, incarnation: try #require(Incarnation([UInt8](repeating: 6, count: 8))), audience: .everyone)
        let envelope = try Envelope.seal(entries, stream: stream, after: nil, key: key)
        #expect(try pair.centre.take([envelope.bytes], from: .child(province)) == [.stored])
        try pair.centre.archive.read { reading in
            #expect(reading.directory.unit(Bench.school)?.competent == Bench.county)
            #expect(reading.directory.unit("2144000099") == nil && reading.directory.unit("2165000001")?.competent == county)
        }
        #expect(try pair.centre.count("void") == 3)
    }
}
