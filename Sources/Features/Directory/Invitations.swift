import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// One-time codes that turn a bare machine into a unit's node. The secret is kept, as both ends prove that they know it.
public struct Invitations: Office {
    /// Seconds a code is good for.
    public static let lifetime: Int64 = 72 * 3600
    /// A code ends after so many requests that did not know its secret.
    static let mistakes = 5

    public let migrations: [(name: String, sql: String)] = [("invitations-1", """
        CREATE TABLE invitation (
          secret BLOB PRIMARY KEY, unit TEXT NOT NULL, issuer TEXT NOT NULL, ends_at INTEGER NOT NULL,
          used_at INTEGER, used_key BLOB) WITHOUT ROWID;
        """), ("invitations-2", """
        DROP TABLE invitation;
        CREATE TABLE invitation (
          id BLOB PRIMARY KEY, secret BLOB NOT NULL, unit TEXT NOT NULL, issuer TEXT NOT NULL, ends_at INTEGER NOT NULL,
          mistakes INTEGER NOT NULL DEFAULT 0, used_at INTEGER, used_key BLOB) WITHOUT ROWID;
        """)]

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}
    public func work(in transaction: Transaction) throws -> Bool { false }

    /// Makes a code for a unit directly below; earlier unused codes for it end.
    public static func issue(
        for unit: UnitCode, by issuer: UnitCode, in transaction: Transaction
    ) throws -> (code: OneTimeCode, endsAt: Int64) {
        try mustBeBelow(unit, issuer, in: transaction)
        guard try transaction.directory.activeKey(of: .centre) != nil else { throw rootUnknown }
        guard let secret = JoinSecret(transaction.surroundings.randomBytes(20)),
              let code = OneTimeCode(id: transaction.surroundings.randomBytes(5), secret: secret) else {
            preconditionFailure("a source of chance gave too few bytes")
        }
        let endsAt = transaction.now + lifetime
        try transaction.database.execute(
            literal: "DELETE FROM invitation WHERE unit = \(unit.text) AND used_at IS NULL")
        try transaction.database.execute(
            literal: """
                INSERT INTO invitation (id, secret, unit, issuer, ends_at)
                VALUES (\(Data(code.id)), \(Data(secret.bytes)), \(unit.text), \(issuer.text), \(endsAt))
                """)
        return (code, endsAt)
    }

    /// Enrols and certifies a node that proves to know a code. The same key with the same code is answered the same: its first
    /// answer may have been lost. A refusal is a value, for what it counted must be kept.
    /// - Returns: the sealed reply, or why not.
    public static func admit(
        _ request: JoinRequest, desk: CertificateDesk, in transaction: Transaction
    ) throws -> Result<[UInt8], Refusal> {
        let row = try Row.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT * FROM invitation WHERE id = ?"), arguments: [Data(request.code)])
        guard let row, let secret = JoinSecret(row["secret"] as Data), (row["mistakes"] as Int) < mistakes else {
            return .failure(invalid)
        }
        guard request.isSigned, request.isSealed(by: secret) else {
            try transaction.database.execute(
                literal: "UPDATE invitation SET mistakes = mistakes + 1 WHERE id = \(Data(request.code))")
            return .failure(invalid)
        }
        if row["used_at"] as Int64? != nil {
            guard (row["used_key"] as Data?).map({ Array($0) }) == request.publicKey.bytes else { return .failure(used) }
        } else {
            guard (row["ends_at"] as Int64) >= transaction.now else { return .failure(invalid) }
            try enter(request, UnitCode(row["unit"]), by: UnitCode(row["issuer"]), in: transaction)
        }
        let reply = try reply(to: request, UnitCode(row["unit"]), parent: UnitCode(row["issuer"]), desk, in: transaction)
        return .success(reply.sealed(by: secret, for: request))
    }

    /// The new key speaks from now on; what earlier ones said ends with what is here.
    private static func enter(_ request: JoinRequest, _ unit: UnitCode, by issuer: UnitCode, in transaction: Transaction) throws {
        try mustBeBelow(unit, issuer, in: transaction)
        let wasHosted = try transaction.hosts(unit)
        try transaction.sealKeys(of: unit, by: issuer)
        try enrol(request.publicKey, for: unit, by: issuer, on: unit, in: transaction)
        if wasHosted {
            try transaction.retireSecret(of: unit)
            try AccountShelf.removeAll(of: unit, in: transaction)
        }
        try transaction.database.execute(
            literal: """
                UPDATE invitation SET used_at = \(transaction.now), used_key = \(Data(request.publicKey.bytes))
                WHERE id = \(Data(request.code))
                """)
    }

    private static func reply(
        to request: JoinRequest, _ code: UnitCode, parent: UnitCode, _ desk: CertificateDesk, in transaction: Transaction
    ) throws -> JoinReply {
        guard let unit = transaction.directory.unit(code) else { throw invalid }
        guard let root = try transaction.directory.activeKey(of: .centre)?.key else { throw rootUnknown }
        let chains = try desk.certify(
            code, nodeRequest: request.nodeRequest, authorityRequest: request.authorityRequest, in: transaction)
        return JoinReply(
            unit: unit.code, tier: unit.tier, name: unit.name, rootKey: root, parent: parent, certificates: chains,
            rootCertificate: desk.root, parentName: desk.issuer.name.text,
            isReturning: try transaction.directory.keys(of: code).contains { $0.publicKey != request.publicKey })
    }

    /// Says that a key speaks for a unit from now on; an earlier key is superseded.
    static func enrol(
        _ key: StatementPublicKey, for unit: UnitCode, by issuer: UnitCode, on node: UnitCode, in transaction: Transaction
    ) throws {
        let generation = (try transaction.directory.activeKey(of: unit)?.generation ?? 0) + 1
        let enrolment = KeyEnrolment(
            unit: unit, publicKey: key, issuer: issuer, generation: generation, node: node,
            topology: transaction.directory.unit(unit)?.version ?? 0)
        let act = transaction.surroundings.act()
        for audience in transaction.audiences(ofKeysOf: unit) {
            try transaction.append(.key, Payload.encode(enrolment), as: issuer, to: audience, act: act)
        }
    }

    static func mustBeBelow(_ unit: UnitCode, _ issuer: UnitCode, in transaction: Transaction) throws {
        guard let tier = transaction.directory.tier(of: issuer), TierRights.may(tier, .admitUnits) else {
            throw Refusal("units.admit", "本单位没有下级单位，不能邀请或托管。", remedy: "请由主管教育行政部门办理。", kind: .permission)
        }
        guard let found = transaction.directory.unit(unit) else {
            throw Refusal(
                "units.missing", question: "Q106", "机构库中没有单位 \(unit)。", remedy: "请核对单位代码，或先导入机构（units import）。",
                kind: .missing)
        }
        guard found.competent == issuer else {
            throw Refusal(
                "units.notBelow", question: "Q10", "单位“\(found.name)”不是本单位直接主管的下级。", remedy: "请由它的主管教育行政部门办理。",
                kind: .permission)
        }
        guard !found.isClosed else {
            throw Refusal("school.closed", question: "Q14", "单位“\(found.name)”已撤销。", remedy: "已撤销的单位不能再启用。")
        }
    }

    private static let invalid = Refusal(
        "join.code", "邀请码无效或已过期。", remedy: "请向上级单位索取新的邀请码（xueji invite）。", kind: .permission)
    private static let used = Refusal(
        "join.used", "邀请码已经使用过。", remedy: "请向上级单位索取新的邀请码（xueji invite）。", kind: .permission)
    private static let rootUnknown = Refusal(
        "join.root", "本节点还没有中央节点的公钥。", remedy: "请等本节点与上级同步后重试。")
}
