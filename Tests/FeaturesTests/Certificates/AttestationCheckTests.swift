@testable import Features
import FoundationEssentials
import Mustache
import Protocol
import Rules
@testable import Store
import Testing

/// Papers of a school, and what is said of them there, above and in another province.
@Suite struct AttestationCheckTests {
    private typealias C = SmallCountry

    private struct Item: Decodable { let kind, unit, name, number, grade, lastDay, text: String; let target, targetName: String? }
    private struct Verdict: Decodable { let result: String; let knowsRevocations: Bool; let certified: Item? }

    private func dossier(_ world: InquiryCountry) throws -> String { try #require(try world.country.students(C.haizhuFirst).first).dossier }

    private func issue(_ world: InquiryCountry, target: UnitCode? = nil) throws -> Item {
        let target = target.map { ",\"target\":\"\($0)\"" }
        let body = "{\"kind\":\"\(target == nil ? "studentCard" : "transfer")\"\(target ?? "")}"
        return try world.country.decode(world.node.call("certificates.issue", as: C.haizhuFirst.code, ["dossier": try dossier(world)], body: body))
    }

    private func verify(_ text: String, at node: TestNode, as unit: UnitCode) throws -> Verdict {
        try JSONDecoder().decode(Verdict.self, from: Data(node.call("certificates.verify", as: unit, body: "{\"text\":\"\(text)\"}").utf8))
    }

    /// The node of a school in the other province: it knows all units, the centre's key and its own path's.
    private func stranger(_ world: InquiryCountry, seed: UInt64) throws -> TestNode {
        let node = try world.node.reader(seed: seed, of: C.yueluFirst.code)
        var waiting = try world.node.envelopes(for: C.yueluFirst.code)
        for _ in 0..<50 where !waiting.isEmpty {
            waiting = try node.archive.write { transaction in
                try waiting.filter { bytes in
                    let outcome = try transaction.accept(bytes, from: .parent).0
                    return outcome != .stored && outcome != .known
                }
            }
            try node.settle()
        }
        #expect(try node.archive.read { try $0.directory.keys(of: C.haizhuFirst.code).isEmpty })
        return node
    }

    @Test func `a card and a transfer certificate are valid at home and at a school of another province`() throws {
        let world = try InquiryCountry(seed: 71)
        let node = try stranger(world, seed: 710)
        for target in [nil, C.yueluFirst.code] {
            let item = try issue(world, target: target)
            #expect(item.name == world.near.name && item.number == world.near.number && item.grade == "小学五年级" && item.lastDay == "2027-09-10")
            #expect(item.targetName == (target == nil ? nil : "岳麓第一小学"))
            for (where_, unit, knows) in [(world.node, C.haizhuFirst.code, true), (node, C.yueluFirst.code, false)] as [(TestNode, UnitCode, Bool)] {
                let verdict = try verify(item.text, at: where_, as: unit)
                #expect(verdict.result == "valid" && verdict.knowsRevocations == knows)
                #expect(verdict.certified?.name == world.near.name && verdict.certified?.target == target?.text)
            }
            #expect(!item.text.contains(world.near.idNumber) && QRPicture.svg(item.text, label: "") != nil)
        }
    }

    @Test func `a picture holds what five tiers with long names come to, and no more than there is room for`() {
        #expect(QRPicture.svg(String(repeating: "A", count: 2900), label: "") != nil)
        #expect(QRPicture.svg(String(repeating: "A", count: 3000), label: "") == nil)
    }

    @Test func `what was altered, or has no chain to a known key, is told apart and not repeated`() throws {
        let world = try InquiryCountry(seed: 72)
        let node = try stranger(world, seed: 720)
        let signed = try #require(SignedAttestation(text: try issue(world).text))
        var other = signed.attestation
        other.name = "李四"
        let forged = SignedAttestation(other, keyID: signed.keyID, signature: signed.signature, chain: signed.chain)
        for (here, unit) in [(world.node, C.haizhuFirst.code), (node, C.yueluFirst.code)] as [(TestNode, UnitCode)] {
            let verdict = try verify(forged.text, at: here, as: unit)
            #expect(verdict.result == "forged" && verdict.certified == nil)
        }
        let bare = SignedAttestation(signed.attestation, keyID: signed.keyID, signature: signed.signature, chain: [])
        #expect(try verify(bare.text, at: node, as: C.yueluFirst.code).result == "unknownKey")
        #expect(try verify(bare.text, at: world.node, as: C.haizhuFirst.code).result == "valid", "its own node knows the key")
        // A key of somebody's own making, enrolled by an envelope of his own making.
        let thief = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let enrolment = KeyEnrolment(unit: C.haizhuFirst.code, publicKey: thief.publicKey, issuer: .centre, generation: 2, node: .centre)
        let stream = StreamID(
            unit: .centre, incarnation: try #require(Incarnation([1, 2, 3, 4, 5, 6, 7, 8])), audience: .subtree(C.haizhuFirst.code))
        let entry = Entry(act: world.node.clock.surroundings.act(), kind: .key, payload: Payload.encode(enrolment))
        let link = try Envelope.seal([entry], stream: stream, after: nil, key: thief)
        let own = SignedAttestation(
            other, keyID: thief.publicKey.id, signature: try thief.sign(Attestation.signedText(other.bytes)), chain: [link.bytes])
        for (here, unit) in [(world.node, C.haizhuFirst.code), (node, C.yueluFirst.code)] as [(TestNode, UnitCode)] {
            #expect(try verify(own.text, at: here, as: unit).result == "unknownKey")
        }
        #expect(try verify("XUEJI1:abc", at: node, as: C.yueluFirst.code).result == "malformed")
    }

    @Test func `another unit of the tree enrols no school that is not below it`() throws {
        let world = try InquiryCountry(seed: 73)
        let node = try stranger(world, seed: 730)
        let thief = try #require(StatementKey(seed: [UInt8](repeating: 8, count: 32)))
        // The stranger's own county, whose key is known there, says that a key is that of a school elsewhere.
        let enrolment = KeyEnrolment(unit: C.haizhuFirst.code, publicKey: thief.publicKey, issuer: C.yuelu.code, generation: 2, node: C.yuelu.code, topology: 1)
        let entry = Entry(act: world.node.clock.surroundings.act(), kind: .key, payload: Payload.encode(enrolment))
        let link = try world.node.archive.write { transaction in
            let stream = StreamID(
                unit: C.yuelu.code, incarnation: try transaction.incarnation(of: C.yuelu.code), audience: .subtree(C.haizhuFirst.code))
            return try Envelope.seal([entry], stream: stream, after: nil, key: try transaction.secret(of: C.yuelu.code))
        }
        let said = try #require(SignedAttestation(text: try issue(world).text)).attestation
        let own = SignedAttestation(said, keyID: thief.publicKey.id, signature: try thief.sign(Attestation.signedText(said.bytes)), chain: [link.bytes])
        #expect(try verify(own.text, at: node, as: C.yueluFirst.code).result == "unknownKey")
    }

    @Test func `after its last day a paper has expired, and after a revocation it is not believed where that is known`() throws {
        let world = try InquiryCountry(seed: 74)
        let text = try issue(world).text
        world.node.clock.advance(365 * 86_400)
        #expect(try verify(text, at: world.node, as: C.haizhuFirst.code).result == "valid")
        world.node.clock.advance(86_400)
        #expect(try verify(text, at: world.node, as: C.haizhuFirst.code).result == "expired")
        let fresh = try issue(world).text
        try world.node.archive.write { _ = try $0.revoke(C.haizhuFirst.code, by: .centre, since: nil, reason: "丢失") }
        let verdict = try verify(fresh, at: world.node, as: .centre)
        #expect(verdict.result == "revoked" && verdict.knowsRevocations && verdict.certified?.name == world.near.name)
    }

    @Test func `only the pupil's own school prints, only with a number, and a transfer to a school that there is`() throws {
        let world = try InquiryCountry(seed: 75)
        let id = try dossier(world)
        func refusal(_ body: String, as unit: Unit = C.haizhuFirst, _ id: String) throws -> String {
            try world.country.refusal("certificates.issue", as: unit, ["dossier": id], body: body).code
        }
        let card = #"{"kind":"studentCard"}"#
        #expect(try refusal(card, as: C.haizhu, id) == "certificate.home")
        #expect(try refusal(#"{"kind":"diploma"}"#, id) == "certificate.kind")
        for target in ["2149999999", C.haizhuFirst.code.text, C.tianhe.code.text] {
            #expect(try refusal("{\"kind\":\"transfer\",\"target\":\"\(target)\"}", id) == "certificate.target")
        }
        #expect(try refusal(#"{"kind":"transfer"}"#, id) == "certificate.target")
        let row = C.row(3, try world.country.newClass(at: C.haizhuFirst), at: C.haizhuFirst)
        #expect(try world.country.importRows([row], at: C.haizhuFirst).accepted == 1)
        let draft = try #require(try world.country.students(C.haizhuFirst).first { $0.number == nil })
        #expect(try refusal(card, draft.dossier) == "certificate.number")
    }

    @Test func `the page for paper has the code as a picture, and the check's page shows what is certified`() throws {
        let world = try InquiryCountry(seed: 76)
        let id = try dossier(world)
        func visit(_ page: String, _ parameters: [String: String] = [:], form: [String: String] = [:]) throws -> String {
            let found = try #require(ConsolePages.all.first { $0.id == page })
            let actor = Actor.localOperator(of: C.haizhuFirst.code)
            let archive = world.node.archive
            let operations = AttestationOperations.all + RegistrationOperations.all
            let call = PageCall(
                archive: archive, page: found, actor: actor, mustChangePassword: false, parameters: parameters, form: form.mapValues { [$0] },
                upload: nil, formToken: "token"
            ) { operation, parameters, body, _ in
                let asked = try #require(operations.first { $0.id == operation })
                return try asked.handle(Call(archive: archive, actor: actor, parameters: parameters, body: body, file: nil))
            }
            guard case .page(let template, let context) = try found.handle(call) else { return "" }
            return try #require(try ConsolePages.library().render(context, withTemplate: template))
        }
        #expect(try visit("certificates.form", ["dossier": id]).contains("转学证明</button>"))
        #expect(try visit("certificates.print", ["dossier": id], form: ["kind": "transfer"]).contains("须写明转入学校"))
        let paper = try visit("certificates.print", ["dossier": id], form: ["kind": "transfer", "target": C.yueluFirst.code.text])
        #expect(paper.contains("<h1>转学证明</h1>") && paper.contains("<svg class=\"qr\"") && paper.contains("岳麓第一小学（2143000001）") && paper.contains("照片"))
        let text = try issue(world).text
        let checked = try visit("certificates.verify", form: ["text": text])
        #expect(checked.contains("有效") && checked.contains(world.near.number) && checked.contains("密钥没有吊销"))
        #expect(try visit("certificates.verify", form: ["text": String(text.dropLast(30))]).contains("不是完整的核验码"))
    }
}
