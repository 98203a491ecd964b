import Features
import FoundationEssentials
import Logging
@testable import Node
import Protocol
import Replication
import Rules
import Sheets
import Store
import Testing

/// A centre, a province below it and a school below that one, each with a node of its own, served in the test's own process.
struct ServedTree: Sendable {
    let centre: ServedNode
    let province: ServedNode
    let school: ServedNode
    /// Sessions with all roles.
    let provinceToken: String
    let schoolToken: String

    static let schoolUnit = Unit(
        code: UnitCode(ExamplePupil.schoolCode), name: "示例学校", tier: .school, competent: Fixture.province.code,
        territorial: Fixture.province.code, kind: "345", stages: [.primary, .junior, .senior],
        years: [.primary: 6, .junior: 3, .senior: 3], owner: "831", urban: "111")

    static func serve(
        _ name: String, seed: UInt64, log: Logger = Fixture.quiet(),
        change: @escaping @Sendable (inout NodeServer.Plan) -> Void = { _ in }, _ body: @escaping @Sendable (ServedTree) async throws -> Void
    ) async throws {
        let (folder, archive) = try Fixture.centre(name + "-centre", seed: seed)
        let (province, school) = (try Fixture.folder(name + "-province"), try Fixture.folder(name + "-school"))
        let folders = [folder, province, school]
        defer { for path in folders { Fixture.remove(path) } }
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(schoolUnit), as: .centre, to: .everyone)
            return try Invitations.issue(for: Fixture.province.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: seed + 1, log: log) { top in
            let joined = try await Joining(
                parent: top.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: seed + 2)).join()
            try await ServedNode.serve(province, seed: seed + 3, log: log) { middle in
                let provinceToken = try await middle.begin(joined.admin.password)
                let code = try await middle.invite(schoolUnit.code, provinceToken)
                let entered = try await Joining(
                    parent: middle.ready.peer, code: code, folder: school, proxy: nil,
                    surroundings: Fixture.surroundings(seed: seed + 4)).join()
                try await ServedNode.serve(school, seed: seed + 5, log: log, change: change) { below in
                    try await body(ServedTree(
                        centre: top, province: middle, school: below, provinceToken: provinceToken,
                        schoolToken: try await below.begin(entered.admin.password)))
                }
            }
        }
    }

    /// Brings the example pupil in from a workbook; gives its dossier once the verdict has come.
    func importPupil() async throws -> String {
        try await Fixture.eventually {
            try await school.ask(
                .post, "/api/v1/classes", token: schoolToken, json: #"{"stage":"primary","year":2015,"count":1}"#).status == 200
        }
        let file = school.folder + ".xlsx"
        defer { Fixture.remove(file) }
        try Self.writeWorkbook(at: file)
        #expect(try await school.ask(.post, "/api/v1/imports", token: schoolToken, file: file).status == 200)
        try await Fixture.eventually { try await pupil()?["state"]?.text == "clean" }
        return try #require(try await pupil()?["dossier"]?.text)
    }

    /// A workbook with the example pupil.
    static func writeWorkbook(at path: String) throws {
        let columns = Template[.v2013].columns
        let writer = try TableWriter(path: path, columns: columns.map { ColumnSpec($0.header) })
        try writer.write(columns.map { column in column.field.flatMap { ExamplePupil.cells[$0]?.text } ?? "" })
        try writer.finish()
    }

    /// The school's one pupil, as its list shows it.
    func pupil() async throws -> JSONValue? {
        try await school.ask(.get, "/api/v1/students", token: schoolToken).json["students"]?.items.first
    }
}

extension ServedNode {
    /// Waits until this node knows the unit, and invites it.
    func invite(_ unit: UnitCode, _ token: String) async throws -> String {
        var code: String?
        try await Fixture.eventually {
            let answer = try await ask(.post, "/api/v1/units/\(unit.text)/invitation", token: token)
            // A refusal has a code as well.
            code = answer.status == 200 ? answer.json["code"]?.text : nil
            return code != nil
        }
        return try #require(code)
    }
}
