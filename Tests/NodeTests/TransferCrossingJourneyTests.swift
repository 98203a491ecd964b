import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing

/// What happens at two nodes that do not see each other: a school takes its application back, or is merged, while the authority above both
/// schools goes on. Four nodes: the centre, a province, two schools directly below it.
struct TransferCrossingJourneyTests {
    private struct Member: Sendable {
        let node: ServedNode
        let token: String

        func act(_ verb: String, _ transfer: String, json: String? = nil) async throws {
            let answer = try await node.ask(.post, "/api/v1/transfers/\(transfer)/\(verb)", token: token, json: json ?? (verb == "approve" ? "{}" : nil))
            #expect(answer.status == 200, "\(verb): \(answer.text)")
        }

        func state(_ transfer: String) async throws -> String? {
            try await node.ask(.get, "/api/v1/transfers/\(transfer)", token: token).json["transfer"]?["state"]?.text
        }

        func holder(_ transfer: String) async throws -> String? {
            try await node.ask(.get, "/api/v1/transfers/\(transfer)", token: token).json["transfer"]?["holder"]?.text
        }
    }

    /// Where everything is, between the times that nodes are served.
    private struct Place: Sendable {
        let centre, province, receiving, releasing: String
        /// The province's address for its children.
        let peer: String
        let transfer, dossier: String
    }

    private static let province = Unit(code: "430000", name: "湖南省教育厅", tier: .province, competent: .centre)
    private static let receiving = school("3143000002", "省实验小学")
    private static let releasing = school(UnitCode(ExamplePupil.schoolCode), "示例学校")
    private static let third = school("3143000003", "省第三小学")

    private static func school(_ code: UnitCode, _ name: String) -> Unit {
        Unit(
            code: code, name: name, tier: .school, competent: "430000", territorial: "430000", kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
    }

    private static func again(_ folder: String, _ seed: UInt64, peer: String? = nil, _ body: @escaping @Sendable (Member) async throws -> Void) async throws {
        try await ServedNode.serve(folder, seed: seed, peerListen: peer) { node in
            try await body(Member(node: node, token: try #require(try await node.signIn("Spring-2026-x").json["token"]?.text)))
        }
    }

    private static func join(_ unit: Unit, _ parent: Member, _ folder: String, seed: UInt64) async throws -> String {
        let code = try await parent.node.invite(unit.code, parent.token)
        return try await Joining(
            parent: parent.node.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: seed)).join().admin.password
    }

    /// A pupil with a number, asked for and given; the province has the pen. Then all nodes but the centre's are stopped.
    private static func accepted(
        _ name: String, seed: UInt64, _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        let centre = try Fixture.folder(name + "-centre")
        let folders = try ["province", "receiving", "releasing"].map { try Fixture.folder("\(name)-\($0)") }
        defer { for path in folders + [centre] { Fixture.remove(path) } }
        let founded = try Founding.foundCentre(name: "教育部", folder: centre, surroundings: Fixture.surroundings(seed: seed))
        let archive = try Fixture.archive(centre, seed: seed + 1)
        try archive.write { transaction in
            for unit in [province, receiving, releasing, third] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        }
        try archive.close()
        let peer = Fixture.steadyAddress()
        try await ServedNode.serve(centre, seed: seed + 2) { top in
            let above = Member(node: top, token: try await top.begin(founded.admin.password))
            let password = try await join(province, above, folders[0], seed: seed + 3)
            let made = Mutex<(transfer: String, dossier: String)?>(nil)
            try await ServedNode.serve(folders[0], seed: seed + 4, peerListen: peer) { middle in
                let authority = Member(node: middle, token: try await middle.begin(password))
                let passwords = [
                    try await join(receiving, authority, folders[1], seed: seed + 5), try await join(releasing, authority, folders[2], seed: seed + 6),
                ]
                try await ServedNode.serve(folders[1], seed: seed + 7) { asking in
                    try await ServedNode.serve(folders[2], seed: seed + 8) { giving in
                        let asks = Member(node: asking, token: try await asking.begin(passwords[0]))
                        let gives = Member(node: giving, token: try await giving.begin(passwords[1]))
                        let done = try await give(asks, gives, authority, above)
                        made.withLock { $0 = done }
                    }
                }
            }
            let done = try #require(made.withLock { $0 })
            try await body(Place(
                centre: centre, province: folders[0], receiving: folders[1], releasing: folders[2], peer: peer, transfer: done.transfer,
                dossier: done.dossier))
        }
    }

    private static func give(_ asks: Member, _ gives: Member, _ authority: Member, _ centre: Member) async throws -> (transfer: String, dossier: String) {
        let tree = ServedTree(
            centre: centre.node, province: authority.node, school: gives.node, provinceToken: authority.token, schoolToken: gives.token)
        let dossier = try await tree.importPupil()
        let batch = "{\"dossiers\":[\"\(dossier)\"]}"
        for verb in ["review", "submit"] {
            #expect(try await gives.node.ask(.post, "/api/v1/students/\(verb)", token: gives.token, json: batch).status == 200)
        }
        try await Fixture.eventually {
            try await authority.node.ask(.post, "/api/v1/students/approve", token: authority.token, json: batch).json["done"]?.items.count == 1
        }
        try await Fixture.eventually { try await tree.pupil()?["number"]?.text?.hasPrefix("G") == true }
        let pupil = try #require(try await tree.pupil())
        let form = """
            {"releasing":"\(releasing.code)","name":"\(pupil["name"]?.text ?? "")","number":"\(pupil["number"]?.text ?? "")",\
            "cohort":"\(pupil["class"]?.text?.prefix(5) ?? "")","date":"20260915","reason":"随父母迁居","stay":"走读"}
            """
        let applied = try await asks.node.ask(.post, "/api/v1/transfers", token: asks.token, json: form)
        let transfer = try #require(applied.json["transfer"]?.text, "\(applied.text)")
        try await asks.act("submit", transfer)
        try await Fixture.eventually { try await gives.holder(transfer) == releasing.code.text }
        try await gives.act("approve", transfer)
        for member in [asks, authority] { try await Fixture.eventually { try await member.holder(transfer) == province.code.text } }
        return (transfer, dossier)
    }

    @Test func `a withdrawal that crosses the approval changes nothing, and both sides see it so`() async throws {
        try await Self.accepted("crossing", seed: 8600) { place in
            // Nobody is above the school while it takes its application back.
            try await Self.again(place.receiving, 8620) { asks in
                try await asks.act("withdraw", place.transfer, json: #"{"reason":"家长改变主意"}"#)
                #expect(try await asks.state(place.transfer) == "withdrawn")
            }
            try await Self.again(place.province, 8630, peer: place.peer) { authority in
                try await authority.act("approve", place.transfer)
                try await Fixture.eventually { try await authority.state(place.transfer) == "completed" }
                try await Self.again(place.receiving, 8640) { asks in
                    try await Fixture.eventually { try await asks.state(place.transfer) == "completed" }
                    try await Fixture.eventually {
                        try await asks.node.ask(.get, "/api/v1/students", token: asks.token).json["total"]?.count == 1
                    }
                    for member in [asks, authority] {
                        try await Fixture.eventually {
                            let page = try await member.node.ask(.get, "/api/v1/transfers/\(place.transfer)", token: member.token).json
                            return page["events"]?.items.contains { $0["label"]?.text == "撤销（在办结之后，不生效）" } ?? false
                        }
                        #expect(await member.node.verb("verify") == 0)
                    }
                }
            }
        }
    }

    @Test func `a receiving school that is merged on the way gets nobody, its application is over, and the pupil stays where he was`() async throws {
        try await Self.accepted("merged", seed: 8700) { place in
            try await Self.again(place.province, 8730, peer: place.peer) { authority in
                let merged = try await authority.node.ask(
                    .post, "/api/v1/units/\(Self.receiving.code)/merge", token: authority.token, json: "{\"into\":\"\(Self.third.code)\"}")
                #expect(merged.status == 200, "\(merged.text)")
                try await authority.act("approve", place.transfer)
                try await Fixture.eventually { try await authority.state(place.transfer) == "withdrawn" }
                try await Self.again(place.releasing, 8740) { gives in
                    try await Fixture.eventually { try await gives.state(place.transfer) == "withdrawn" }
                    let pupil = try await gives.node.ask(.get, "/api/v1/students", token: gives.token).json["students"]?.items.first
                    #expect(pupil?["dossier"]?.text == place.dossier && pupil?["holder"]?.text == Self.releasing.code.text)
                    #expect(await gives.node.verb("verify") == 0)
                }
                #expect(await authority.node.verb("verify") == 0)
            }
        }
    }
}
