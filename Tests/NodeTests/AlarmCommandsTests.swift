import GRDB
@testable import Node
import Store
import Testing

struct AlarmCommandsTests {
    @Test func `the word about further alarms of a code can be acknowledged, the standing ones it speaks of cannot`() async throws {
        let (folder, archive) = try Fixture.centre("alarm-more", seed: 9400)
        defer { Fixture.remove(folder) }
        try archive.write { transaction in
            for number in 0...Transaction.alarmsPerCode { try transaction.raiseAlarm("held", subject: "unit \(number)", "数据流停住了") }
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: 9402) { node in
            #expect(await node.verb("alarm", "acknowledge", "held") == 1)
            #expect(await node.verb("alarm", "acknowledge", "held", "unit 3") == 1)
            #expect(await node.verb("alarm", "acknowledge", "held", Transaction.furtherAlarms) == 0)
        }
        let again = try Fixture.archive(folder, seed: 9403)
        let left = try again.read { try String.fetchAll($0.database, sql: "SELECT subject FROM alarm WHERE code = 'held'") }
        #expect(left.count == Transaction.alarmsPerCode && !left.contains(Transaction.furtherAlarms))
        try again.close()
    }
}
