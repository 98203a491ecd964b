import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Who is signed in. One session per account (Q12): a second sign-in ends the first.
public enum SessionShelf {
    /// Seconds without a request after which a session ends.
    public static let idleLimit: Int64 = 30 * 60
    /// Seconds after which a session ends in any case.
    public static let absoluteLimit: Int64 = 12 * 3600
    /// How long an ended session is remembered, to tell why it ended.
    static let memory: Int64 = 24 * 3600

    /// A signed-in account.
    public struct Session: Sendable, Hashable {
        public let actor: Actor
        /// Nothing but changing the password is allowed (Q110).
        public let mustChange: Bool
        /// Whether its last use should be noted.
        public let isStale: Bool
    }

    /// Begins a session; ends the account's earlier one.
    /// - Returns: the token, 64 hexadecimal digits; kept nowhere.
    static func begin(_ account: Account, in transaction: Transaction) throws -> String {
        try end(account.name, of: account.unit, why: "该账号已在别处登录", in: transaction)
        let token = hex(transaction.surroundings.randomBytes(32))
        try transaction.database.execute(
            literal: """
                INSERT INTO session (token, unit, account, begun_at, seen_at)
                VALUES (\(key(token)), \(account.unit.text), \(account.name), \(transaction.now), \(transaction.now))
                """)
        try transaction.database.execute(
            literal: "DELETE FROM session WHERE seen_at < \(transaction.now - absoluteLimit - memory)")
        try transaction.database.execute(
            literal: """
                UPDATE account SET last_seen = \(transaction.now) WHERE unit = \(account.unit.text) AND name = \(account.name)
                """)
        return token
    }

    /// Ends whatever session an account has. `why` is Chinese and shown to whoever still uses it.
    public static func end(_ account: String, of unit: UnitCode, why: String, in transaction: Transaction) throws {
        try transaction.database.execute(
            literal: """
                UPDATE session SET ended_at = \(transaction.now), ended_why = \(why)
                WHERE unit = \(unit.text) AND account = \(account) AND ended_at IS NULL
                """)
    }

    /// Ends every session: the store went back in time, and tokens that had been ended would be good again.
    public static func endAll(why: String, in transaction: Transaction) throws {
        try transaction.database.execute(
            literal: "UPDATE session SET ended_at = \(transaction.now), ended_why = \(why) WHERE ended_at IS NULL")
    }

    /// The session that a token stands for.
    /// - Throws: `SignInFailure.notSignedIn`, naming why and when the session ended.
    public static func session(_ token: String, now: Int64, _ reading: Reading) throws -> Session {
        let row = try Row.fetchOne(
            reading.database.cachedStatement(sql: "SELECT * FROM session WHERE token = ?"), arguments: [key(token)])
        guard let row else { throw SignInFailure.notSignedIn(unknown) }
        let (begun, seen): (Int64, Int64) = (row["begun_at"], row["seen_at"])
        if let endedAt = row["ended_at"] as Int64? { throw ended(at: endedAt, row["ended_why"] ?? "") }
        if now - begun > absoluteLimit { throw ended(at: begun + absoluteLimit, "已超过最长登录时间") }
        if now - seen > idleLimit { throw ended(at: seen + idleLimit, "长时间没有操作") }
        let unit = UnitCode(row["unit"])
        guard let account = try AccountShelf.account(row["account"], of: unit, reading) else {
            throw SignInFailure.notSignedIn(unknown)
        }
        return Session(
            actor: Actor(unit: unit, account: account.name, roles: account.roles), mustChange: account.mustChange,
            isStale: now - seen > 60)
    }

    /// Notes that a session is in use.
    public static func touch(_ token: String, in transaction: Transaction) throws {
        try transaction.database.cachedStatement(sql: "UPDATE session SET seen_at = ? WHERE token = ? AND ended_at IS NULL")
            .execute(arguments: [transaction.now, key(token)])
    }

    private static let unknown = Refusal(
        "session.unknown", question: "Q12", "登录凭据无效。", remedy: "请先登录（POST /api/v1/sessions）。", kind: .permission)

    private static func ended(at time: Int64, _ why: String) -> SignInFailure {
        .notSignedIn(Refusal(
            "session.ended", question: "Q12", "本次登录已于 \(ChinaTime.spoken(time)) 结束：\(why)。",
            remedy: "请重新登录；如非本人操作，请立即修改密码。", kind: .permission))
    }

    private static func key(_ token: String) -> Data { Data(Hashing.sha256(Array(token.utf8)).bytes) }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Why somebody is not (or may not try to be) signed in.
public enum SignInFailure: Error, Sendable, Hashable {
    /// HTTP 401.
    case notSignedIn(Refusal)
    /// HTTP 429; seconds to wait.
    case tooManyAttempts(Refusal, retryAfter: Int64)

    public var refusal: Refusal {
        switch self {
        case .notSignedIn(let refusal), .tooManyAttempts(let refusal, _): refusal
        }
    }
}
