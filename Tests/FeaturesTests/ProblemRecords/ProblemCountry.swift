@testable import Features
import FoundationEssentials
import Protocol
import Rules
import Store
import Testing

/// Two provinces whose schools have entered the same child, or two children with one number.
struct ProblemCountry {
    typealias C = SmallCountry

    let country: SmallCountry
    var node: TestNode { country.node }

    static let jpg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]

    init(seed: UInt64 = 1, adapter: PublicSecurityAdapter = .localRules) throws {
        country = try SmallCountry(seed: seed, adapter: adapter)
        for school in [C.tianheFirst, C.haizhuFirst, C.yueluFirst] { _ = try country.newClass(at: school) }
    }

    /// Enters one pupil at a school.
    func enter(_ number: Int, at school: Unit, _ changes: [StudentField: String] = [:]) throws -> String {
        let known = Set(try country.students(school).map(\.dossier))
        let row = C.row(number, "2022101", at: school, changes)
        #expect(try country.importRows([row], at: school).accepted == 1)
        return try #require(try country.students(school).map(\.dossier).first { !known.contains($0) })
    }

    static let withoutID: [StudentField: String] = [.idType: "其他", .idNumber: ""]

    func dossier(_ id: String) throws -> Dossier {
        try #require(try node.archive.read { reading in try DossierID(hex: id).flatMap { try DossierShelf(reading).dossier($0) } })
    }

    /// Attaches a file of evidence; each has other content.
    func attach(_ dossier: String, at school: Unit) throws {
        let path = node.folder + "/evidence-\(dossier).jpg"
        try Data(Self.jpg + Array(dossier.utf8)).write(to: URL(fileURLWithPath: path))
        _ = try node.call(
            "attachments.add", as: school.code, ["dossier": dossier, "purpose": "evidence"], file: (path, "户口簿.jpg"))
    }

    func evidence(_ dossier: String, at school: Unit, settling: Bool = true) throws {
        try attach(dossier, at: school)
        _ = try node.call("problems.evidence", as: school.code, ["dossier": dossier], body: #"{"reason":"户口簿为证"}"#)
        #expect(try step("submit", [dossier], as: school, settling: settling).done == [dossier])
    }

    func change(_ dossier: String, _ changes: [StudentField: String], at school: Unit) throws {
        try attach(dossier, at: school)
        let pairs = changes.map { "\"\($0.key.label)\":\"\($0.value)\"" }.joined(separator: ",")
        _ = try node.call(
            "problems.change", as: school.code, ["dossier": dossier], body: "{\"reason\":\"录入错误\",\"changes\":{\(pairs)}}")
        // School review waits for the check of the proposed version.
        try node.settle()
        #expect(try step("submit", [dossier], as: school).done == [dossier])
    }

    func requestDeletion(_ dossier: String, at school: Unit, settling: Bool = true) throws {
        _ = try node.call("problems.delete", as: school.code, ["dossier": dossier], body: #"{"reason":"重复录入"}"#)
        if settling { try node.settle() }
    }

    func step(
        _ verb: String, _ dossiers: [String], as unit: Unit, reason: String? = nil, settling: Bool = true
    ) throws -> SmallCountry.Outcome {
        let names = dossiers.map { "\"\($0)\"" }.joined(separator: ",")
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        let outcome: SmallCountry.Outcome = try country.decode(
            node.call("problems.\(verb)", as: unit.code, body: "{\"dossiers\":[\(names)]\(reason)}"))
        if settling { try node.settle() }
        return outcome
    }

    func rule(
        _ first: String, _ second: String, _ finding: Ruling.Finding, upheld: String? = nil, as unit: Unit, settling: Bool = true
    ) throws {
        let upheld = upheld.map { ",\"upheld\":\"\($0)\"" } ?? ""
        _ = try node.call(
            "problems.rule", as: unit.code,
            body: "{\"first\":\"\(first)\",\"second\":\"\(second)\",\"finding\":\"\(finding.rawValue)\"\(upheld),\"reason\":\"已核实\"}")
        if settling { try node.settle() }
    }

    func refusal(_ body: () throws -> Void) -> Refusal? {
        do { try body() } catch { return error as? Refusal }
        return nil
    }
}
