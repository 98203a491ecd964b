import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing

/// A transfer between two provinces, every unit with a node of its own, five tiers on each side; the releasing school's node is away for
/// most of it.
struct TransferJourneyTests {
    private typealias Nodes = [UnitCode: Member]

    /// A picture of a proof of residence.
    private static let paper: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + (0..<60_000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    private struct Member: Sendable {
        let node: ServedNode
        /// A session with all roles.
        let token: String
    }

    private static func unit(_ code: UnitCode, _ name: String, _ tier: Tier, _ above: UnitCode) -> Unit {
        Unit(code: code, name: name, tier: tier, competent: above)
    }

    private static func school(_ code: UnitCode, _ name: String, _ above: UnitCode) -> Unit {
        Unit(
            code: code, name: name, tier: .school, competent: above, territorial: above, kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
    }

    private static let receiving = school("2144000001", "天河第一小学", "440106")
    private static let releasing = school(UnitCode(ExamplePupil.schoolCode), "岳麓第一小学", "430104")
    private static let receivingPath = [
        unit("440000", "广东省教育厅", .province, .centre), unit("440100", "广州市教育局", .city, "440000"),
        unit("440106", "天河区教育局", .county, "440100"), receiving,
    ]
    private static let releasingPath = [
        unit("430000", "湖南省教育厅", .province, .centre), unit("430100", "长沙市教育局", .city, "430000"),
        unit("430104", "岳麓区教育局", .county, "430100"), releasing,
    ]

    /// Serves the units of a path, each joined to the one before.
    private static func raise(
        _ path: ArraySlice<Unit>, under parent: Member, seed: UInt64, _ nodes: Nodes, _ body: @escaping @Sendable (Nodes) async throws -> Void
    ) async throws {
        guard let unit = path.first else { return try await body(nodes) }
        let folder = try Fixture.folder("transfer-\(unit.code)")
        defer { Fixture.remove(folder) }
        let code = try await parent.node.invite(unit.code, parent.token)
        let joined = try await Joining(
            parent: parent.node.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: seed)).join()
        try await ServedNode.serve(folder, seed: seed + 1, peerListen: Fixture.steadyAddress()) { node in
            let member = Member(node: node, token: try await node.begin(joined.admin.password))
            var nodes = nodes
            nodes[unit.code] = member
            try await raise(path.dropFirst(), under: member, seed: seed + 10, nodes, body)
        }
    }

    private static func act(_ verb: String, _ transfer: String, _ member: Member) async throws {
        let answer = try await member.node.ask(.post, "/api/v1/transfers/\(transfer)/\(verb)", token: member.token, json: verb == "approve" ? "{}" : nil)
        #expect(answer.status == 200, "\(verb): \(answer.text)")
    }

    private static func waitForHolder(_ holder: UnitCode, _ transfer: String, at member: Member) async throws {
        try await Fixture.eventually {
            try await member.node.ask(.get, "/api/v1/transfers/\(transfer)", token: member.token).json["transfer"]?["holder"]?.text == holder.text
        }
    }

    private static func state(_ transfer: String, at member: Member) async throws -> String? {
        try await member.node.ask(.get, "/api/v1/transfers/\(transfer)", token: member.token).json["transfer"]?["state"]?.text
    }

    @Test func `from application to class over nine nodes, with the releasing school away, and all nodes agree`() async throws {
        let centre = try Fixture.folder("transfer-centre")
        let absent = try Fixture.folder("transfer-absent")
        defer { for path in [centre, absent] { Fixture.remove(path) } }
        let founded = try Founding.foundCentre(name: "教育部", folder: centre, surroundings: Fixture.surroundings(seed: 8100))
        let archive = try Fixture.archive(centre, seed: 8101)
        try archive.write { transaction in
            for unit in Self.receivingPath + Self.releasingPath { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        }
        try archive.close()
        try await ServedNode.serve(centre, seed: 8102) { top in
            let centre = Member(node: top, token: try await top.begin(founded.admin.password))
            try await Self.raise(Self.receivingPath[...], under: centre, seed: 8200, [:]) { nodes in
                // The school itself is served by the test, to be stopped and started.
                try await Self.raise(Self.releasingPath.dropLast()[...], under: centre, seed: 8300, nodes) { nodes in
                    let county = try #require(nodes["430104"])
                    let code = try await county.node.invite(Self.releasing.code, county.token)
                    let joined = try await Joining(
                        parent: county.node.ready.peer, code: code, folder: absent, proxy: nil, surroundings: Fixture.surroundings(seed: 8400)
                    ).join()
                    try await Self.run(nodes, absent, joined.admin.password, centre)
                }
            }
        }
    }

    private static func run(_ nodes: Nodes, _ absent: String, _ password: String, _ centre: Member) async throws {
        let (asking, county) = (try #require(nodes[receiving.code]), try #require(nodes["430104"]))
        let pupil = Mutex<JSONValue?>(nil)
        try await ServedNode.serve(absent, seed: 8410) { school in
            let tree = ServedTree(
                centre: centre.node, province: county.node, school: school, provinceToken: county.token,
                schoolToken: try await school.begin(password))
            let known = try await enrol(tree, county)
            pupil.withLock { $0 = known }
        }
        let record = try #require(pupil.withLock { $0 })
        let transfer = try await applyFromAway(record, asking, nodes)
        // The school comes back, finds the application, and gives the pupil.
        try await ServedNode.serve(absent, seed: 8420) { school in
            let token = try #require(try await school.signIn("Spring-2026-x").json["token"]?.text)
            let member = Member(node: school, token: token)
            try await waitForHolder(releasing.code, transfer, at: member)
            // The paper has come by itself, through both provinces and the centre.
            try await Fixture.eventually { BlobShelf(node: absent).isSound(Hashing.sha256(Self.paper)) }
            #expect(await school.verb("attachment", "get", Hashing.sha256(Self.paper).description, "--out", absent + ".out") == 0)
            Fixture.remove(absent + ".out")
            try await act("approve", transfer, member)
            try await waitForHolder("430104", transfer, at: asking)
        }
        try await act("approve", transfer, county)
        let province = try #require(nodes["430000"])
        try await waitForHolder("430000", transfer, at: province)
        try await act("approve", transfer, province)
        try await Fixture.eventually { try await state(transfer, at: asking) == "completed" }
        try await place(record, asking)
        try await ServedNode.serve(absent, seed: 8430) { school in
            let token = try #require(try await school.signIn("Spring-2026-x").json["token"]?.text)
            let member = Member(node: school, token: token)
            try await Fixture.eventually { try await state(transfer, at: member) == "completed" }
            #expect(try await school.ask(.get, "/api/v1/students", token: token).json["total"]?.count == 0)
            let folders = [absent] + nodes.values.map(\.node.folder) + [centre.node.folder]
            let dossier = try #require(record["dossier"]?.text)
            try await Fixture.eventually {
                Set(try folders.compactMap { try line(dossier, $0) }).count == 1
            }
            for member in nodes.values { #expect(await member.node.verb("verify") == 0) }
            for node in [school, centre.node] { #expect(await node.verb("verify") == 0) }
        }
    }

    /// A pupil of the releasing school with a formal number.
    private static func enrol(_ tree: ServedTree, _ county: Member) async throws -> JSONValue {
        let dossier = try await tree.importPupil()
        let batch = "{\"dossiers\":[\"\(dossier)\"]}"
        for verb in ["review", "submit"] {
            #expect(try await tree.school.ask(.post, "/api/v1/students/\(verb)", token: tree.schoolToken, json: batch).status == 200)
        }
        try await Fixture.eventually {
            let answer = try await county.node.ask(.post, "/api/v1/students/approve", token: county.token, json: batch)
            return answer.json["done"]?.count == 1 || answer.json["done"]?.items.count == 1
        }
        try await Fixture.eventually { try await tree.pupil()?["number"]?.text?.hasPrefix("G") == true }
        return try #require(try await tree.pupil())
    }

    /// The receiving side's part, while the releasing school's node is stopped.
    private static func applyFromAway(_ record: JSONValue, _ asking: Member, _ nodes: Nodes) async throws -> String {
        let (name, number) = (try #require(record["name"]?.text), try #require(record["number"]?.text))
        let cohort = try #require(record["class"]?.text?.prefix(5))
        let form = """
            {"releasing":"\(releasing.code)","name":"\(name)","number":"\(number)","cohort":"\(cohort)","date":"20260915",\
            "reason":"随父母迁居","stay":"走读"}
            """
        let answer = try await asking.node.ask(.post, "/api/v1/transfers", token: asking.token, json: form)
        #expect(answer.status == 200, "\(answer.text)")
        let transfer = try #require(answer.json["transfer"]?.text)
        let paper = asking.node.folder + ".jpg"
        defer { Fixture.remove(paper) }
        try Data(Self.paper).write(to: URL(fileURLWithPath: paper))
        #expect(await asking.node.verb("transfer", "attach", transfer, paper, "--paper", "residence") == 0)
        try await act("submit", transfer, asking)
        for code in ["440106", "440000"] as [UnitCode] {
            let member = try #require(nodes[code])
            try await waitForHolder(code, transfer, at: member)
            try await act("approve", transfer, member)
        }
        // Everybody sees with whom it rests: with a school that is away.
        for code in [receiving.code, "440106", "430104", "430000"] as [UnitCode] {
            try await waitForHolder(releasing.code, transfer, at: try #require(nodes[code]))
        }
        return transfer
    }

    private static func place(_ record: JSONValue, _ asking: Member) async throws {
        let dossier = try #require(record["dossier"]?.text)
        let pupil = try await asking.node.ask(.get, "/api/v1/students", token: asking.token).json["students"]?.items.first
        #expect(pupil?["number"]?.text == record["number"]?.text && pupil?["class"]?.text == "")
        let made = try await asking.node.ask(
            .post, "/api/v1/classes", token: asking.token, json: #"{"stage":"primary","year":2015,"count":1}"#)
        let code = try #require(made.json["classes"]?.items.last?.text)
        let placed = try await asking.node.ask(
            .post, "/api/v1/classes/\(code)/students", token: asking.token, json: "{\"dossiers\":[\"\(dossier)\"]}")
        #expect(placed.json["done"]?.items.count == 1, "\(placed.text)")
    }

    /// What all nodes that have the dossier must agree on; nil where it is not, or not yet.
    private static func line(_ dossier: String, _ folder: String) throws -> String? {
        try Fixture.read(folder) { reading in
            guard let id = DossierID(hex: dossier), let known = try DossierShelf(reading).dossier(id) else { return nil }
            return "\(known.home) \(known.holder?.text ?? "") \(known.head?.description ?? "") \(known.state) \(known.length) \(known.number ?? "")"
        }
    }
}
