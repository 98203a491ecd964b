import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct AcceptanceTests {
    @Test func anEnvelopeIsStoredOnceAndKnownAfterwards() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let all = try pair.school.envelopes()
        let own = Array(all.suffix(1))
        #expect(try pair.centre.take(own, from: .child(Bench.school)) == [.stored])
        #expect(try pair.centre.take(own, from: .child(Bench.school)) == [.known])
        #expect(try pair.centre.count("dossier") == 1)
    }

    @Test func `what was written below an authority for a school that has left it comes up by it still`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = Array(try pair.school.envelopes().suffix(1))
        let other = Unit(code: "440105", name: "海珠区", tier: .county, competent: .centre)
        var moved = try #require(Bench.units.last)
        moved.competent = other.code
        moved.version = 2
        try pair.centre.archive.write { transaction in
            for unit in [other, moved] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        }
        #expect(try pair.centre.take(own, from: .child(Bench.county)) == [.stored])
        #expect(try pair.centre.take(own, from: .child("440105")) == [.known])
    }

    @Test func aGapIsRefusedAndNothingIsStored() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        _ = try pair.school.enter("李娜")
        let last = try #require(try pair.school.envelopes().last)
        #expect(try pair.centre.take([last], from: .child(Bench.school)) == [.refused(.gap)])
        #expect(try pair.centre.count("dossier") == 0)
    }

    @Test func aForgedEnvelopeLeavesNoTrace() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        var bytes = try #require(try pair.school.envelopes().last)
        bytes[bytes.count - 1] ^= 1
        let acceptance = try pair.centre.take([bytes], from: .child(Bench.school))
        #expect(acceptance != [.stored])
        #expect(try pair.centre.count("salvage") == 0)
        #expect(try pair.centre.count("dossier") == 0)
    }

    @Test func aForkGoesToSalvageWithAnAlarmAndTheFirstStays() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try #require(try pair.school.envelopes().last)
        try pair.centre.take([own], from: .child(Bench.school))
        let first = try Envelope(bytes: own)
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let entry = Entry(act: try #require(ActID([UInt8](repeating: 1, count: 16))), kind: .step, payload: [1])
        let other = try Envelope.seal([entry], stream: first.stream, after: nil, key: key)
        #expect(try pair.centre.take([other.bytes], from: .child(Bench.school)) == [.refused(.fork)])
        #expect(try pair.centre.count("salvage") == 1)
        #expect(try pair.centre.count("alarm") == 1)
        #expect(try pair.centre.count("dossier") == 1)
    }

    @Test func `a former authority brings what it alone may have of a unit that has moved`() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try #require(try pair.school.envelopes().last)
        try pair.centre.archive.write { transaction in
            var unit = try #require(transaction.directory.unit(Bench.school))
            #expect(unit.competent == Bench.county)
            unit.competent = .centre
            unit.version += 1
            try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
        }
        #expect(try pair.centre.take([own], from: .child("430000")) == [.refused(.notForUs)])
        #expect(try pair.centre.take([own], from: .child(Bench.county)) == [.stored])
    }

    @Test func aChildBringsOnlyItsSubtreesStreams() throws {
        let pair = try Pair()
        _ = try pair.school.enter("张伟")
        let own = try #require(try pair.school.envelopes().last)
        #expect(try pair.centre.take([own], from: .child("430000")) == [.refused(.notForUs)])
    }

    @Test func aSchoolMayNotAddressOthers() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            let schoolClass = SchoolClass(school: Bench.school, code: "2022101", campus: 0, isAttached: false)
            _ = schoolClass
            let incarnation = try transaction.incarnation(of: Bench.school)
            let stream = StreamID(unit: Bench.school, incarnation: incarnation, audience: .everyone)
            let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
            let entry = Entry(act: transaction.surroundings.act(), kind: .unit, payload: [1])
            let envelope = try Envelope.seal([entry], stream: stream, after: nil, key: key)
            let centre = pair.centre
            #expect(try centre.take([envelope.bytes], from: .child(Bench.school)) == [.refused(.notAllowed)])
        }
    }

    @Test func anUnknownKeyIsRefusedForNow() throws {
        let pair = try Pair()
        let stranger = try #require(StatementKey(seed: [UInt8](repeating: 5, count: 32)))
        let stream = StreamID(unit: Bench.school, incarnation: try #require(Incarnation([UInt8](repeating: 5, count: 8))), audience: .up)
        let entry = Entry(act: try #require(ActID([UInt8](repeating: 1, count: 16))), kind: .step, payload: [1])
        let envelope = try Envelope.seal([entry], stream: stream, after: nil, key: stranger)
        #expect(try pair.centre.take([envelope.bytes], from: .child(Bench.school)) == [.refused(.unknownKey)])
    }

    @Test func `what is addressed to a new node before its own record is here is refused for now, and stored after it`() throws {
        let pair = try Pair()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let root = try pair.centre.archive.read { try #require(try $0.directory.activeKey(of: .centre)).key }
        let fresh = try Bench()
        try fresh.becomeNode(of: Bench.school, key: key, root: root)
        try pair.centre.archive.write { transaction in
            _ = try transaction.append(.unit, Payload.encode(try #require(Bench.units.first)), as: .centre, to: .unit(Bench.school))
        }
        let all = try pair.centre.envelopes()
        let mail = try #require(all.last)
        #expect(try fresh.take([mail], from: .parent) == [.refused(.unknownKey)])
        #expect(try fresh.take(all, from: .parent).allSatisfy { $0 == .stored })
        #expect(try fresh.take([mail], from: .parent) == [.known])
    }
}
