import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing

/// Five nodes one below the other, centre, province, city, county and school, joined by invitation and served in the test's own process.
struct ServedPath: Sendable {
    static let units = [
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000"),
        Unit(code: "440113", name: "番禺区教育局", tier: .county, competent: "440100"),
        Unit(
            code: UnitCode(ExamplePupil.schoolCode), name: "示例学校", tier: .school, competent: "440113", territorial: "440113", kind: "345",
            stages: [.primary, .junior, .senior], years: [.primary: 6, .junior: 3, .senior: 3], owner: "831", urban: "111"),
    ]
    private static let path: [UnitCode] = ["440000"] + units.map(\.code)

    let name: String
    let seed: UInt64

    /// Serves the path while `body` runs; nodes from the centre down.
    static func serve(_ name: String, seed: UInt64, _ body: @escaping @Sendable ([ServedNode]) async throws -> Void) async throws {
        let (folder, archive) = try Fixture.centre(name, seed: seed)
        defer { Fixture.remove(folder) }
        try archive.write { transaction in
            for unit in units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        }
        try archive.close()
        let path = ServedPath(name: name, seed: seed)
        try await ServedNode.serve(folder, seed: seed + 5) { top in try await path.raise([top], body) }
    }

    /// Joins the units of the path one below the other.
    private func raise(_ above: [ServedNode], _ body: @escaping @Sendable ([ServedNode]) async throws -> Void) async throws {
        guard above.count <= Self.path.count else { return try await body(above) }
        let unit = Self.path[above.count - 1]
        let folder = try Fixture.folder("\(name)-\(unit)")
        let parent = try #require(above.last)
        let seed = seed + UInt64(above.count) * 10
        _ = try await Joining(
            parent: parent.ready.peer, code: try await code(for: unit, at: parent), folder: folder, proxy: nil,
            surroundings: Fixture.surroundings(seed: seed)).join()
        try await ServedNode.serve(folder, seed: seed + 1) { node in try await self.raise(above + [node], body) }
        Fixture.remove(folder)
    }

    /// A code from a running node, over its socket as an operator gets it.
    private func code(for unit: UnitCode, at node: ServedNode) async throws -> String {
        let socket = try #require(RunRecord.read(from: node.folder)?.socket)
        let local = try HTTPCaller(HTTPSettings(unixSocket: socket))
        let code = Mutex("")
        try await Fixture.eventually {
            let answer = try await local.send(OutgoingRequest(.post, "http://localhost/api/v1/units/\(unit)/invitation"))
            let body: JSONValue = try JSONBody.decode(answer.body)
            code.withLock { $0 = body["code"]?.text ?? "" }
            return answer.status == 200
        }
        return code.withLock { $0 }
    }
}
