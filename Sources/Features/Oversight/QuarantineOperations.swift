import Protocol
import Rules
import Store

/// `quarantine list / show / retry / drop`: entries on which our own handler failed.
public enum QuarantineOperations {
    /// Never the payload: it may hold a pupil's data.
    struct Item: Encodable, Sendable {
        /// `position.slot`.
        let entry: String
        let at, unit, incarnation, audience: String
        let sequence, kind, bytes: Int
        let act, error: String
        @OrNull var dossier: String?
        /// Later entries that wait for it.
        let waiting: Int
        /// Who has given the same entry up.
        let givenUp: [GivenUp]

        init(_ found: QuarantinedEntry) {
            entry = "\(found.position).\(found.slot)"
            at = ChinaTime.text(found.at)
            unit = found.stream.unit.text
            incarnation = found.stream.incarnation.hex
            audience = found.stream.audience.text
            sequence = Int(found.sequence)
            kind = found.entry.map { Int($0.kind) } ?? 0
            bytes = found.entry?.bytes.count ?? 0
            act = found.entry.flatMap { DossierID($0.act.bytes) }?.description ?? ""
            error = found.error
            dossier = found.entry?.dossier?.description
            waiting = found.waiting
            givenUp = found.givenUp.map(GivenUp.init)
        }
    }

    /// A node's word that it has given an entry up.
    struct GivenUp: Encodable, Sendable {
        let unit, at, reason, writer, audience: String
        let sequence: Int
        @OrNull var dossier: String?

        init(_ found: DroppedEntry) {
            unit = found.by.text
            at = ChinaTime.text(found.at)
            reason = found.reason
            writer = found.stream.unit.text
            audience = found.stream.audience.text
            sequence = Int(found.sequence)
            dossier = found.dossier?.description
        }
    }

    struct List: Encodable, Sendable {
        let quarantine: [Item]
        /// Given up here or at other nodes.
        let givenUp: [GivenUp]
    }

    struct Result: Encodable, Sendable {
        let entry: String
        /// `applied`, `parked`, `void`, `quarantined` again, or `dropped`.
        let outcome: String
    }

    struct Reason: Decodable { let reason: String }

    private static let place = Operation.Parameter.path("entry", "Place of the entry: position.slot")
    private static let result = Schema.fields(("entry", .string), ("outcome", .string))

    public static let all: [Operation] = [
        Operation(
            "quarantine.list", .get, "/quarantine", "Entries that our own handler failed on", title: "隔离的记录",
            response: .fields(("quarantine", .array(.anything)), ("givenUp", .array(.anything))), roles: [.systemAdministrator]
        ) { call in
            .json(try call.archive.read { reading in
                List(quarantine: try reading.quarantined().map(Item.init), givenUp: try reading.givenUp().map(GivenUp.init))
            })
        },
        Operation(
            "quarantine.show", .get, "/quarantine/{entry}", "One quarantined entry", title: "查看隔离的记录", parameters: [place],
            response: .anything, roles: [.systemAdministrator]
        ) { call in
            let place = try place(call)
            return .json(try call.archive.read { reading in
                guard let found = try reading.quarantined(place).first else { throw missing(call) }
                return Item(found)
            })
        },
        Operation(
            "quarantine.retry", .post, "/quarantine/{entry}/retry", "Run the handler on it again", title: "重试隔离的记录",
            parameters: [place], response: result, roles: [.systemAdministrator]
        ) { call in
            let place = try place(call)
            return .json(try call.archive.write { transaction in
                guard let report = try transaction.retryQuarantined(position: place.position, slot: place.slot) else { throw missing(call) }
                let outcome = report.quarantined > 0 ? "quarantined" : report.parked > 0 ? "parked" : report.void > 0 ? "void" : "applied"
                return Result(entry: call.parameters["entry"] ?? "", outcome: outcome)
            })
        },
        Operation(
            "quarantine.drop", .post, "/quarantine/{entry}/drop", "Give it up on this node, with a reason that other nodes see", title: "放弃隔离的记录",
            parameters: [place], body: .json(.fields(("reason", .string))), response: result, roles: [.systemAdministrator]
        ) { call in
            let place = try place(call)
            let wish: Reason = try JSONBody.decode(call.body)
            guard wish.reason.contains(where: { !$0.isWhitespace }), wish.reason.count <= 500 else {
                throw Refusal("quarantine.reason", "放弃隔离的记录须写明理由，不超过 500 字。", remedy: "请用 --reason 写明理由。", kind: .usage)
            }
            return .json(try call.archive.write { transaction in
                guard try transaction.dropQuarantined(
                    position: place.position, slot: place.slot, by: call.actor.account, reason: wish.reason) else { throw missing(call) }
                return Result(entry: call.parameters["entry"] ?? "", outcome: "dropped")
            })
        },
    ]

    private static func place(_ call: Call) throws -> (position: Int64, slot: Int) {
        let parts = (call.parameters["entry"] ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int64(parts[0]), let slot = Int(parts[1]), position > 0, slot >= 0 else {
            throw Refusal("quarantine.entry", "隔离记录的编号不对，应形如 1024.0。", remedy: "请用 quarantine list 查看编号。", kind: .usage)
        }
        return (position, slot)
    }

    private static func missing(_ call: Call) -> Refusal {
        Refusal("quarantine.missing", "隔离区里没有 \(call.parameters["entry"] ?? "")。", remedy: "请用 quarantine list 查看。", kind: .missing)
    }
}
