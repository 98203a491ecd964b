import Features
@testable import Node
import Store
import Testing

@Suite struct ActLineTests: ~Copyable {
    private struct Stumble: Error {}

    private let centre: Archive
    private let folder: String

    init() throws { (folder, centre) = try Fixture.centre("act-line-\(UInt32.random(in: 0...UInt32.max))", seed: 73) }

    deinit { Fixture.remove(folder) }

    private func line(isJoined: Bool = true) -> ActLine {
        ActLine("students.edit", by: .localOperator(of: .centre), on: "7", archive: centre, isJoined: isJoined)
    }

    private func outcomes() throws -> [String] {
        try centre.read { try AuditTrail.newest(10, of: "000000", $0) }.filter { $0.operation == "students.edit" }.map(\.outcome)
    }

    private func act(_ archive: Archive) throws { try archive.write { try $0.setNodeText("act", "done") } }

    @Test func `the line is there as soon as the act is`() throws {
        let line = line()
        try act(line.archive)
        #expect(try outcomes() == ["done"])
        try line.end("done")
        try act(line.archive)
        #expect(try outcomes() == ["done"])
    }

    @Test func `an act that came to nothing has a line of its own`() throws {
        let line = line()
        #expect(throws: Stumble.self) { try line.archive.write { _ in throw Stumble() } }
        #expect(try outcomes() == [])
        try line.end("state")
        #expect(try outcomes() == ["state"])
    }

    @Test func `what wrote something and then failed is told as failed, in one line`() throws {
        let line = line()
        try act(line.archive)
        try line.end("failed")
        #expect(try outcomes() == ["failed"])
    }

    @Test func `where an attempt is counted that may fail, nothing is said before its end`() throws {
        let line = line(isJoined: false)
        try act(line.archive)
        #expect(try outcomes() == [])
        try line.end("password.wrong")
        #expect(try outcomes() == ["password.wrong"])
    }
}
