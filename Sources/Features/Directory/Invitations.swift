import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// One-time codes that turn a bare machine into a unit's node. Only the hash of a code's secret is kept.
public struct Invitations: Office {
    /// Seconds a code is good for.
    public static let lifetime: Int64 = 30 * 86_400

    public let migrations: [(name: String, sql: String)] = [("invitations-1", """
        CREATE TABLE invitation (
          secret BLOB PRIMARY KEY, unit TEXT NOT NULL, issuer TEXT NOT NULL, ends_at INTEGER NOT NULL,
          used_at INTEGER, used_key BLOB) WITHOUT ROWID;
        """)]

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}
    public func work(in transaction: Transaction) throws -> Bool { false }

    /// Makes a code for a unit directly below; earlier unused codes for it end.
    public static func issue(
        for unit: UnitCode, by issuer: UnitCode, in transaction: Transaction
    ) throws -> (code: OneTimeCode, endsAt: Int64) {
        try mustBeBelow(unit, issuer, in: transaction)
        guard let root = try transaction.directory.activeKey(of: .centre)?.key else { throw rootUnknown }
        let code = OneTimeCode(secret: transaction.surroundings.randomBytes(10), root: root)
        let endsAt = transaction.now + lifetime
        guard let hash = OneTimeCode.hash(ofSecret: code.secretText) else { preconditionFailure("our own base 32") }
        try transaction.database.execute(
            literal: "DELETE FROM invitation WHERE unit = \(unit.text) AND used_at IS NULL")
        try transaction.database.execute(
            literal: """
                INSERT INTO invitation (secret, unit, issuer, ends_at)
                VALUES (\(Data(hash.bytes)), \(unit.text), \(issuer.text), \(endsAt))
                """)
        return (code, endsAt)
    }

    /// Enrols the key of a node that shows a code. The same key with the same code is answered the same: its first answer
    /// may have been lost.
    public static func admit(_ request: JoinRequest, in transaction: Transaction) throws -> JoinReply {
        guard request.isSigned, let hash = OneTimeCode.hash(ofSecret: request.secret) else { throw invalid }
        let row = try Row.fetchOne(
            transaction.database, sql: "SELECT * FROM invitation WHERE secret = ?", arguments: [Data(hash.bytes)])
        guard let row else { throw invalid }
        let unitCode = UnitCode(row["unit"])
        let issuer = UnitCode(row["issuer"])
        if row["used_at"] as Int64? != nil {
            guard (row["used_key"] as Data?).map({ Array($0) }) == request.publicKey.bytes else { throw used }
        } else {
            guard (row["ends_at"] as Int64) >= transaction.now else { throw invalid }
            try mustBeBelow(unitCode, issuer, in: transaction)
            let wasHosted = try transaction.hosts(unitCode)
            try enrol(request.publicKey, for: unitCode, by: issuer, on: unitCode, in: transaction)
            if wasHosted {
                try transaction.retireSecret(of: unitCode)
                try AccountShelf.removeAll(of: unitCode, in: transaction)
            }
            try transaction.database.execute(
                literal: """
                    UPDATE invitation SET used_at = \(transaction.now), used_key = \(Data(request.publicKey.bytes))
                    WHERE secret = \(Data(hash.bytes))
                    """)
        }
        guard let unit = transaction.directory.unit(unitCode) else { throw invalid }
        guard let root = try transaction.directory.activeKey(of: .centre)?.key else { throw rootUnknown }
        return JoinReply(unit: unit.code, tier: unit.tier, name: unit.name, rootKey: root, parent: issuer)
    }

    /// Says that a key speaks for a unit from now on; an earlier key is superseded.
    static func enrol(
        _ key: StatementPublicKey, for unit: UnitCode, by issuer: UnitCode, on node: UnitCode, in transaction: Transaction
    ) throws {
        let generation = (try transaction.directory.activeKey(of: unit)?.generation ?? 0) + 1
        let enrolment = KeyEnrolment(unit: unit, publicKey: key, issuer: issuer, generation: generation, node: node)
        try transaction.append(.key, Payload.encode(enrolment), as: issuer, to: .subtree(unit))
    }

    static func mustBeBelow(_ unit: UnitCode, _ issuer: UnitCode, in transaction: Transaction) throws {
        guard let tier = transaction.directory.tier(of: issuer), TierRights.may(tier, .admitUnits) else {
            throw Refusal("units.admit", "本单位没有下级单位,不能邀请或托管。", remedy: "请由主管教育行政部门办理。", kind: .permission)
        }
        guard let found = transaction.directory.unit(unit) else {
            throw Refusal(
                "units.missing", question: "Q106", "机构库中没有单位 \(unit)。", remedy: "请核对单位代码,或先导入机构(units import)。",
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
        "join.code", "邀请码无效或已过期。", remedy: "请向上级单位索取新的邀请码(xueji invite)。", kind: .permission)
    private static let used = Refusal(
        "join.used", "邀请码已经使用过。", remedy: "请向上级单位索取新的邀请码(xueji invite)。", kind: .permission)
    private static let rootUnknown = Refusal(
        "join.root", "本节点还没有中央节点的公钥。", remedy: "请等本节点与上级同步后重试。")
}
