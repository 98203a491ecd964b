import Protocol
import Rules
import Testing

@testable import Store

@Suite struct MoveProjectionTests {
    private static let targets: [UnitCode] = ["440107", "440108"]

    private func record(under competent: UnitCode) -> Unit {
        var school = Bench.units[1]
        (school.competent, school.version) = (competent, 2)
        return school
    }

    private func move(to target: UnitCode) -> UnitMove {
        UnitMove(unit: Bench.school, from: Bench.county, to: target, version: 2, address: "http://\(target)", at: 0)
    }

    /// A centre with two further counties.
    private func centre() throws -> Pair {
        let pair = try Pair()
        try pair.centre.archive.write { transaction in
            for county in Self.targets {
                let unit = Unit(code: county, name: "区教育局", tier: .county, competent: .centre)
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
        }
        return pair
    }

    @Test func `of two moves by records of one version one counts, and whom each named is remembered, in whatever order they come`() throws {
        for order in [Self.targets, Self.targets.reversed()] {
            let bench = try centre().centre
            for target in order {
                try bench.archive.write { transaction in
                    try transaction.append(.unit, Payload.encode(record(under: target)), as: .centre, to: .everyone)
                    try transaction.append(.move, Payload.encode(move(to: target)), as: .centre, to: .everyone)
                }
            }
            func check() throws {
                try bench.archive.read { reading in
                    let competent = try #require(reading.directory.unit(Bench.school)?.competent)
                    #expect(try reading.move(of: Bench.school)?.to == competent)
                    #expect(try reading.addressOfAuthority(over: Bench.school) == "http://\(competent)")
                    for target in Self.targets { #expect(try reading.wasGiven(Bench.school, to: target)) }
                    #expect(try reading.wasGiven(Bench.school, to: .centre) && !reading.wasGiven(Bench.school, to: Bench.county))
                }
            }
            try check()
            _ = try bench.archive.write { try $0.replayJournal() }
            try check()
        }
    }

    @Test func `a record that counts without its move does not send the unit where the losing move says`() throws {
        let bench = try centre().centre
        let ordered = Self.targets.sorted { Payload.encode(record(under: $0)).lexicographicallyPrecedes(Payload.encode(record(under: $1))) }
        try bench.archive.write { transaction in
            try transaction.append(.unit, Payload.encode(record(under: ordered[0])), as: .centre, to: .everyone)
            try transaction.append(.move, Payload.encode(move(to: ordered[0])), as: .centre, to: .everyone)
        }
        func address() throws -> String? { try bench.archive.read { try $0.addressOfAuthority(over: Bench.school) } }
        #expect(try address() == "http://\(ordered[0])")
        try bench.archive.write { _ = try $0.append(.unit, Payload.encode(record(under: ordered[1])), as: .centre, to: .everyone) }
        #expect(try address() == nil)
        // Its node may have said itself where it is reached.
        try bench.archive.write { transaction in
            let key = transaction.surroundings.statementKey()
            let enrolment = KeyEnrolment(unit: ordered[1], publicKey: key.publicKey, issuer: .centre, generation: 1, node: ordered[1])
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(ordered[1]))
            try transaction.keepSecret(key, of: ordered[1], incarnation: transaction.surroundings.incarnation())
            let said = NodeAddress(unit: ordered[1], address: "http://said", at: 1)
            try transaction.append(.address, Payload.encode(said), as: ordered[1], to: .up)
        }
        #expect(try address() == "http://said")
    }

    @Test func `of one move that was said twice the same word counts in either order`() throws {
        let words = ["http://a", "http://b"].map { address in
            var said = move(to: Self.targets[0])
            said.address = address
            return said
        }
        for order in [words, words.reversed()] {
            let bench = try centre().centre
            try bench.archive.write { transaction in
                try transaction.append(.unit, Payload.encode(record(under: Self.targets[0])), as: .centre, to: .everyone)
                for word in order { try transaction.append(.move, Payload.encode(word), as: .centre, to: .everyone) }
            }
            #expect(try bench.archive.read { try $0.move(of: Bench.school)?.address } == "http://b")
        }
    }
}
