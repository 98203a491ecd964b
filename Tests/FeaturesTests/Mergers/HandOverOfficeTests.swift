@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Hand-overs where the schools have nodes of their own, which hold only what reaches them.
@Suite struct HandOverOfficeTests {
    private typealias C = MergerCountry

    /// The node of a school, on a disk of its own; the other one no longer speaks for it.
    private func ownNode(_ unit: UnitCode, of above: TestNode, seed: UInt64) throws -> TestNode {
        let node = try TestNode(seed: seed)
        let key = node.clock.surroundings.statementKey()
        try above.archive.write { transaction in
            let enrolment = KeyEnrolment(unit: unit, publicKey: key.publicKey, issuer: C.county.code, generation: 2, node: unit)
            try transaction.append(.key, Payload.encode(enrolment), as: C.county.code, to: .subtree(unit))
        }
        let root = try above.archive.read { try #require(try $0.directory.activeKey(of: .centre)?.key) }
        try node.archive.write { transaction in
            try transaction.setNodeText("unit", unit.text)
            try transaction.trustRoot(root)
            try transaction.keepSecret(key, of: unit, incarnation: transaction.surroundings.incarnation())
        }
        try down(above, to: node, unit)
        return node
    }

    /// What is addressed to a school or written by it comes down.
    private func down(_ above: TestNode, to node: TestNode, _ unit: UnitCode) throws {
        let envelopes = try above.archive.read { reading in
            var found: [[UInt8]] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                if stored.stream.unit == unit || stored.stream.audience.reaches(unit, in: reading.directory) { found.append(stored.bytes) }
                return true
            }
            return found
        }
        try give(envelopes, to: node, from: .parent)
    }

    private func up(_ unit: UnitCode, _ node: TestNode, to above: TestNode) throws {
        let envelopes = try node.archive.read { reading in
            var found: [[UInt8]] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                if stored.source.isEmpty { found.append(stored.bytes) }
                return true
            }
            return found
        }
        try give(envelopes, to: above, from: .child(unit))
    }

    /// Keys are applied before what they verify.
    private func give(_ envelopes: [[UInt8]], to node: TestNode, from neighbour: Neighbour) throws {
        for bytes in envelopes {
            let result = try node.archive.write { transaction in
                let result = try transaction.accept(bytes, from: neighbour).0
                if case .stored = result, neighbour == .parent { _ = try transaction.applyStored() }
                return result
            }
            if case .refused(let refusal) = result { Issue.record("refused: \(refusal)") }
        }
        try node.settle()
    }

    private func digest(_ unit: UnitCode, _ node: TestNode) throws -> String {
        try node.archive.read { try RegistryDigest.digest(of: unit, $0) }
    }

    @Test func `an offline school's queue follows, and the new home shows the same as the county, from the hand-over alone`() throws {
        let county = try C.node(seed: 311)
        let known = try C.pupil(county, [.enter, .review, .submit, .approve])
        try county.settle()
        let source = try ownNode(C.source, of: county, seed: 312)
        let target = try ownNode(C.target, of: county, seed: 313)
        #expect(try C.dossier(known, source).state == .enrolled)
        // Away: a new pupil, and a step and a telephone number of the known one.
        let late = try C.pupil(source, [.enter], name: "李强")
        let waiting = try C.pupil(source, [.enter, .review, .submit], name: "王芳")
        try C.merge(county)
        try county.settle()
        #expect(try C.dossier(known, county).home == C.target)
        try up(C.source, source, to: county)
        #expect(try C.dossier(late, county).home == C.target)
        // A case that came with the queue is ended by the authority, then its pupil follows too.
        #expect(try C.dossier(waiting, county).home == C.source)
        #expect(try county.call("units.mergers", as: C.county.code).contains("\"openCases\":1"))
        let body = "{\"dossiers\":[\"\(waiting)\"],\"reason\":\"学校已合并\"}"
        #expect(try county.call("students.return", as: C.county.code, body: body).contains("\"refused\":[]"))
        try county.settle()
        #expect(try C.dossier(waiting, county).home == C.target)

        try down(county, to: target, C.target)
        #expect(try digest(C.target, target) == digest(C.target, county))
        let here = try C.dossier(known, target)
        let above = try C.dossier(known, county)
        #expect(here.chain.count == 1 && here.state == .enrolled && here.number == above.number && above.chain.count == 5)

        try down(county, to: source, C.source)
        let alarm = try source.archive.read { try String.fetchOne($0.database, sql: "SELECT text FROM alarm WHERE code = 'merged'") }
        #expect(alarm?.contains("并入“天河第二小学”") == true)
        do {
            _ = try C.pupil(source, [.enter], name: "赵敏")
            Issue.record("a closed school wrote")
        } catch let error as StoreError {
            #expect(error.message.contains("并入“天河第二小学”"))
        }
    }

    @Test func `the new home places the pupil, goes on with the chain, and everybody sees the same`() throws {
        let county = try C.node(seed: 321)
        let id = try C.pupil(county, [.enter, .review])
        try county.settle()
        let target = try ownNode(C.target, of: county, seed: 322)
        try C.merge(county)
        try county.settle()
        try down(county, to: target, C.target)
        let why = try target.call("students.why", as: C.target, ["dossier": id.description])
        #expect(why.contains("\"kind\":\"handOver\"") && why.contains("\"from\":\"2144000001\"") && why.contains("\"to\":\"2144000002\""))
        try target.archive.write { transaction in
            let dossier = try #require(try transaction.dossier(id))
            #expect(dossier.record.classCode.isEmpty)
            let placed = Supplement(dossier: id, by: C.target, number: 1, changes: [.classCode: "2022002"])
            try transaction.append(.supplement, Payload.encode(placed), as: C.target, to: .up)
        }
        let asked = try target.call("students.withdraw", as: C.target, body: "{\"dossiers\":[\"\(id)\"]}")
        #expect(asked.contains(id.description) && asked.contains("\"refused\":[]"))
        try up(C.target, target, to: county)
        for node in [county, target] {
            let dossier = try C.dossier(id, node)
            #expect(dossier.record.classCode == "2022002" && dossier.stand == .entered && dossier.chain.last?.workflow == 2)
        }
        #expect(try digest(C.target, target) == digest(C.target, county))
    }

    @Test func `a county that went back, and has got back the old school's copy alone, sends the new one its own again`() throws {
        let (before, behind) = (try C.node(seed: 351), try C.node(seed: 351))
        let ids = try [before, behind].map { try C.pupil($0, [.enter, .review]) }
        #expect(ids[0] == ids[1])
        try behind.settle()
        try before.settle()
        let shared = try copies(before)
        try C.merge(before)
        try before.settle()
        let fresh = try copies(before).filter { new in !shared.contains { $0.bytes == new.bytes } }
        let toTarget = fresh.filter { $0.stream.audience == .unit(C.target) }
        #expect(!toTarget.isEmpty)
        try give(fresh.filter { $0.stream.audience != .unit(C.target) }.map(\.bytes), to: behind, from: .child(C.source))
        #expect(try C.dossier(ids[0], behind).home == C.target)
        let again = try copies(behind).filter { $0.stream.audience == .unit(C.target) && $0.stream.unit == C.county.code }
        let acts = { (stored: [Journal.Stored]) in
            try stored.flatMap { try Envelope(bytes: $0.bytes).entries().compactMap { $0 } }
                .filter { $0.kind == EntryKind.handOver.rawValue }.map { [$0.act.bytes, $0.payload] }
        }
        #expect(try !acts(again).isEmpty && acts(again) == acts(toTarget))
    }

    private func copies(_ node: TestNode) throws -> [Journal.Stored] {
        try node.archive.read { reading in
            var found: [Journal.Stored] = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                found.append(stored)
                return true
            }
            return found
        }
    }

    @Test func `files go along`() throws {
        let node = try C.node(seed: 331)
        let id = try C.pupil(node, [.enter])
        let hash = Hashing.sha256([7])
        try node.archive.write { transaction in
            let file = Attachment(dossier: id, by: C.source, hash: hash, size: 9, type: "pdf", purpose: "evidence", name: "证明", at: 5)
            try transaction.append(.attachment, Payload.encode(file), as: C.source, to: .up)
        }
        try C.merge(node)
        try node.settle()
        let files = try node.archive.read { try BlobRegister($0).attachments(of: id, by: C.target) }
        #expect(files.map(\.hash) == [hash] && files.first?.name == "证明")
    }

    @Test func `more than one batch is handed over, and a word that came late is sent after the pupil`() throws {
        let node = try C.node(seed: 341)
        let ids = try (0..<HandOverOffice.batch + 20).map { try C.pupil(node, [.enter], name: "张\(String(UnicodeScalar(0x4E00 + $0) ?? "一"))") }
        try node.settle()
        try C.merge(node)
        try node.archive.write { _ = try $0.applyStored() }
        let moved = try node.archive.read {
            try Int.fetchOne($0.database, sql: "SELECT count(*) FROM dossier WHERE home = ?", arguments: [C.target.text])
        }
        #expect(moved == HandOverOffice.batch)
        try node.settle()
        for id in ids { #expect(try C.dossier(id, node).home == C.target) }
        let digest = try #require(try C.dossier(ids[0], node).keyDigest)
        try node.archive.write { transaction in
            let word = Verdict(dossier: ids[0], keyDigest: digest, by: .centre, tier: .centre, position: 9_000, problems: [], peers: [], at: 0)
            try transaction.append(.verdict, Payload.encode(word), as: .centre, to: .unit(C.source))
        }
        try node.settle()
        var audiences: [String] = []
        try node.archive.read { reading in
            try Journal.forEach(after: 0, in: reading.database) { stored in
                for case let entry? in try Envelope(bytes: stored.bytes).entries() where entry.kind == EntryKind.verdict.rawValue {
                    if Payload.verdict(entry.payload)?.position == 9_000 { audiences.append(stored.stream.audience.text) }
                }
                return true
            }
        }
        #expect(audiences == ["unit:2144000001", "unit:2144000002"])
    }
}
