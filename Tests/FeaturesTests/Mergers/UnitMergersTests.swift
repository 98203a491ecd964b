@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

@Suite struct UnitMergersTests {
    private typealias C = MergerCountry

    @Test func `every pupil at rest goes over as he stands, with his number, and the school is closed`() throws {
        let node = try C.node(seed: 301)
        let entered = try C.pupil(node, [.enter])
        let reviewed = try C.pupil(node, [.enter, .review], name: "李强")
        let returned = try C.pupil(node, [.enter, .review, .submit, .sendBack], name: "王芳")
        let enrolled = try C.pupil(node, [.enter, .review, .submit, .approve], name: "赵敏")
        let deleted = try C.pupil(node, [.enter, .delete], name: "陈静")
        try node.settle()
        let number = try #require(try C.dossier(enrolled, node).number)
        try C.merge(node)
        #expect(try node.call("units.mergers", as: C.county.code).contains("\"waiting\":4"))
        try node.settle()
        #expect(try node.call("units.mergers", as: C.county.code).contains("\"waiting\":0"))
        for (id, stand) in [(entered, Stand.entered), (reviewed, .reviewed), (returned, .returned), (enrolled, .enrolled)] {
            let dossier = try C.dossier(id, node)
            #expect(dossier.home == C.target && dossier.holder == C.target && dossier.stand == stand)
            #expect(dossier.record.classCode.isEmpty && dossier.record.schoolCode == C.target.text && dossier.void.isEmpty)
        }
        #expect(try C.dossier(enrolled, node).number == number)
        #expect(try C.dossier(deleted, node).home == C.source)
        try node.archive.read { reading in
            #expect(reading.directory.unit(C.source)?.isClosed == true && reading.directory.unit(C.source)?.version == 2)
            let target = try reading.merger(of: C.source)?.merger.target
            let left = try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM errand WHERE office = 'handOver'")
            #expect(target == C.target && left == 0)
        }
    }

    @Test func `each hand-over is written once for either home, under one act`() throws {
        let node = try C.node(seed: 302)
        _ = try C.pupil(node, [.enter])
        try C.merge(node)
        try node.settle()
        var acts: [Audience: [ActID]] = [:]
        try node.archive.read { reading in
            try Journal.forEach(after: 0, in: reading.database) { stored in
                for case let entry? in try Envelope(bytes: stored.bytes).entries() where entry.kind == EntryKind.handOver.rawValue {
                    #expect(stored.stream.unit == C.county.code)
                    acts[stored.stream.audience, default: []].append(entry.act)
                }
                return true
            }
        }
        #expect(acts.keys.map(\.text).sorted() == ["unit:2144000001", "unit:2144000002"])
        #expect(acts[.unit(C.source)] == acts[.unit(C.target)] && acts[.unit(C.source)]?.count == 1)
    }

    @Test func `while cases are open it is refused with the list`() throws {
        let node = try C.node(seed: 303)
        _ = try C.pupil(node, [.enter])
        let open = try C.pupil(node, [.enter, .review, .submit], name: "李强")
        let refusal = try #require(C.refusal { try C.merge(node) })
        #expect(refusal.code == "units.merge.openCases" && refusal.question == "Q112")
        #expect(refusal.cases == [.init(dossier: open.description, state: "submitted", holder: "440106")])
        #expect(refusal.message.contains("已上报 1 件（在天河区教育局）"))
        #expect(ProblemDetails(refusal).cases == refusal.cases)
        #expect(try node.archive.read { $0.directory.unit(C.source)?.isClosed } == false)
        try node.archive.write { try C.take(.sendBack, open, in: $0) }
        try C.merge(node)
        try node.settle()
        #expect(try C.dossier(open, node).home == C.target)
    }

    @Test func `other authorities, other targets and a second time are refused with the reason`() throws {
        let node = try C.node(seed: 304)
        #expect(C.refusal { try C.merge(node, into: C.source) }?.code == "units.merge.same")
        #expect(C.refusal { try C.merge(node, into: "2144009999") }?.code == "units.target")
        #expect(C.refusal { try C.merge(node, into: "440105") }?.code == "units.target")
        #expect(C.refusal { try C.merge(node, "2144009999") }?.code == "units.missing")
        #expect(C.refusal { try C.merge(node, by: "440100") }?.code == "units.merge.right")
        #expect(C.refusal { try C.merge(node, into: C.far) }?.code == "units.merge.right")
        #expect(C.refusal { try C.merge(node, by: C.source) }?.code == "units.merge.right")
        try node.archive.write { transaction in
            var junior = C.school("2144000004", "天河初中", "440106")
            junior.stages = [.junior]
            try transaction.append(.unit, Payload.encode(junior), as: .centre, to: .everyone)
        }
        let stages = C.refusal { try C.merge(node, into: "2144000004") }
        #expect(stages?.code == "units.merge.stages" && stages?.message.contains("小学") == true)
        try C.merge(node, by: "440100", into: C.far)
        let again = C.refusal { try C.merge(node) }
        #expect(again?.code == "school.closed" && again?.message.contains("并入“海珠第一小学”") == true)
        #expect(C.refusal { try C.merge(node, C.target, into: C.source) }?.code == "units.target")
    }

    @Test func `an authority that takes in no feed closes a school and changes nothing else`() throws {
        let node = try C.node(seed: 305)
        var renamed = C.school(C.source, "别的名字", "440106")
        (renamed.version, renamed.isClosed) = (2, true)
        #expect(throws: StoreError.self) {
            _ = try node.archive.write { try $0.append(.unit, Payload.encode(renamed), as: C.county.code, to: .subtree(C.county.code)) }
        }
        let forged = UnitMerger(source: C.source, target: C.far, version: 1, targetVersion: 1, at: 0)
        #expect(throws: StoreError.self) {
            _ = try node.archive.write { try $0.append(.merger, Payload.encode(forged), as: "440100", to: .subtree("440100")) }
        }
    }

    @Test func `the accounts of a closed school that was hosted here end`() throws {
        let node = try AccountTestNode(seed: 307)
        let (_, password) = try AccountShelf.oneTimePassword(node.clock.surroundings)
        let left = try node.archive.write { transaction in
            for unit in C.units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            try transaction.keepSecret(transaction.surroundings.statementKey(), of: "440106", incarnation: transaction.surroundings.incarnation())
            for unit in [C.source, C.target] { try AccountShelf.putAdministrator(of: unit, password, in: transaction) }
            _ = try UnitMergers.merge(C.source, into: C.target, by: "440106", in: transaction)
            try UnitMergers.follow(in: transaction)
            return try String.fetchAll(transaction.database, sql: "SELECT unit FROM account ORDER BY unit")
        }
        #expect(left == ["000000", C.target.text])
    }

    @Test func `the closed school can do nothing any more`() throws {
        let node = try C.node(seed: 306)
        try C.merge(node)
        let refused = C.refusal {
            _ = try node.call("classes.add", as: C.source, body: "{\"stage\":\"primary\",\"year\":2022,\"count\":1,\"attached\":false}")
        }
        #expect(refused?.code == "school.closed" && refused?.message.contains("并入“天河第二小学”") == true)
        #expect(throws: StoreError.self) { _ = try C.pupil(node, [.enter]) }
    }
}
