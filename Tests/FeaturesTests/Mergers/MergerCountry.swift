@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

/// A county with three schools, and pupils at every stand.
enum MergerCountry {
    static let county = Unit(code: "440106", name: "天河区教育局", tier: .county, competent: "440100")
    static let (source, target, far): (UnitCode, UnitCode, UnitCode) = ("2144000001", "2144000002", "2144000003")
    static let units = [
        Unit(code: "440000", name: "广东省教育厅", tier: .province, competent: .centre),
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000"), county,
        Unit(code: "440105", name: "海珠区教育局", tier: .county, competent: "440100"),
        school(source, "天河第一小学", "440106"), school(target, "天河第二小学", "440106"), school(far, "海珠第一小学", "440105"),
    ]

    static func school(_ code: UnitCode, _ name: String, _ above: UnitCode) -> Unit {
        Unit(
            code: code, name: name, tier: .school, competent: above, territorial: above, kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
    }

    /// A node that hosts them all.
    static func node(seed: UInt64) throws -> TestNode {
        let node = try TestNode(seed: seed)
        try node.becomeCentre(hosting: units)
        return node
    }

    /// Takes steps of the source for one pupil, without asking the gate.
    static func pupil(_ node: TestNode, _ kinds: [StepKind], name: String = "张伟", in school: UnitCode = source) throws -> DossierID {
        try node.archive.write { transaction in
            let id = transaction.surroundings.dossier()
            for kind in kinds { try take(kind, id, name: name, school, in: transaction) }
            return id
        }
    }

    static func take(
        _ kind: StepKind, _ id: DossierID, name: String = "张伟", _ school: UnitCode = source, in transaction: Transaction
    ) throws {
        let isCounty = kind == .approve || kind == .sendBack
        let step = Step(
            hash: Hashing.sha256([0]), dossier: id, previous: try transaction.dossier(id)?.head, kind: kind,
            by: isCounty ? county.code : school, nextHolder: kind == .submit ? county.code : kind == .delete ? nil : school,
            topology: transaction.directory.unit(school)?.version ?? 1, at: transaction.now,
            record: kind == .enter ? StudentRecord([
                .name: name, .sex: "1", .birthDate: "20160305", .idType: "Z", .classCode: "2022001", .schoolCode: school.text, .phone: "1",
            ]) : nil,
            provisionalNumber: kind == .approve ? "L44010620160305" + id.description.prefix(4).uppercased() : nil)
        try transaction.append(.step, Payload.encode(step), as: step.by, to: isCounty ? .unit(school) : .up)
    }

    static func dossier(_ id: DossierID, _ node: TestNode) throws -> Dossier {
        try #require(try node.archive.read { try DossierShelf($0).dossier(id) })
    }

    static func merge(_ node: TestNode, by: UnitCode = county.code, _ source: UnitCode = source, into: UnitCode = target) throws {
        _ = try node.call("units.merge", as: by, ["unit": source.text], body: "{\"into\":\"\(into)\"}")
    }

    static func refusal(_ body: () throws -> Void) -> Refusal? {
        do { try body() } catch { return error as? Refusal }
        return nil
    }
}
