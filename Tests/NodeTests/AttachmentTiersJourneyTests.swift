import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Sheets
import Store
import Synchronization
import Testing

/// A file on five tiers: kept at the school and its county; fetched by the province through the city when somebody asks.
struct AttachmentTiersJourneyTests {
    private static let units = [
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000"),
        Unit(code: "440113", name: "番禺区教育局", tier: .county, competent: "440100"),
        Unit(
            code: UnitCode(ExamplePupil.schoolCode), name: "示例学校", tier: .school, competent: "440113", territorial: "440113", kind: "345",
            stages: [.primary, .junior, .senior], years: [.primary: 6, .junior: 3, .senior: 3], owner: "831", urban: "111"),
    ]
    private static let path: [UnitCode] = ["440000"] + units.map(\.code)

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

    /// Joins the units of the path one below the other and serves them all while `body` runs; nodes from the centre down.
    private func raise(
        _ above: [ServedNode], _ name: String, _ body: @escaping @Sendable ([ServedNode]) async throws -> Void
    ) async throws {
        guard above.count <= Self.path.count else { return try await body(above) }
        let unit = Self.path[above.count - 1]
        let folder = try Fixture.folder("\(name)-\(unit)")
        let parent = try #require(above.last)
        let seed = 1700 + UInt64(above.count) * 10
        _ = try await Joining(
            parent: parent.ready.peer, code: try await code(for: unit, at: parent), folder: folder, proxy: nil,
            surroundings: Fixture.surroundings(seed: seed)).join()
        try await ServedNode.serve(folder, seed: seed + 1) { node in try await self.raise(above + [node], name, body) }
        Fixture.remove(folder)
    }

    private func standing(_ name: String, seed: UInt64, _ body: @escaping @Sendable ([ServedNode]) async throws -> Void) async throws {
        let (folder, archive) = try Fixture.centre(name, seed: seed)
        defer { Fixture.remove(folder) }
        try archive.write { transaction in
            for unit in Self.units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: seed + 5) { top in try await self.raise([top], name, body) }
    }

    @Test func `a file stays at school and county, comes up two tiers when asked for, and a withdrawal reaches all`() async throws {
        let file = try Fixture.folder("tiers-evidence.jpg")
        defer { for path in [file, file + ".out", file + ".xlsx"] { Fixture.remove(path) } }
        try Data(AttachmentPair.picture).write(to: URL(fileURLWithPath: file))
        let hash = Hashing.sha256(AttachmentPair.picture)
        try await standing("tiers", seed: 1690) { nodes in
            let (province, city, county, school) = (nodes[1], nodes[2], nodes[3], nodes[4])
            try await Fixture.eventually {
                await school.verb("classes", "add", "--stage", "primary", "--year", "2015", "--count", "1") == 0
            }
            try AttachmentPair.workbook(file + ".xlsx")
            #expect(await school.verb("import", file + ".xlsx") == 0)
            let id = try AttachmentPair.read(school.folder) { try Data.fetchOne($0.database, sql: "SELECT id FROM dossier") }
            let dossier = try #require(id.flatMap { DossierID($0) }).description
            #expect(await school.verb("attach", dossier, file) == 0)
            try await Fixture.eventually { try AttachmentPair.holds(county.folder, hash) }
            try await Fixture.eventually { await province.verb("attachments", dossier) == 0 }
            for node in [city, province] { #expect(try !AttachmentPair.holds(node.folder, hash)) }
            #expect(await province.verb("attachment", "get", hash.description, "--out", file + ".out", "--wait", "60") == 0)
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: file + ".out"))) == AttachmentPair.picture)
            // On the way it lies at the city as well; both keep it for a while only.
            for node in [city, province] {
                let keeps = try AttachmentPair.read(node.folder) { try BlobRegister($0).held().first { $0.hash == hash }?.keepUntil }
                #expect(keeps != nil)
            }
            #expect(await school.verb("attachment", "withdraw", hash.description, "--reason", "扫描件不清晰") == 0)
            for node in nodes {
                try await Fixture.eventually { try AttachmentPair.read(node.folder) { try BlobRegister($0).standing(with: hash).isEmpty } }
            }
            try await Fixture.eventually {
                try AttachmentPair.read(county.folder) { try BlobRegister($0).held().first { $0.hash == hash }?.keepUntil != nil }
            }
            #expect(await school.verb("attachment", "withdraw", hash.description, "--reason", "再撤一次") == 1)
            #expect(await province.verb("verify") == 0)
        }
    }
}
