import Protocol
import Rules
import Store

/// 转学: apply, mend, review, agree, return, take back; one at a time (Q74–Q80).
public enum TransferOperations {
    private static let transfer = Operation.Parameter.path("transfer", "Id of the application")
    private static let done = Schema.fields(("transfer", .string), ("state", .string), ("station", .string), ("holder?", .string))

    struct Done: Encodable, Sendable {
        let transfer, state, station: String
        @OrNull var holder: String?
    }

    /// What the receiving school says.
    struct Wish: Codable, Sendable {
        /// Code of the releasing school; in a new application alone.
        var releasing: String?
        let name: String
        /// One of these two.
        let number, idNumber: String?
        let cohort, date, reason: String
        /// Code or text of 就读方式.
        let stay: String

        var content: TransferContent {
            TransferContent(
                name: name, number: (number ?? "").uppercased(), idNumber: (idNumber ?? "").uppercased(), cohort: cohort, date: date.filter { $0 != "-" },
                reason: reason, stay: StudentField.studyWay.codeTable?.code(forText: stay) ?? stay)
        }
    }

    private static let wish = Schema.fields(
        ("releasing?", .string), ("name", .string), ("number?", .string), ("idNumber?", .string), ("cohort", .string), ("date", .string),
        ("reason", .string), ("stay", .string))

    public static let all: [Operation] = [
        Operation(
            "transfers.list", .get, "/transfers", "Transfers that concern the unit, longest with their holder first (Q75)", title: "转学",
            parameters: [
                .init("direction", "`in` or `out`; both by default"), .init("state", "State of the transfer"),
                .init("holder", "`self`: only what waits for the unit"), .init("overdue", "`yes`: only what is overdue"),
                .init("limit", "1 to 1000, default 100"), .init("after", "`next` of the page before"),
            ],
            response: .fields(("total", .integer), ("next?", .string), ("transfers", .array(.anything)))
        ) { call in
            let filter = try TransferList.Filter(call.parameters, actor: call.actor)
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try TransferList.page(filter, sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "transfers.show", .get, "/transfers/{transfer}", "One transfer: stations, events, what may be done now", title: "转学",
            parameters: [transfer], response: .anything
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try TransferPage.page(id(call), actor: call.actor, today: today, $0) })
        },
        Operation(
            "transfers.apply", .post, "/transfers", "The receiving school applies, by name and number (Q74, Q81)", title: "申请转学",
            body: .json(wish), response: done, roles: [.registrar, .head]
        ) { call in
            let wish: Wish = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                let writer = TransferWriter(actor: call.actor, transaction: transaction)
                return try said(try writer.apply(wish.content, from: UnitCode(wish.releasing ?? "")), transaction)
            })
        },
        act("transfers.amend", .put, "/transfers/{transfer}", "Mend an application that is prepared or was returned", .amend, body: wish) {
            let wish: Wish = try JSONBody.decode($2)
            try $0.amend($1, wish.content)
        },
        act("transfers.submit", .post, "/transfers/{transfer}/submit", "School review: pass to the first station", .submit) { writer, id, _ in
            try writer.submit(id)
        },
        act(
            "transfers.approve", .post, "/transfers/{transfer}/approve", "Agree at the present station; the receiving authority may set the grade (Q79)",
            .approve, body: .fields(("cohort?", .string))
        ) { writer, id, body in
            struct Decision: Decodable { let cohort: String? }
            let decision: Decision? = body.isEmpty ? nil : try JSONBody.decode(body)
            try writer.approve(id, cohort: decision?.cohort)
        },
        Operation(
            "transfers.approveMany", .post, "/transfers/approve", "Refused always: transfers are not approved in bulk (Q78)", title: "批量核办",
            body: .json(.fields(("transfers", .array(.string)))), response: .anything, roles: [.registrar, .head], isReading: true
        ) { _ in throw TransferRefusals.many() },
        act(
            "transfers.return", .post, "/transfers/{transfer}/return", "Return to the receiving school with a reason", .sendBack,
            body: .fields(("reason", .string))
        ) { writer, id, body in try writer.sendBack(id, reason: try reason(body)) },
        act(
            "transfers.withdraw", .post, "/transfers/{transfer}/withdraw", "The receiving school takes it back; until it is completed", .withdraw,
            body: .fields(("reason", .string))
        ) { writer, id, body in try writer.withdraw(id, reason: try reason(body)) },
    ] + TransferReportOperations.all + [TransferFileOperations.attach] + TransferOverrides.operations

    static func act(
        _ id: String, _ method: Operation.Method, _ path: String, _ summary: String, _ act: TransferAct, body: Schema? = nil,
        _ perform: @escaping @Sendable (TransferWriter, DossierID, [UInt8]) throws -> Void
    ) -> Operation {
        Operation(
            id, method, path, summary, title: act.label, parameters: [transfer], body: body.map { .json($0) } ?? .none, response: done,
            roles: [.registrar, .head]
        ) { call in
            .json(try call.archive.write { transaction in
                let id = try self.id(call)
                try perform(TransferWriter(actor: call.actor, transaction: transaction), id, call.body)
                return try said(id, transaction)
            })
        }
    }

    static func reason(_ body: [UInt8]) throws -> String {
        struct Reason: Decodable { let reason: String }
        let said: Reason = try JSONBody.decode(body)
        return said.reason
    }

    private static func said(_ id: DossierID, _ transaction: Transaction) throws -> Done {
        guard let transfer = try TransferShelf(transaction.reading).transfer(id) else { throw TransferRefusals.unknown() }
        return Done(
            transfer: id.description, state: transfer.state.rawValue, station: transfer.station.rawValue, holder: transfer.holder?.text)
    }

    static func id(_ call: Call) throws -> DossierID {
        guard let id = DossierID(hex: call.parameters["transfer"] ?? "") else {
            throw Refusal("transfer.id", question: "Q75", "申请编号不对，应为32位十六进制数。", remedy: "请从转学列表中选取。", kind: .usage)
        }
        return id
    }
}
