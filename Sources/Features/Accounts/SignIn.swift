import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 登录: compares the password, counts failures, begins the session. Unknown accounts are answered like wrong passwords.
struct SignIn {
    /// Failures that are free; each further one closes the account for twice as long.
    static let freeFailures = 5
    /// Seconds: the first closure and the longest.
    static let closures: ClosedRange<Int64> = 30...900

    struct Opened: Encodable, Sendable {
        let token: String
        let unit: String
        let account: String
        let roles: [String]
        let mustChange: Bool
        let expires: String
    }

    let archive: Archive
    let unit: UnitCode
    let name: String

    func open(password: String) throws -> Opened {
        let now = archive.surroundings.now()
        let account = try archive.read { reading in
            let end = try closedUntil(reading.database)
            if end > now { throw closed(until: end, now) }
            return try AccountShelf.account(name, of: unit, reading)
        }
        guard let account else {
            try Password.spendTime(on: password, archive.surroundings)
            throw try failed()
        }
        if !account.password.isAsCostlyAsChosen(archive.surroundings) {
            try Password.spendTime(on: password, archive.surroundings)
        }
        guard try account.password.matches(password) else { throw try failed() }
        return try archive.write { transaction in
            guard let current = try AccountShelf.account(name, of: unit, transaction.reading),
                  current.password == account.password else { throw SignInFailure.notSignedIn(Self.wrong) }
            if let days = try Self.sleepAfterDays(of: unit, transaction.reading), Self.isAsleep(current, days, now) {
                throw SignInFailure.notSignedIn(Self.asleep(days))
            }
            try transaction.database.execute(literal: "DELETE FROM attempt WHERE subject = \(subject)")
            let token = try SessionShelf.begin(current, in: transaction)
            return Opened(
                token: token, unit: unit.text, account: name, roles: current.roles.map(\.rawValue).sorted(),
                mustChange: current.mustChange, expires: ChinaTime.text(transaction.now + SessionShelf.absoluteLimit))
        }
    }

    private func failed() throws -> SignInFailure {
        try archive.write { transaction in
            let failures = 1 + (try Int.fetchOne(
                transaction.database.cachedStatement(sql: "SELECT failures FROM attempt WHERE subject = ?"), arguments: [subject]) ?? 0)
            let step = failures - Self.freeFailures
            let closure = step <= 0 ? 0 : min(Self.closures.upperBound, Self.closures.lowerBound << Int64(min(step - 1, 10)))
            try transaction.database.execute(
                literal: """
                    INSERT INTO attempt (subject, failures, closed_until, at)
                    VALUES (\(subject), \(failures), \(transaction.now + closure), \(transaction.now))
                    ON CONFLICT DO UPDATE SET failures = excluded.failures, closed_until = excluded.closed_until, at = excluded.at
                    """)
            try transaction.database.execute(
                literal: "DELETE FROM attempt WHERE at < \(transaction.now - SessionShelf.memory)")
        }
        return .notSignedIn(Self.wrong)
    }

    private var subject: Data { Self.subject(name, of: unit) }

    private static func subject(_ name: String, of unit: UnitCode) -> Data {
        Data(Hashing.sha256(Array("\(unit.text)\n\(name)".utf8)).bytes)
    }

    private func closedUntil(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT closed_until FROM attempt WHERE subject = ?"), arguments: [subject]) ?? 0
    }

    /// Whether an account is closed for now after failed sign-ins.
    static func isClosed(_ name: String, of unit: UnitCode, archive: Archive, _ reading: Reading) throws -> Bool {
        try SignIn(archive: archive, unit: unit, name: name).closedUntil(reading.database) > archive.surroundings.now()
    }

    /// Opens an account again, after a reset.
    static func reopen(_ name: String, of unit: UnitCode, in transaction: Transaction) throws {
        let subject = subject(name, of: unit)
        try transaction.database.execute(literal: "DELETE FROM attempt WHERE subject = \(subject)")
    }

    /// Days without use after which an account sleeps, until a reset wakes it; nil where accounts never sleep.
    static func sleepAfterDays(of unit: UnitCode, _ reading: Reading) throws -> Int? {
        try Int(PolicyShelf(reading).value("accounts.sleepAfterDays", for: unit)).flatMap { $0 > 0 ? $0 : nil }
    }

    static func isAsleep(_ account: Account, _ days: Int, _ now: Int64) -> Bool { now - account.unusedSince > Int64(days) * 86_400 }

    /// Told only to whoever knows the password.
    private static func asleep(_ days: Int) -> Refusal {
        Refusal(
            "session.asleep", question: "Q108", "该账号已超过 \(days) 天没有使用，已休眠。", remedy: "请联系本单位或上级的学籍系统管理员重置密码，重置后即可使用。",
            kind: .permission)
    }

    private static let wrong = Refusal(
        "session.wrong", question: "Q110", "单位、账号或密码不对。", remedy: "请核对后重试；忘记密码请联系上级的学籍系统管理员重置。", kind: .permission)

    private func closed(until: Int64, _ now: Int64) -> SignInFailure {
        .tooManyAttempts(
            Refusal(
                "session.closed", question: "Q110", "连续多次登录失败，已暂停登录至 \(ChinaTime.text(until))。",
                remedy: "请稍后重试，或联系上级的学籍系统管理员重置密码。", kind: .permission),
            retryAfter: until - now)
    }
}
