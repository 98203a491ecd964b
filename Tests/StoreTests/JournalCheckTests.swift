import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

struct JournalCheckTests {
    private func check(_ bench: Bench, damage: String? = nil) throws -> JournalCheck {
        if let damage { try bench.archive.write { try $0.database.execute(sql: damage) } }
        return try bench.archive.read { try JournalCheck($0) }
    }

    private func centre() throws -> Bench {
        let bench = try Bench()
        _ = try bench.becomeCentre(enrolling: [:])
        try bench.archive.write { transaction in
            let county = Unit(code: Bench.county, name: "天河", tier: .county, competent: .centre, version: 2)
            try transaction.append(.unit, Payload.encode(county), as: .centre, to: .everyone)
        }
        return bench
    }

    @Test func `a whole journal has one good signature for every envelope`() throws {
        let check = try check(try centre())
        #expect(check.problems.isEmpty)
        #expect(check.streams == 1 && check.envelopes == 2 && check.signatures == 2 && check.entries == 4)
    }

    @Test(arguments: [
        ("UPDATE envelope SET hash = zeroblob(32) WHERE sequence = 1", "hash"),
        ("UPDATE envelope SET bytes = zeroblob(9) WHERE sequence = 2", "malformed"),
        ("UPDATE stream SET sequence = 3", "head"),
        ("DELETE FROM envelope WHERE sequence = 1", "gap"),
        ("DELETE FROM envelope WHERE sequence = 2", "head"),
        ("UPDATE unit_key SET key_id = zeroblob(8)", "unknownKey"),
        ("UPDATE envelope SET bytes = (SELECT bytes FROM envelope WHERE sequence = 1) WHERE sequence = 2", "chain"),
        ("UPDATE stream SET audience = 'up'", "hash"),
    ]) func `each kind of damage is named`(_ damage: String, _ code: String) throws {
        let check = try check(try centre(), damage: damage)
        #expect(check.problems.contains { $0.code == code }, "\(check.problems)")
    }

    @Test func `a flipped bit in a body is found by the signature's root`() throws {
        let bench = try centre()
        let bytes = try #require(try bench.envelopes().first)
        for place in [bytes.count - 1, bytes.count - 12] {
            var flipped = bytes
            flipped[place] ^= 0x40
            try bench.archive.write {
                try $0.database.execute(sql: "UPDATE envelope SET bytes = ? WHERE sequence = 1", arguments: [Data(flipped)])
            }
            #expect(try !check(bench).problems.isEmpty)
        }
    }
}
