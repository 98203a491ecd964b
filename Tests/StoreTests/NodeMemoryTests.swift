import Protocol
import Rules
import Testing

@testable import Store

@Suite struct NodeMemoryTests {
    @Test func `a value that is set counts at once, and its undoing too`() throws {
        struct Failure: Error {}
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            #expect(try transaction.reading.nodeText("colour") == nil)
            try transaction.setNodeText("colour", "red")
            #expect(try transaction.reading.nodeText("colour") == "red")
            #expect(throws: Failure.self) {
                try transaction.attempt {
                    try transaction.setNodeText("colour", "blue")
                    #expect(try transaction.reading.nodeText("colour") == "blue")
                    throw Failure()
                }
            }
            #expect(try transaction.reading.nodeText("colour") == "red")
        }
    }

    @Test func `whom the node speaks for follows its secrets`() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            #expect(try transaction.hosts(Bench.school))
            #expect(try !transaction.hosts(Bench.county))
            try transaction.keepSecret(transaction.surroundings.statementKey(), of: Bench.county, incarnation: transaction.surroundings.incarnation())
            #expect(try transaction.hosts(Bench.county))
            try transaction.retireSecret(of: Bench.school)
            #expect(try !transaction.hosts(Bench.school))
        }
    }

    @Test func `a stream that an undone part has opened is opened again`() throws {
        struct Failure: Error {}
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            let stream = StreamID(unit: Bench.school, incarnation: try transaction.incarnation(of: Bench.school), audience: .unit(Bench.county))
            #expect(throws: Failure.self) {
                try transaction.attempt {
                    _ = try transaction.row(of: stream)
                    throw Failure()
                }
            }
            #expect(try Journal.find(stream, in: transaction.database) == nil)
            let row = try transaction.row(of: stream)
            #expect(try Journal.find(stream, in: transaction.database) == row)
        }
    }
}
