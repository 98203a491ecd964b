@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// A pupil of one school and others that ask for him, all hosted on the centre's node: each unit acts as itself.
struct TransferCountry {
    typealias C = SmallCountry

    struct Done: Decodable { let transfer, state, station: String; let holder: String? }

    struct Page: Decodable {
        struct Item: Decodable {
            let transfer, name, kind, state, station, receiving, releasing, since, due, reason: String
            let holder, dossier: String?
            let isOverdue: Bool
        }
        struct Station: Decodable { let station, unit, place: String }
        struct Event: Decodable { let by, station, label, reason: String; let inStead: Bool }
        struct Content: Decodable { let cohort, decided: String }
        let transfer: Item
        let content: Content
        let stations: [Station]
        let events: [Event]
        let acts: [String]
        let authority: String?
    }

    struct List: Decodable { let total: Int; let transfers: [Page.Item] }

    let world: ProblemCountry
    var country: SmallCountry { world.country }
    var node: TestNode { world.node }

    init(seed: UInt64 = 1) throws { world = try ProblemCountry(seed: seed) }

    /// A unit that comes to the country, or another record of one that is there.
    func add(_ unit: Unit) throws {
        try node.archive.write { transaction in
            let isKnown = transaction.directory.unit(unit.code) != nil
            try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            guard !isKnown else { return }
            let secret = transaction.surroundings.statementKey()
            let enrolment = KeyEnrolment(unit: unit.code, publicKey: secret.publicKey, issuer: .centre, generation: 1, node: .centre)
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit.code))
            try transaction.keepSecret(secret, of: unit.code, incarnation: transaction.surroundings.incarnation())
        }
        try node.settle()
    }

    /// A pupil at school with a formal number.
    func enrolled(_ number: Int = 1, at school: Unit = C.yueluFirst, by authority: Unit = C.yuelu) throws -> String {
        let id = try world.enter(number, at: school)
        for (verb, unit) in [("review", school), ("submit", school), ("approve", authority)] {
            #expect(try country.step(verb, [id], as: unit).done == [id])
        }
        try node.settle()
        return id
    }

    /// What the receiving school writes about a pupil, by his number.
    func form(_ id: String, from school: Unit, cohort: String = "20221", name: String? = nil) throws -> String {
        let dossier = try world.dossier(id)
        let number = try #require(dossier.number)
        return """
            {"releasing":"\(school.code)","name":"\(name ?? dossier.record.name)","number":"\(number)","cohort":"\(cohort)",\
            "date":"20260915","reason":"随父母迁居","stay":"走读"}
            """
    }

    /// An application of the receiving school, prepared.
    func apply(_ id: String, from releasing: Unit = C.yueluFirst, to receiving: Unit = C.tianheFirst, cohort: String = "20221") throws -> String {
        let done: Done = try country.decode(
            node.call("transfers.apply", as: receiving.code, body: form(id, from: releasing, cohort: cohort)))
        #expect(done.state == "prepared" && done.holder == receiving.code.text)
        return done.transfer
    }

    @discardableResult
    func act(_ verb: String, _ transfer: String, as unit: Unit, body: String = "", settling: Bool = true) throws -> Done {
        let done: Done = try country.decode(node.call("transfers.\(verb)", as: unit.code, ["transfer": transfer], body: body))
        if settling { try node.settle() }
        return done
    }

    func back(_ transfer: String, as unit: Unit, settling: Bool = true) throws {
        try act("return", transfer, as: unit, body: #"{"reason":"材料不全"}"#, settling: settling)
    }

    func withdraw(_ transfer: String, as unit: Unit = C.tianheFirst, settling: Bool = true) throws {
        try act("withdraw", transfer, as: unit, body: #"{"reason":"家长改变主意"}"#, settling: settling)
    }

    func page(_ transfer: String, as unit: Unit) throws -> Page {
        try country.decode(node.call("transfers.show", as: unit.code, ["transfer": transfer]))
    }

    func list(as unit: Unit, _ parameters: [String: String] = [:]) throws -> List {
        try country.decode(node.call("transfers.list", as: unit.code, parameters))
    }

    /// Across provinces, up to and with the station of this unit.
    func advance(_ transfer: String, through units: [Unit]) throws {
        for unit in units { try act(unit.tier == .school && unit == C.tianheFirst ? "submit" : "approve", transfer, as: unit) }
    }

    /// The transfer as folded, inside a transaction.
    func known(_ transfer: String, _ transaction: Transaction) throws -> Transfer {
        let id = try #require(DossierID(hex: transfer))
        return try #require(try TransferShelf(transaction.reading).transfer(id))
    }

    static let receivingSide = [C.tianheFirst, C.tianhe, C.guangdong]
    static let releasingSide = [C.yueluFirst, C.yuelu, C.hunan]

    func dossier(_ id: String) throws -> Dossier { try world.dossier(id) }

    func refusal(_ body: () throws -> Void) -> Refusal? { world.refusal(body) }
}
