import Protocol
import Rules
import Store

/// 学籍卡、转学证明 and their 核验 (Q105).
public enum AttestationOperations {
    struct Item: Encodable, Sendable {
        /// `studentCard` or `transfer`.
        let kind: String
        let unit, schoolName, name, number, grade, issuedOn, lastDay, serial: String
        @OrNull var target: String?
        @OrNull var targetName: String?
        /// The code as text; its QR picture is made from it.
        let text: String
    }

    struct Verdict: Encodable, Sendable {
        /// `valid`, `expired`, `revoked`, `forged`, `unknownKey` or `malformed`.
        let result: String
        let label: String
        /// Whether a revocation of the signer's key would be known at this node.
        let knowsRevocations: Bool
        /// Only what is rightly signed: anything else is not repeated.
        @OrNull var certified: Item?
    }

    private static let item = Schema.fields(
        ("kind", .string), ("unit", .string), ("schoolName", .string), ("name", .string), ("number", .string), ("grade", .string),
        ("issuedOn", .string), ("lastDay", .string), ("serial", .string), ("target?", .string), ("targetName?", .string), ("text", .string))

    public static let all: [Operation] = [
        Operation(
            "certificates.issue", .post, "/students/{dossier}/certificate",
            "Sign a student card, or with `target` a transfer certificate; nothing of it is kept (Q105)", title: "打印学籍卡、转学证明",
            parameters: [.path("dossier", "Dossier id")], body: .json(.fields(("kind", .string), ("target?", .string))), response: item,
            roles: [.registrar, .head]
        ) { call in
            struct Body: Decodable {
                let kind: String
                let target: String?
            }
            let body: Body = try JSONBody.decode(call.body)
            guard let kind = Attestation.Kind(rawValue: body.kind) else {
                throw Refusal(
                    "certificate.kind", "没有“\(body.kind)”这种证明。",
                    remedy: "可选：" + Attestation.Kind.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
            }
            return .json(try call.archive.write { transaction in
                shown(try AttestationWriter(actor: call.actor, transaction: transaction)
                    .issue(kind, of: try RegistrationOperations.id(call), target: body.target.map { UnitCode($0) }))
            })
        },
        Operation(
            "certificates.verify", .post, "/certificates/verification", "What this node can say about a code from a paper, offline (Q105)",
            title: "核验", body: .json(.fields(("text", .string))),
            response: .fields(("result", .string), ("label", .string), ("knowsRevocations", .boolean), ("certified?", item)), isReading: true
        ) { call in
            struct Body: Decodable { let text: String }
            let body: Body = try JSONBody.decode(call.body)
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { reading in
                let check = try AttestationCheck(body.text, today: today, reading)
                let isSigned = [.valid, .expired, .revoked].contains(check.result)
                return Verdict(
                    result: check.result.rawValue, label: check.result.label, knowsRevocations: check.knowsRevocations,
                    certified: isSigned ? check.signed.map(shown) : nil)
            })
        },
    ]

    private static func shown(_ signed: SignedAttestation) -> Item {
        let said = signed.attestation
        return Item(
            kind: said.kind.rawValue, unit: said.unit.text, schoolName: said.schoolName, name: said.name, number: said.number, grade: said.grade,
            issuedOn: said.issuedOn.description, lastDay: said.lastDay.description, serial: said.serialText, target: said.target?.text,
            targetName: said.target == nil ? nil : said.targetName, text: signed.text)
    }
}
