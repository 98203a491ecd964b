@testable import Features
import FoundationEssentials
import Rules
import Store
import Testing

/// An enrolled pupil of a school in a small country, on Thursday, 10 September 2026, and what is asked for about him.
struct RollCountry {
    typealias C = SmallCountry

    struct Change: Decodable {
        let dossier, name, number, school, kind, code, label, cause, date, state, stand: String
        let until, country, `class`, holder, due, decidedBy: String?
        let isOverdue, isLate: Bool
    }

    struct List: Decodable {
        let total: Int
        let changes: [Change]
    }

    struct Applied: Decodable { let done, notices: [String] }

    struct Choice: Decodable {
        let kind, code: String
        let isAllowed, needsCertificate: Bool
        let why: String?
    }

    struct Page: Decodable {
        struct Done: Decodable { let kind, date: String; let decidedBy: String? }
        let status, statusLabel: String
        let since, until: String?
        let gradeOffset: Int
        let choices: [Choice]
        let open: Done?
        let changes: [Done]
    }

    let world: ProblemCountry
    var country: SmallCountry { world.country }
    var node: TestNode { world.node }

    init(seed: UInt64 = 1) throws { world = try ProblemCountry(seed: seed) }

    func enrolled(_ number: Int = 1, at school: Unit = C.tianheFirst) throws -> String {
        let id = try world.enter(number, at: school)
        for verb in ["review", "submit"] { #expect(try country.step(verb, [id], as: school).done == [id]) }
        #expect(try country.step("approve", [id], as: C.tianhe).done == [id])
        return id
    }

    static func body(_ kind: RollChangeKind, _ fields: [String: String] = [:]) -> String {
        let all = ["kind": kind.rawValue, "date": "2026-09-01"].merging(fields) { $1 }
        return "{" + all.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
    }

    /// With a cause and a last day.
    static let suspension = ["cause": "疾病", "until": "2027-08-31"]

    /// Attaches a file that no case has rested on yet.
    func attach(_ id: String, _ what: String, at school: Unit = C.tianheFirst) throws {
        let path = node.folder + "/certificate-\(what).jpg"
        try Data(ProblemCountry.jpg + Array((id + what).utf8)).write(to: URL(fileURLWithPath: path))
        _ = try node.call("attachments.add", as: school.code, ["dossier": id, "purpose": "evidence"], file: (path, "证明.jpg"))
    }

    @discardableResult
    func apply(_ id: String, _ kind: RollChangeKind, _ fields: [String: String] = [:], at school: Unit = C.tianheFirst) throws -> Applied {
        let applied: Applied = try country.decode(
            node.call("rollChanges.apply", as: school.code, ["dossier": id], body: Self.body(kind, fields)))
        try node.settle()
        return applied
    }

    /// A return alone has something to say.
    private static func reason(_ verb: String, _ reason: String?) -> String { verb == "return" ? "{\"reason\":\"\(reason ?? "")\"}" : "" }

    func step(_ verb: String, _ id: String, as unit: Unit, reason: String? = nil) throws {
        _ = try node.call(
            "rollChanges.\(verb)", as: unit.code, ["dossier": id], body: Self.reason(verb, reason))
        try node.settle()
    }

    /// Applied for, reviewed and approved.
    func change(_ id: String, _ kind: RollChangeKind, _ fields: [String: String] = [:], at school: Unit = C.tianheFirst, by authority: Unit = C.tianhe) throws {
        if kind.rule.needsCertificate { try attach(id, kind.rawValue, at: school) }
        try apply(id, kind, fields, at: school)
        try step("submit", id, as: school)
        try step("approve", id, as: authority)
    }

    func refused(_ id: String, _ kind: RollChangeKind, _ fields: [String: String] = [:], at place: SourceLocation = #_sourceLocation) throws -> SmallCountry.Refused {
        try country.refusal("rollChanges.apply", as: C.tianheFirst, ["dossier": id], body: Self.body(kind, fields), at: place)
    }

    func refusedStep(_ verb: String, _ id: String, as unit: Unit, reason: String? = nil, at place: SourceLocation = #_sourceLocation) throws -> SmallCountry.Refused {
        try country.refusal(
            "rollChanges.\(verb)", as: unit, ["dossier": id], body: Self.reason(verb, reason), at: place)
    }

    func dossier(_ id: String) throws -> Dossier { try world.dossier(id) }

    func page(_ id: String, as unit: Unit = C.tianheFirst) throws -> Page {
        try country.decode(node.call("rollChanges.show", as: unit.code, ["dossier": id]))
    }

    func list(_ parameters: [String: String] = [:], as unit: Unit = C.tianheFirst) throws -> [Change] {
        let list: List = try country.decode(node.call("rollChanges.list", as: unit.code, parameters))
        #expect(list.total == list.changes.count)
        return list.changes
    }
}
