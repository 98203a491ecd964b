import FoundationEssentials
import GRDB
import Rules
import Testing

@testable import Features

/// The index on SQLite against the oracle that knows no keys and no groups.
@Suite struct StoredDuplicateIndexTests {
    @Test(arguments: 1...12)
    func anyOrderOfEntriesChangesAndDeletionsAgreesWithTheOracle(_ seed: UInt64) throws {
        let database = try DatabaseQueue()
        var chance = SeededChance(seed: seed)
        try database.write { db in
            for (_, sql) in StoredDuplicateIndex.migrations { try db.execute(sql: sql) }
            var index = StoredDuplicateIndex(database: db)
            var present: [DossierID: KeyFields] = [:]
            for _ in 0..<120 {
                let id = try #require(DossierID((0..<16).map { _ in UInt8(chance.number(below: 20)) == 0 ? 1 : 0 }.prefix(15) + [UInt8(chance.number(below: 25))]))
                if chance.number(below: 5) == 0 {
                    present[id] = nil
                    _ = try index.remove(id)
                } else {
                    let fields = fields(&chance)
                    present[id] = fields
                    _ = try index.insert(id, fields)
                    #expect(try index.insert(id, fields).isEmpty)
                }
            }
            let truth = DuplicateOracle.verdicts(for: present.map { ($0.key, $0.value) })
            for (id, fields) in present {
                #expect(try index.problems(of: id, with: fields) == truth[id] ?? [])
            }
        }
    }

    private func fields(_ chance: inout SeededChance) -> KeyFields {
        let hasID = chance.number(below: 2) == 0
        return KeyFields(
            name: ["张伟", "李娜", "王芳"][chance.number(below: 3)], sex: "1", birthDate: ["20160305", "20160306"][chance.number(below: 2)],
            idType: hasID ? "1" : "Z",
            idNumber: hasID ? ["440106201603050011", "440106201603050038", "440106201603050054"][chance.number(below: 3)] : "")
    }
}
