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

/// A school whose parent is away goes on working, and catches up by itself.
struct ParentAwayJourneyTests {
    private static let school = Unit(
        code: UnitCode(ExamplePupil.schoolCode), name: "示例学校", tier: .school, competent: .centre, territorial: .centre,
        kind: "345", stages: [.primary, .junior, .senior], years: [.primary: 6, .junior: 3, .senior: 3], owner: "831",
        urban: "111")

    private func workbook(_ path: String) throws {
        let columns = Template[.v2013].columns
        let writer = try TableWriter(path: path, columns: columns.map { ColumnSpec($0.header) })
        try writer.write(columns.map { column in column.field.flatMap { ExamplePupil.cells[$0]?.text } ?? "" })
        try writer.finish()
    }

    private func states(_ node: ServedNode, _ token: String) async throws -> [String] {
        let answer = try await node.ask(.get, "/api/v1/students", token: token)
        return answer.json["students"]?.items.compactMap { $0["state"]?.text } ?? []
    }

    /// A centre and a school with a node of its own that has linked once.
    private struct Pair {
        let centre: String
        let school: String
        let file: String
        let peer: String
        let password: String

        func remove() { for path in [centre, school, file] { Fixture.remove(path) } }
    }

    private func linkedPair(_ name: String, seed: UInt64) async throws -> Pair {
        let (centreFolder, archive) = try Fixture.centre(name + "-centre", seed: seed)
        let schoolFolder = try Fixture.folder(name + "-school")
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Self.school), as: .centre, to: .everyone)
            return try Invitations.issue(for: Self.school.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        let (peer, password) = (Note(), Note())
        try await ServedNode.serve(centreFolder, seed: seed + 1) { centre in
            peer.text = centre.ready.peer
            let joining = Joining(
                parent: centre.ready.peer, code: code, folder: schoolFolder, proxy: nil,
                surroundings: Fixture.surroundings(seed: seed + 2))
            password.text = try await joining.join().admin.password
            try await ServedNode.serve(schoolFolder, seed: seed + 3) { _ in
                try await Fixture.eventually { try Self.knowsItself(schoolFolder) }
            }
        }
        let file = schoolFolder + "-pupils.xlsx"
        try workbook(file)
        return Pair(centre: centreFolder, school: schoolFolder, file: file, peer: peer.text, password: password.text)
    }

    /// Imports the one pupil at the school while nobody above is there.
    private func importAlone(_ school: ServedNode, _ pair: Pair) async throws -> String {
        let token = try await school.begin(pair.password)
        let classes = try await school.ask(
            .post, "/api/v1/classes", token: token, json: #"{"stage":"primary","year":2015,"count":1}"#)
        #expect(classes.status == 200)
        #expect(try await school.ask(.post, "/api/v1/imports", token: token, file: pair.file).status == 200)
        try await Fixture.eventually { try await states(school, token) == ["unchecked"] }
        return token
    }

    @Test func `a whole import goes through while the parent is away, and the verdict comes when it is back`() async throws {
        let pair = try await linkedPair("away", seed: 300)
        defer { pair.remove() }
        try await ServedNode.serve(pair.school, seed: 310) { school in
            let token = try await importAlone(school, pair)
            let id = try await school.ask(.get, "/api/v1/students", token: token).json["students"]?.items.first?["dossier"]?.text
            let refused = try await school.ask(
                .post, "/api/v1/students/review", token: token, json: #"{"dossiers":["\#(id ?? "")"]}"#)
            #expect(refused.text.contains("未查重"))
            try await Fixture.eventually { try await school.ask(.get, "/api/v1/status", token: token).text.contains("away") }
            try await ServedNode.serve(pair.centre, seed: 311, peerListen: pair.peer) { _ in
                try await Fixture.eventually { try await states(school, token) == ["clean"] }
            }
        }
    }

    @Test func `a school that is hosted again hands over what it had not sent, and turns read-only`() async throws {
        let pair = try await linkedPair("rehost", seed: 340)
        defer { pair.remove() }
        let centre = try Fixture.archive(pair.centre, seed: 341)
        let host = try #require(HostingOperations.all.first { $0.id == "units.host" })
        _ = try host.handle(Call(
            archive: centre, actor: .localOperator(of: .centre), parameters: ["unit": Self.school.code.text]))
        try centre.close()
        try await ServedNode.serve(pair.school, seed: 342) { school in
            let token = try await importAlone(school, pair)
            try await ServedNode.serve(pair.centre, seed: 343, peerListen: pair.peer) { _ in
                try await Fixture.eventually {
                    let archive = try Archive(
                        folder: pair.centre, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 349), exclusive: false)
                    defer { try? archive.close() }
                    return try archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM dossier") } == 1
                }
                try await Fixture.eventually {
                    let late = try await school.ask(
                        .post, "/api/v1/classes", token: token, json: #"{"stage":"primary","year":2015,"count":1}"#)
                    return late.status != 200
                }
            }
        }
    }

    private static func knowsItself(_ folder: String) throws -> Bool {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 399), exclusive: false)
        defer { try? archive.close() }
        return try archive.read { $0.directory.unit(school.code) != nil }
    }
}

/// A text that one served node leaves for the next.
private final class Note: Sendable {
    private let held = Mutex("")

    var text: String {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
