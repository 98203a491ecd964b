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

/// A school at the foot of five tiers asks for a pupil of its own city and for one of another province, whose node is stopped for a while.
struct InquiryJourneyTests {
    private static func school(_ code: String, _ name: String, _ competent: UnitCode) -> Unit {
        Unit(
            code: UnitCode(code), name: name, tier: .school, competent: competent, territorial: competent, kind: "345",
            stages: [.primary, .junior, .senior], years: [.primary: 6, .junior: 3, .senior: 3], owner: "831", urban: "111")
    }

    private static let far = school(ExamplePupil.schoolCode, "长沙示例学校", "430000")
    private static let near = school("3444010002", "广州示例学校", "440100")
    private static let asker = school("3444010001", "番禺示例学校", "440113")
    private static let units = [
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000"), Unit(code: "440113", name: "番禺区教育局", tier: .county, competent: "440100"),
        Unit(code: "430000", name: "湖南省教育厅", tier: .province, competent: .centre), asker, near, far,
    ]
    private static let path: [UnitCode] = ["440000", "440100", "440113", asker.code]

    /// A code from a running node, over its socket as an operator gets it.
    private static func code(for unit: UnitCode, at node: ServedNode) async throws -> String {
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

    private static func join(_ unit: UnitCode, below parent: ServedNode, _ folder: String, seed: UInt64) async throws -> String {
        try await Joining(
            parent: parent.ready.peer, code: try await code(for: unit, at: parent), folder: folder, proxy: nil,
            surroundings: Fixture.surroundings(seed: seed)).join().admin.password
    }

    /// Serves the path one below the other while `body` runs: nodes from the centre down, and the asker's one-time password.
    private static func raise(
        _ above: [ServedNode], _ password: String, _ body: @escaping @Sendable ([ServedNode], String) async throws -> Void
    ) async throws {
        guard above.count <= path.count else { return try await body(above, password) }
        let unit = path[above.count - 1]
        let folder = try Fixture.folder("inquiry-\(unit)")
        let seed = 2600 + UInt64(above.count) * 10
        let parent = try #require(above.last)
        let given = try await join(unit, below: parent, folder, seed: seed)
        try await ServedNode.serve(folder, seed: seed + 1) { node in try await raise(above + [node], given, body) }
        Fixture.remove(folder)
    }

    /// Hosts a school on its authority's node and enters and approves one pupil there.
    /// - Returns: name, provisional number, ID number and dossier.
    private static func enrol(
        at school: Unit, on node: ServedNode, _ changes: [StudentField: String]
    ) async throws -> (name: String, number: String, idNumber: String, dossier: String) {
        let code = school.code.text
        try await Fixture.eventually { await node.verb("host", code) == 0 }
        try await Fixture.eventually {
            await node.verb("classes", "add", "--stage", "primary", "--year", "2015", "--count", "1", "--unit", code) == 0
        }
        let cells = ExamplePupil.cells.mapValues { $0.text }.merging(changes.merging([.schoolCode: code]) { $1 }) { $1 }
        let file = try Fixture.folder("inquiry-\(code).xlsx")
        defer { Fixture.remove(file) }
        let columns = Template[.v2013].columns
        let writer = try TableWriter(path: file, columns: columns.map { ColumnSpec($0.header) })
        try writer.write(columns.map { column in column.field.flatMap { cells[$0] } ?? "" })
        try writer.finish()
        #expect(await node.verb("import", file, "--unit", code) == 0)
        let row = try Fixture.read(node.folder) { try Row.fetchOne($0.database, sql: "SELECT id, name FROM dossier WHERE home = ?", arguments: [code]) }
        let id = try #require(row.flatMap { DossierID($0["id"] as Data) }).description
        for verb in ["review", "submit"] { #expect(await node.verb(verb, id, "--unit", code, "--wait", "60") == 0) }
        #expect(await node.verb("approve", id, "--wait", "60") == 0)
        let number = try Fixture.read(node.folder) { try String.fetchOne($0.database, sql: "SELECT provisional FROM dossier WHERE home = ?", arguments: [code]) }
        return (try #require(row)["name"], try #require(number), cells[.idNumber] ?? "", id)
    }

    /// The code of a card that a hosted school prints.
    private static func card(_ dossier: String, of school: Unit, on node: ServedNode) async throws -> String {
        let socket = try #require(RunRecord.read(from: node.folder)?.socket)
        let local = try HTTPCaller(HTTPSettings(unixSocket: socket))
        let answer = try await local.send(OutgoingRequest(
            .post, "http://localhost/api/v1/students/\(dossier)/certificate", headers: [("Xueji-Unit", school.code.text), ("Content-Type", "application/json")],
            body: .bytes(Array(#"{"kind":"studentCard"}"#.utf8))))
        let body: JSONValue = try JSONBody.decode(answer.body)
        return try #require(body["text"]?.text)
    }

    private static func show(_ node: ServedNode, _ token: String, _ id: String) async throws -> JSONValue {
        try await node.ask(.get, "/api/v1/inquiries/\(id)", token: token).json
    }

    private static func ask(_ node: ServedNode, _ token: String, _ body: String) async throws -> String {
        let answer = try await node.ask(.post, "/api/v1/inquiries", token: token, json: body)
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["inquiry"]?.text)
    }

    private static func trail(_ folder: String, _ unit: UnitCode) throws -> [String] {
        try Fixture.read(folder) { reading in
            try Row.fetchAll(
                reading.database, sql: "SELECT operation, subject FROM audit WHERE unit = ? AND operation LIKE 'inquiries.%'", arguments: [unit.text]
            ).map { "\($0["operation"] as String) \($0["subject"] as String)" }
        }
    }

    @Test func `the own city answers at once, the other province when its node is back, and the asker sees whom it waits for`() async throws {
        let (centre, archive) = try Fixture.centre("inquiry-centre", seed: 2590)
        let (hunan, address) = (try Fixture.folder("inquiry-430000"), Fixture.steadyAddress())
        defer { for folder in [centre, hunan] { Fixture.remove(folder) } }
        try archive.write { transaction in
            for unit in Self.units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
        }
        try archive.close()
        try await ServedNode.serve(centre, seed: 2595, change: { $0.provincePatience = 5 }) { top in
            _ = try await Self.join("430000", below: top, hunan, seed: 2597)
            let pupil = Mutex<(name: String, number: String, idNumber: String, dossier: String)>(("", "", "", ""))
            try await ServedNode.serve(hunan, seed: 2598, peerListen: address) { node in
                let found = try await Self.enrol(at: Self.far, on: node, [:])
                pupil.withLock { $0 = found }
                // What the centre does not know it cannot look for.
                try await Fixture.eventually {
                    try Fixture.read(centre) { try String.fetchOne($0.database, sql: "SELECT provisional FROM dossier") } == found.number
                }
            }
            let far = pupil.withLock { $0 }
            try await Self.raise([top], "") { nodes, password in
                let (city, school) = (nodes[2], nodes[4])
                let token = try await school.begin(password)
                let near = try await Self.enrol(at: Self.near, on: city, [.name: "李雷", .idNumber: "430104200905120099", .birthDate: "20090512"])

                // A paper from below the city is checked at a school beside it, and by a stopped node of another province.
                let code = try await Self.card(near.dossier, of: Self.near, on: city)
                #expect(code.utf8.count < 2300, "one QR code holds it: \(code.utf8.count)")
                #expect(await school.verb("certificate", "verify", code) == 0)
                #expect(await XuejiCommand.runProgram(["certificate", "verify", code, "--data", hunan, "--json"]) == 0)
                #expect(await XuejiCommand.runProgram(["certificate", "verify", String(code.dropLast(9)), "--data", hunan, "--json"]) == 1)

                // Within the city: by its own node.
                let close = try await Self.ask(school, token, #"{"name":"\#(near.name)","studentNumber":"\#(near.number)"}"#)
                try await Fixture.eventually { try await Self.show(school, token, close)["state"]?.text == "found" }
                let answer = try await Self.show(school, token, close)["answer"]
                #expect(answer?["by"]?.text == "440100" && answer?["pupil"]?["school"]?.text == Self.near.code.text)

                // Across provinces: the releasing one is away.
                let id = try await Self.ask(school, token, #"{"name":"\#(far.name)","idNumber":"\#(far.idNumber)"}"#)
                let wrong = try await Self.ask(school, token, #"{"name":"王五","idNumber":"\#(far.idNumber)"}"#)
                try await Fixture.eventually {
                    let item = try await Self.show(school, token, id)
                    return item["state"]?.text == "waiting" && item["waitingFor"]?["unit"]?.text == "430000"
                        && item["waitingFor"]?["isAway"] == .boolean(true) && item["waitingFor"]?["since"]?.text != nil
                }
                try await Fixture.eventually { try await Self.show(school, token, wrong)["state"]?.text == "notFound" }
                #expect(await school.verb("inquiry", "show", id) == 0)
                try await ServedNode.serve(hunan, seed: 2599, peerListen: address) { back in
                    #expect(await school.verb("inquiry", "show", id, "--wait", "60") == 0)
                    let found = try await Self.show(school, token, id)
                    #expect(found["state"]?.text == "found" && found["answer"]?["by"]?.text == "430000" && found["waitingFor"] == .null)
                    #expect(found["answer"]?["pupil"]?["school"]?.text == Self.far.code.text)
                    #expect(try Self.trail(hunan, "430000").contains("inquiries.answer \(id)"))
                    #expect(try !Self.trail(hunan, "430000").contains("inquiries.answer \(wrong)"))
                    #expect(await back.verb("inquiry", "list", "--scope", "answered") == 0)
                }
                #expect(try Self.trail(school.folder, Self.asker.code).contains("inquiries.asked \(id)"))
                #expect(try Self.trail(centre, .centre).contains("inquiries.forward \(id)"))
                for node in nodes { #expect(await node.verb("verify") == 0) }
            }
        }
    }
}
