import Features
import FoundationEssentials
import GRDB
import Logging
@testable import Node
import Protocol
import Rules
import Synchronization
import Testing

/// What nodes log of a whole registration, in both formats and at the finest level: everything of a request under its id, and
/// nothing of the pupil.
struct LogJourneyTests {
    /// Lines of a log, kept.
    private final class Kept: TextOutputStream, Sendable {
        private let held = Mutex("")

        func write(_ text: String) { held.withLock { $0 += text } }

        var text: String { held.withLock { $0 } }
        var lines: [Substring] { text.split(separator: "\n") }
    }

    /// Whatever tells who the pupil or a parent is, where they live or how they are reached.
    private static let personal: [String] = {
        let fields: [StudentField] = [
            .name, .idNumber, .phone, .homeAddress, .nativePlace, .guardian1Name, .guardian1Phone, .guardian1IDNumber, .guardian2Name,
            .guardian2Phone, .guardian2IDNumber,
        ]
        return fields.compactMap { ExamplePupil.cells[$0]?.text } + ["麓山路", "20090512"]
    }()

    private static func findings(_ text: String, _ secrets: [String], in place: String) -> [String] {
        let plain = text.lowercased()
        return secrets.flatMap { [$0.lowercased(), PercentText.encode($0).lowercased()] }.filter { !$0.isEmpty && plain.contains($0) }
            .map { "\($0) in \(place)" }
    }

    private static let given = "0af7651916cd43dd8448eb211c80319c"

    @Test func `a registration, a refused sign-in and an error leave ids of requests in the logs, and no pupil`() async throws {
        #expect(Self.personal.count == 13)
        let (json, text) = (Kept(), Kept())
        var log = Logger(label: "xueji") { label in
            MultiplexLogHandler([
                JSONLogHandler(now: { 1_800_000_000 }, metadataProvider: RequestTrace.metadata) { json.write($0 + "\n") },
                StreamLogHandler(label: label, stream: text, metadataProvider: RequestTrace.metadata),
            ])
        }
        log.logLevel = .trace
        let said = Kept()
        try await ServedTree.serve("logs", seed: 1800, log: log) { tree in
            let dossier = try await tree.importPupil()
            let number = try await Self.register(dossier, tree)
            try await Self.misuse(tree)
            try await Self.breakAndMend(tree)
            for (node, token) in [(tree.school, tree.schoolToken), (tree.province, tree.provinceToken)] {
                said.write(try await node.ask(.get, "/metrics").text)
                let alarms = try await node.ask(.get, "/api/v1/alarms", token: token)
                #expect(alarms.status == 200)
                said.write(alarms.text + (try await node.ask(.get, "/api/v1/status", token: token).text))
            }
            said.write("\n" + number)
        }
        let number = try #require(said.lines.last.map(String.init))
        let spoken = String(said.text.dropLast(number.count))
        let secrets = Self.personal + [number, String(number.dropFirst())]
        for (place, words) in [("JSON log", json.text), ("text log", text.text), ("metrics, status and alarms", spoken)] {
            #expect(Self.findings(words, secrets, in: place).isEmpty)
        }
        #expect(json.lines.count > 50 && text.lines.count >= json.lines.count)
        for kept in [json, text] {
            let ofRequest = kept.lines.filter { $0.contains(Self.given) }
            #expect(ofRequest.contains { $0.contains("operation failed") && $0.contains("students.search") })
            #expect(ofRequest.contains { $0.contains("milliseconds") && $0.contains("500") })
            #expect(kept.lines.contains { $0.contains("sessions.open") && $0.contains("401") })
        }
    }

    /// Review, submission, approval, number. Gives the number.
    private static func register(_ dossier: String, _ tree: ServedTree) async throws -> String {
        let body = #"{"dossiers":["\#(dossier)"]}"#
        for step in ["review", "submit"] {
            let answer = try await tree.school.ask(.post, "/api/v1/students/\(step)", token: tree.schoolToken, json: body)
            #expect(answer.json["done"]?.items.count == 1, "\(step): \(answer.text)")
        }
        try await Fixture.eventually {
            let answer = try await tree.province.ask(.post, "/api/v1/students/approve", token: tree.provinceToken, json: body)
            return answer.json["done"]?.items.count == 1
        }
        try await Fixture.eventually { try await tree.pupil()?["number"]?.text?.hasPrefix("G") == true }
        return try #require(try await tree.pupil()?["number"]?.text)
    }

    /// What people type where it does not belong: the pupil's name and numbers in addresses, as an account, as an id of a request.
    private static func misuse(_ tree: ServedTree) async throws {
        let (name, id) = (personal[0], personal[1])
        let refused = try await tree.school.ask(
            .post, "/api/v1/sessions", json: #"{"account":"\#(id)","password":"\#(name)"}"#, request: given)
        #expect(refused.status == 401)
        #expect(refused.json["request"]?.text == given)
        #expect(refused.headers.contains { $0.name.lowercased() == "x-request-id" && $0.value == given })
        for path in ["/students/\(PercentText.encode(name))", "/api/v1/students/\(id)", "/api/v1/students?search=\(id)&state=\(PercentText.encode(name))"] {
            let answer = try await tree.school.ask(.get, path, token: tree.schoolToken, request: id)
            let shown = answer.headers.first { $0.name.lowercased() == "x-request-id" }?.value
            #expect(shown?.utf8.count == 32 && shown != id, "\(path)")
        }
    }

    /// A table is away for a moment: a search for the pupil by name then fails inside the node.
    private static func breakAndMend(_ tree: ServedTree) async throws {
        var patience = Configuration()
        patience.busyMode = .timeout(20)
        let database = try DatabaseQueue(path: tree.school.folder + "/xueji.sqlite", configuration: patience)
        try await database.write { try $0.execute(sql: "ALTER TABLE dossier RENAME TO dossier_away") }
        let failed = try await tree.school.ask(
            .post, "/api/v1/students/search", token: tree.schoolToken, json: #"{"search":"\#(personal[0])"}"#, request: given)
        try await database.write { try $0.execute(sql: "ALTER TABLE dossier_away RENAME TO dossier") }
        try database.close()
        #expect(failed.status == 500 && failed.json["remedy"]?.text?.contains(given) == true)
    }
}
