import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct SalvageTests {
    private let schoolKey = StatementKey(seed: [UInt8](repeating: 9, count: 32))!

    /// A link that the school signed in the place of its own first one.
    private func rival(of envelope: Envelope, act: UInt8) throws -> Envelope {
        let step = Step(
            hash: Hashing.sha256([0]), dossier: try #require(DossierID([UInt8](repeating: act, count: 16))), previous: nil, kind: .enter,
            by: Bench.school, nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "王芳"]))
        let entry = Entry(
            act: try #require(ActID([UInt8](repeating: act, count: 16))), kind: .step, payload: Payload.encode(step))
        return try Envelope.seal([entry], stream: envelope.stream, after: nil, key: schoolKey)
    }

    private func acts(_ bench: Bench) throws -> [ActID] {
        try bench.envelopes().flatMap { try Envelope(bytes: $0).entries().compactMap { $0?.act } }
    }

    private func apply(_ bench: Bench) throws {
        while try bench.archive.write({ try $0.applyStored() }).hasMore {}
    }

    @Test func `A copy that loses at the centre travels to its writer, who writes the acts again once under a new incarnation`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try Envelope(bytes: try #require(try pair.school.envelopes().last))
        try pair.centre.take([own.bytes], from: .child(Bench.school))
        let lost = try rival(of: own, act: 1)
        #expect(try pair.centre.take([lost.bytes], from: .child(Bench.school)) == [.refused(.fork)])
        #expect(try pair.centre.count("alarm") == 1)
        let before = try Journal.position(pair.centre)
        try pair.centre.archive.write { try $0.handSalvageOver() }
        #expect(try pair.centre.count("alarm") == 0)
        try pair.centre.archive.write { try $0.handSalvageOver() }
        let sent = try pair.centre.envelopes(after: before)
        #expect(sent.count == 1)
        try pair.school.take(sent, from: .parent)
        try apply(pair.school)
        let act = try #require(ActID([UInt8](repeating: 1, count: 16)))
        #expect(try acts(pair.school).filter { $0 == act }.count == 1)
        #expect(try pair.school.count("dossier") == 2)
        let heads = try pair.school.archive.read { try Journal.heads(in: $0.database).filter { $0.stream.unit == Bench.school } }
        #expect(Set(heads.map(\.stream.incarnation)).count == 2)
        #expect(try pair.school.archive.read { try JournalCheck($0).problems }.isEmpty)
    }

    @Test func `What has given way here is not taken again from below, and is from above`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try Envelope(bytes: try #require(try pair.school.envelopes().last))
        try pair.centre.take([own.bytes], from: .child(Bench.school))
        #expect(try pair.centre.archive.write { try $0.giveWay(own.stream, to: nil) } == 0)
        #expect(try pair.centre.take([own.bytes], from: .child(Bench.school)) == [.refused(.fork)])
        #expect(try pair.centre.take([own.bytes], from: .parent) == [.stored])
    }

    @Test func `What was handed over to a unit that nobody wrote for is written by the node that hosts it later`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try Envelope(bytes: try #require(try pair.school.envelopes().last))
        try pair.centre.take([own.bytes], from: .child(Bench.school))
        let lost = try rival(of: own, act: 5)
        try pair.centre.take([lost.bytes], from: .child(Bench.school))
        try pair.centre.archive.write { try $0.handSalvageOver() }
        let act = try #require(ActID([UInt8](repeating: 5, count: 16)))
        #expect(try !acts(pair.centre).contains(act))
        for _ in 0..<2 {
            try pair.centre.archive.write { transaction in
                let key = transaction.surroundings.statementKey()
                let enrolment = KeyEnrolment(
                    unit: Bench.school, publicKey: key.publicKey, issuer: .centre, generation: 2, node: .centre)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(Bench.school))
                try transaction.keepSecret(key, of: Bench.school, incarnation: transaction.surroundings.incarnation())
                try transaction.takeUpSalvage(of: Bench.school)
            }
        }
        try apply(pair.centre)
        #expect(try acts(pair.centre).filter { $0 == act }.count == 1)
        #expect(try pair.centre.count("dossier") == 2)
    }

    @Test func `An act that was said to two audiences and is lost for one of them is said again to that one`() throws {
        let pair = try Pair()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
        func said(_ act: UInt8, to audience: Audience) throws -> Envelope {
            let entry = Entry(act: try #require(ActID([UInt8](repeating: act, count: 16))), kind: .verdict, payload: [act])
            let incarnation = try #require(Incarnation([UInt8](repeating: 1, count: 8)))
            return try Envelope.seal([entry], stream: StreamID(unit: Bench.county, incarnation: incarnation, audience: audience), after: nil, key: key)
        }
        let own = [try said(6, to: .subtree(Bench.county)), try said(7, to: .unit(Bench.school))]
        #expect(try pair.centre.take(own.map(\.bytes), from: .child(Bench.county)) == [.stored, .stored])
        #expect(try pair.centre.take([try said(6, to: .unit(Bench.school)).bytes], from: .child(Bench.county)) == [.refused(.fork)])
        try pair.centre.archive.write { try $0.handSalvageOver() }
        for _ in 0..<2 {
            try pair.centre.archive.write { transaction in
                let fresh = transaction.surroundings.statementKey()
                let enrolment = KeyEnrolment(unit: Bench.county, publicKey: fresh.publicKey, issuer: .centre, generation: 2, node: .centre)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(Bench.county))
                try transaction.keepSecret(fresh, of: Bench.county, incarnation: transaction.surroundings.incarnation())
                try transaction.takeUpSalvage(of: Bench.county)
            }
        }
        let again = try pair.centre.envelopes().map { try Envelope(bytes: $0) }
            .filter { $0.stream.unit == Bench.county && $0.stream.audience == .unit(Bench.school) && $0.stream.incarnation != own[1].stream.incarnation }
        #expect(try again.flatMap { try $0.entries().compactMap { $0?.act.bytes.first } } == [6])
    }

    @Test func `The same lost link coming again, or on another way, is not written twice`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try Envelope(bytes: try #require(try pair.school.envelopes().last))
        let lost = try rival(of: own, act: 2)
        for _ in 0..<2 {
            let count = try pair.school.archive.write { try $0.writeAgain(lost, from: "000000") }
            _ = count
        }
        try apply(pair.school)
        let act = try #require(ActID([UInt8](repeating: 2, count: 16)))
        #expect(try acts(pair.school).filter { $0 == act }.count == 1)
        #expect(try pair.school.archive.write { try $0.writeAgain(own, from: "000000") } == 0)
    }

    @Test func `A fork of the centre's own stream is mended at the centre itself, links that follow a lost one included`() throws {
        let pair = try Pair()
        let before = try Journal.position(pair.centre)
        try pair.centre.archive.write { transaction in
            for name in ["甲校", "乙校"] {
                let unit = Unit(code: name == "甲校" ? "2144000008" : "2144000009", name: name, tier: .school, competent: Bench.county)
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .subtree(Bench.county))
            }
        }
        let stream = try Envelope(bytes: try #require(try pair.centre.envelopes(after: before).first)).stream
        let key = try pair.centre.archive.write { try $0.secret(of: .centre) }
        let first = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 3, count: 16))), kind: .policy, payload: [])], stream: stream, after: nil, key: key)
        let second = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 4, count: 16))), kind: .policy, payload: [])], stream: stream,
            after: first.head, key: key)
        let third = try Envelope.seal(
            [Entry(act: try #require(ActID([UInt8](repeating: 5, count: 16))), kind: .policy, payload: [])], stream: stream,
            after: second.head, key: key)
        let lost = [first, second, third].map(\.bytes)
        #expect(try pair.centre.take(lost, from: .child(Bench.school)) == [.refused(.fork), .refused(.fork), .refused(.fork)])
        let acts = try acts(pair.centre)
        for number in UInt8(3)...5 { #expect(acts.filter { $0 == ActID([UInt8](repeating: number, count: 16)) }.count == 1) }
        #expect(try pair.centre.archive.write { try $0.incarnation(of: .centre) } != stream.incarnation)
        #expect(try pair.centre.archive.read { try JournalCheck($0).problems }.isEmpty)
    }

    @Test func `The parent's copy, which wins, is kept but never handed to anybody`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try Envelope(bytes: try #require(try pair.school.envelopes().last))
        let winner = try rival(of: own, act: 6)
        #expect(try pair.school.take([winner.bytes], from: .parent) == [.refused(.fork)])
        let before = try Journal.position(pair.school)
        try pair.school.archive.write { try $0.handSalvageOver() }
        #expect(try Journal.position(pair.school) == before)
    }

    @Test func `Alarms of streams end with a comparison in which they stand still no longer`() throws {
        let pair = try Pair()
        let stream = StreamID(unit: Bench.school, incarnation: try #require(Incarnation([UInt8](repeating: 1, count: 8))), audience: .up)
        let raised = [("held", "\(Bench.school)/up"), ("missing", Bench.school.text), ("fork", Bench.school.text), ("moved", Bench.school.text)]
        for (code, subject) in raised { try pair.centre.archive.write { try $0.raiseAlarm(code, subject: subject, "…") } }
        try pair.centre.archive.write { try $0.clearLinkAlarms(except: [stream: .gap]) }
        #expect(try pair.centre.count("alarm") == 4)
        try pair.centre.archive.write { try $0.clearLinkAlarms(except: [:]) }
        #expect(try pair.centre.count("alarm") == 1)
    }
}

extension Journal {
    fileprivate static func position(_ bench: Bench) throws -> Int64 { try bench.archive.read { try position(in: $0.database) } }
}
