import Testing

@testable import Store

@Suite struct WriteRiderTests {
    private struct Stumble: Error {}

    private func isThere(_ key: String, _ bench: Bench) throws -> Bool { try bench.archive.read { try $0.nodeText(key) } != nil }

    @Test func `what rides is committed with the first write alone, and not with one that fails`() throws {
        let bench = try Bench()
        let rider = WriteRider { try $0.setNodeText("rider", "\($0.reading.nodeText("rider") ?? "")x") }
        let archive = Archive(bench.archive, rider: rider)
        #expect(throws: Stumble.self) { try archive.write { _ in throw Stumble() } }
        #expect(try !isThere("rider", bench))
        try archive.write { try $0.setNodeText("first", "1") }
        try archive.write { try $0.setNodeText("second", "2") }
        #expect(try bench.archive.read { try $0.nodeText("rider") } == "x")
        #expect(rider.end())
    }

    @Test func `a write whose rider fails is not there either`() throws {
        let bench = try Bench()
        let rider = WriteRider { _ in throw Stumble() }
        let archive = Archive(bench.archive, rider: rider)
        #expect(throws: Stumble.self) { try archive.write { try $0.setNodeText("first", "1") } }
        #expect(try !isThere("first", bench))
        #expect(!rider.end())
    }

    @Test func `after its end nothing rides`() throws {
        let bench = try Bench()
        let rider = WriteRider { try $0.setNodeText("rider", "x") }
        #expect(!rider.end())
        try Archive(bench.archive, rider: rider).write { try $0.setNodeText("first", "1") }
        #expect(try isThere("first", bench) && !isThere("rider", bench))
    }
}
