import Protocol
import Rules
import Store

/// A superior's reset of an account whose unit has a node elsewhere (Q111): a signed order that travels down and takes effect there.
enum PasswordResets {
    struct Item: Encodable, Sendable {
        let unit: String
        @OrNull var unitName: String?
        let account, by, at: String
        /// `sent` until the unit's node has said what came of it; `rebuilt` where that node was made anew meanwhile.
        let state: String
        @OrNull var arrivedAt: String?
    }

    struct List: Encodable, Sendable { let resets: [Item] }

    static let all: [Operation] = [
        Operation(
            "accounts.resets", .get, "/accounts/resets", "Resets that this unit has ordered below, or that superiors have ordered for it",
            title: "下达的密码重置",
            response: .fields(("resets", .array(.fields(
                ("unit", .string), ("unitName?", .string), ("account", .string), ("by", .string), ("at", .string), ("state", .string),
                ("arrivedAt?", .string))))),
            roles: [.systemAdministrator]
        ) { call in
            .json(try call.archive.read { reading in
                List(resets: try PasswordResetShelf(reading).concerning(call.actor.unit).map { try item($0, reading) })
            })
        },
    ]

    private static func item(_ ordered: OrderedReset, _ reading: Reading) throws -> Item {
        let reset = ordered.reset
        let isOfFormerNode = try reading.directory.activeKey(of: reset.unit)?.key.id != reset.keyID
        return Item(
            unit: reset.unit.text, unitName: reading.directory.unit(reset.unit)?.name, account: reset.account, by: reset.by.text,
            at: ChinaTime.text(reset.at), state: ordered.receipt?.outcome.rawValue ?? (isOfFormerNode ? "rebuilt" : "sent"),
            arrivedAt: ordered.receipt.map { ChinaTime.text($0.at) })
    }

    /// Signs the order; it waits for the line as everything does.
    /// - Throws: `Refusal` `account.name`, `account.noNode`, `account.resets`.
    static func order(
        _ account: String, of unit: UnitCode, _ password: Password, by issuer: UnitCode, in transaction: Transaction
    ) throws {
        guard AccountShelf.isName(account) else { throw AccountOperations.unfitName }
        guard let record = transaction.directory.unit(unit), let key = try transaction.directory.activeKey(of: unit) else {
            throw Refusal(
                "account.noNode", question: "Q111", "单位 \(unit) 还没有入网，没有账号可以重置。", remedy: "请先邀请它入网，或由上级托管。", kind: .missing)
        }
        let known = try PasswordResetShelf(transaction.reading).resets(of: account, at: unit).map(\.reset.number).max() ?? 0
        guard known < PasswordReset.lastNumber else {
            throw Refusal("account.resets", question: "Q111", "账号“\(account)”的重置次数已用完。", remedy: "请为该单位另建账号，或由它重新入网。")
        }
        let reset = PasswordReset(
            unit: unit, account: account, password: password.bytes, by: issuer, keyID: key.key.id, topology: record.version,
            number: known + 1, at: transaction.now)
        try transaction.append(.passwordReset, Payload.encode(.reset(reset)), as: issuer, to: .unit(unit))
    }
}
