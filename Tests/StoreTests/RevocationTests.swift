import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct RevocationTests {
    private func acts(_ bench: Bench) throws -> [String] {
        try bench.archive.read { try String.fetchAll($0.database, sql: "SELECT name FROM dossier ORDER BY name") }
    }

    private func revoke(_ pair: Pair, since: Int64? = nil) throws -> Revocation? {
        try pair.centre.archive.write { try $0.revoke(Bench.school, by: .centre, since: since, reason: "失窃") }
    }

    /// The school's own envelopes, oldest first.
    private func links(_ pair: Pair) throws -> [[UInt8]] {
        try pair.school.envelopes().filter { try Envelope(bytes: $0).stream.unit == Bench.school }
    }

    /// Two pupils, of whom the second came later.
    private func twoPupils() throws -> (pair: Pair, links: [[UInt8]]) {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        _ = try pair.school.enter("李娜")
        let links = try links(pair)
        try pair.centre.take(links, from: .child(Bench.school))
        try pair.centre.archive.write { try $0.database.execute(sql: "UPDATE envelope SET stored_at = stored_at - 100 WHERE sequence = 1") }
        return (pair, links)
    }

    private let later: Int64 = 1_788_919_200 - 50

    @Test func `what is stored stays, what comes later is kept apart and has no effect`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        try pair.centre.take(try links(pair), from: .child(Bench.school))
        #expect(try revoke(pair) == Revocation(generation: 1, wasAlready: false, withdrawn: 0, settled: 0))
        #expect(try pair.centre.archive.read { try $0.directory.isRevoked(Bench.school) })
        _ = try pair.school.enter("李娜")
        let last = try #require(try links(pair).last)
        #expect(try pair.centre.take([last], from: .child(Bench.school)) == [.refused(.sealedKey)])
        #expect(try acts(pair.centre) == ["张伟"] && pair.centre.count("salvage") == 1)
        // Nobody writes it again by himself.
        let before = try pair.centre.envelopes().count
        try pair.centre.archive.write { try $0.handSalvageOver() }
        #expect(try pair.centre.envelopes().count == before)
    }

    @Test func `since a time: what came from then on loses its effect, at whoever hears of it, in whatever order`() throws {
        let (pair, links) = try twoPupils()
        #expect(try acts(pair.centre) == ["张伟", "李娜"].sorted())
        let position = try pair.centre.archive.read { try Journal.position(in: $0.database) }
        #expect(try revoke(pair, since: later)?.withdrawn == 1)
        #expect(try acts(pair.centre) == ["张伟"])
        #expect(try pair.centre.archive.read { try JournalCheck($0).problems }.isEmpty)
        // Another node has both first and the seal then, a third the seal first.
        let seal = try pair.centre.envelopes(after: position)
        let tree = try pair.centre.envelopes().filter { try Envelope(bytes: $0).stream.unit == .centre && !seal.contains($0) }
        for order in [tree + links + seal, tree + seal + links] {
            let county = try Bench()
            let key = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
            let known = try pair.centre.archive.read { try $0.directory.activeKey(of: .centre)?.key }
            let root = try #require(known)
            try county.becomeNode(of: Bench.county, key: key, root: root)
            for bytes in order {
                let isOfSchool = try Envelope(bytes: bytes).stream.unit == Bench.school
                try county.take([bytes], from: isOfSchool ? .child(Bench.school) : .parent)
            }
            #expect(try acts(county) == ["张伟"])
            #expect(try county.count("salvage") == 1 && county.count("step") == 1)
            let heads = try county.archive.read { try Journal.heads(in: $0.database, of: Bench.school) }
            #expect(try heads == pair.centre.archive.read { try Journal.heads(in: $0.database, of: Bench.school) })
        }
    }

    @Test func `tables are as if rebuilt from what is left`() throws {
        let (pair, _) = try twoPupils()
        _ = try revoke(pair, since: later)
        try pair.centre.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: pair.centre.archive, in: pair.centre.folder + "/again")
            defer { rebuild.remove() }
            let again = try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
            #expect(try TableDigest.all(reading, of: pair.centre.archive) == again)
        }
    }

    @Test func `a second time nothing is written`() throws {
        let (pair, _) = try twoPupils()
        _ = try revoke(pair, since: later)
        let before = try pair.centre.envelopes().count
        #expect(try revoke(pair, since: later)?.wasAlready == true)
        #expect(try revoke(pair)?.wasAlready == true)
        #expect(try pair.centre.envelopes().count == before)
    }

    @Test func `facts that a formal number stands by stay`() throws {
        let (pair, links) = try twoPupils()
        let payload = try #require(try Envelope(bytes: links[1]).entries().compactMap { $0?.payload }.first)
        let step = try #require(Payload.step(payload))
        let number = IssuedNumber(dossier: step.dossier, number: "G110101201603050011", cites: step.hash, at: 0)
        _ = try pair.centre.archive.write { try $0.append(.number, Payload.encode(number), as: .centre, to: .unit(Bench.school)) }
        let done = try #require(try revoke(pair, since: later))
        #expect(done.withdrawn == 0 && done.settled == 1)
        #expect(try acts(pair.centre).count == 2)
    }

    @Test func `another link in the place of the last good one gives way, and the sealed one is taken`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let good = try #require(try links(pair).last)
        try pair.centre.take([good], from: .child(Bench.school))
        let envelope = try Envelope(bytes: good)
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let rival = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 7, count: 16))), kind: .policy, payload: [])], stream: envelope.stream,
            after: nil, key: key)
        let county = try Bench()
        let known = try pair.centre.archive.read { try $0.directory.activeKey(of: .centre)?.key }
        let countyKey = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
        try county.becomeNode(of: Bench.county, key: countyKey, root: try #require(known))
        try county.take(try pair.centre.envelopes().filter { $0 != good }, from: .parent)
        #expect(try county.take([rival.bytes], from: .child(Bench.school)) == [.stored])
        let position = try pair.centre.archive.read { try Journal.position(in: $0.database) }
        _ = try revoke(pair)
        try county.take(try pair.centre.envelopes(after: position), from: .parent)
        #expect(try county.take([good], from: .child(Bench.school)) == [.stored])
        #expect(try acts(county) == ["张伟"])
    }

    @Test func `an authority's directory entries that are taken back take with them what rested on them`() throws {
        let pair = try Pair()
        let county = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
        let forged = try #require(StatementKey(seed: [UInt8](repeating: 5, count: 32)))
        // The county's machine enrols a key of its own for the school, and writes a pupil with it.
        let stream = StreamID(
            unit: Bench.county, incarnation: try #require(Incarnation([UInt8](repeating: 1, count: 8))), audience: .subtree(Bench.school))
        let enrolment = KeyEnrolment(unit: Bench.school, publicKey: forged.publicKey, issuer: Bench.county, generation: 2, node: Bench.school)
        let enrolled = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 1, count: 16))), kind: .key, payload: Payload.encode(enrolment))],
            stream: stream, after: nil, key: county)
        let step = Step(
            hash: Hashing.sha256([0]), dossier: try #require(DossierID([UInt8](repeating: 3, count: 16))), previous: nil, kind: .enter,
            by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "假名"]))
        let written = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 2, count: 16))), kind: .step, payload: Payload.encode(step))],
            stream: StreamID(unit: Bench.school, incarnation: try #require(Incarnation([UInt8](repeating: 2, count: 8))), audience: .up),
            after: nil, key: forged)
        _ = try pair.school.enter("张伟")
        try pair.centre.take(try links(pair), from: .child(Bench.county))
        #expect(try pair.centre.take([enrolled.bytes, written.bytes], from: .child(Bench.county)) == [.stored, .stored])
        #expect(try acts(pair.centre) == ["假名", "张伟"].sorted())
        let done = try pair.centre.archive.write { try $0.revoke(Bench.county, by: .centre, since: 1, reason: "失窃") }
        #expect(done?.withdrawn == 1)
        #expect(try acts(pair.centre) == ["张伟"])
        #expect(try pair.centre.archive.read { try $0.directory.activeKey(of: Bench.school)?.generation } == 1)
        #expect(try pair.centre.archive.read { try JournalCheck($0).problems }.isEmpty)
    }

    // MARK: A number on its way past a revocation

    private func county(_ pair: Pair) throws -> Bench {
        let county = try Bench()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
        let known = try pair.centre.archive.read { try $0.directory.activeKey(of: .centre)?.key }
        try county.becomeNode(of: Bench.county, key: key, root: try #require(known))
        return county
    }

    private func issue(_ number: String, on link: [UInt8], _ pair: Pair) throws {
        let payload = try #require(try Envelope(bytes: link).entries().compactMap { $0?.payload }.first)
        let step = try #require(Payload.step(payload))
        let word = IssuedNumber(dossier: step.dossier, number: number, cites: step.hash, at: 0)
        _ = try pair.centre.archive.write { try $0.append(.number, Payload.encode(word), as: .centre, to: .unit(Bench.school)) }
    }

    private func written(_ bench: Bench, _ body: () throws -> Void) throws -> [[UInt8]] {
        let position = try bench.archive.read { try Journal.position(in: $0.database) }
        try body()
        return try bench.envelopes(after: position).filter { try Envelope(bytes: $0).stream.unit != Bench.school }
    }

    private func isAsRebuilt(_ bench: Bench) throws -> Bool {
        try bench.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: bench.archive, in: bench.folder + "/again")
            defer { rebuild.remove() }
            return try TableDigest.all(reading, of: bench.archive) == rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
        }
    }

    /// Three pupils at county and centre; the second has a number, which the county does not know, and the county revokes all but the first.
    private func crossing() throws -> (pair: Pair, county: Bench, tree: [[UInt8]], links: [[UInt8]], seal: [[UInt8]], answer: [[UInt8]]) {
        let (pair, _) = try twoPupils()
        _ = try pair.school.enter("王芳")
        let links = try links(pair)
        try pair.centre.take(links, from: .child(Bench.county))
        let tree = try pair.centre.envelopes().filter { try Envelope(bytes: $0).stream.unit == .centre }
        let county = try county(pair)
        try county.take(tree, from: .parent)
        try county.take(links, from: .child(Bench.school))
        try county.archive.write { try $0.database.execute(sql: "UPDATE envelope SET stored_at = stored_at - 100 WHERE sequence = 1") }
        try issue("G110101201603050011", on: links[1], pair)
        let seal = try written(county) {
            let done = try county.archive.write { try $0.revoke(Bench.school, by: Bench.county, since: later, reason: "失窃") }
            #expect(done?.withdrawn == 2)
        }
        let answer = try written(pair.centre) { try pair.centre.take(seal, from: .child(Bench.county)) }
            .filter { try Envelope(bytes: $0).stream.unit == .centre }
        return (pair, county, tree, links, seal, answer)
    }

    @Test func `a number issued while a revocation was on its way keeps what it stands by, at the revoking authority as well`() throws {
        let (pair, county, _, links, seal, answer) = try crossing()
        #expect(try acts(county) == ["张伟"])
        #expect(seal.count == 1 && answer.count == 1)
        #expect(try acts(pair.centre) == ["张伟", "李娜"].sorted())
        #expect(try pair.centre.archive.read { try $0.directory.isRevoked(Bench.school) })
        try county.take(answer, from: .parent)
        #expect(try county.take([links[1]], from: .parent) == [.stored])
        #expect(try county.take([links[2]], from: .parent) == [.refused(.sealedKey)])
        #expect(try acts(county) == ["张伟", "李娜"].sorted())
        let heads = try county.archive.read { try Journal.heads(in: $0.database, of: Bench.school) }
        #expect(try heads == pair.centre.archive.read { try Journal.heads(in: $0.database, of: Bench.school) })
        for bench in [county, pair.centre] {
            #expect(try isAsRebuilt(bench))
            #expect(try bench.archive.read { try JournalCheck($0).problems }.isEmpty)
        }
        #expect(try county.archive.read { try $0.directory.revocation(of: Bench.school)?.issuer } == Bench.county)
    }

    @Test func `seal, answer and what they are about may come in any order`() throws {
        let (pair, _, tree, links, seal, answer) = try crossing()
        for order in [links + seal + answer, links + answer + seal, seal + links + answer, answer + seal + links, answer + links + seal, seal + answer + links] {
            let node = try county(pair)
            try node.take(tree + order, from: .parent)
            // What was refused or taken back comes again with the next comparison.
            try node.take(links, from: .parent)
            #expect(try acts(node) == ["张伟", "李娜"].sorted())
            #expect(try isAsRebuilt(node))
        }
    }

    @Test func `the centre answers once, and a second revocation that ends earlier is answered anew`() throws {
        let (pair, county, _, _, seal, _) = try crossing()
        #expect(try written(pair.centre) { try pair.centre.take(seal, from: .child(Bench.county)) }.isEmpty)
        let earlier = try written(county) {
            _ = try county.archive.write { try $0.revoke(Bench.school, by: Bench.county, since: later - 100, reason: "失窃更早") }
        }
        #expect(earlier.count == 1)
        // The number's step rests on nothing that the second one cuts, and keeps all before it in its stream.
        try pair.centre.take(earlier, from: .child(Bench.county))
        #expect(try acts(pair.centre) == ["张伟", "李娜"].sorted())
    }

    @Test func `a centre that went back takes nothing back before it has everything again`() throws {
        let (pair, links) = try twoPupils()
        let county = try county(pair)
        try county.take(try pair.centre.envelopes().filter { try Envelope(bytes: $0).stream.unit == .centre }, from: .parent)
        try county.take(links, from: .child(Bench.school))
        try county.archive.write { try $0.database.execute(sql: "UPDATE envelope SET stored_at = stored_at - 100 WHERE sequence = 1") }
        try issue("G110101201603050011", on: links[1], pair)
        let seal = try written(county) {
            _ = try county.archive.write { try $0.revoke(Bench.school, by: Bench.county, since: later, reason: "失窃") }
        }
        try pair.centre.archive.write { _ = try $0.beginRecovery(.restored) }
        #expect(try written(pair.centre) { try pair.centre.take(seal, from: .child(Bench.county)) } == seal)
        let answer = try written(pair.centre) { _ = try pair.centre.archive.write { try $0.endRecovery() } }
        #expect(answer.count == 1)
        #expect(try acts(pair.centre).count == 2)
    }
}
