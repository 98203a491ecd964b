import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The centre lends ranges before they are needed: as soon as it sees a pupil who will want a number.
public struct LeaseOffice: Office {
    static let office = "lease"
    /// Smallest range lent; also how far supply runs ahead of demand.
    static let block = 16

    private let isOpen: @Sendable () -> Bool
    public let migrations: [(name: String, sql: String)] = []

    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard try transaction.reading.ownUnit() == .centre, dossier.provisionalNumber == nil,
              [.entered, .reviewed, .submitted, .returned].contains(dossier.stand), dossier.record.birthDate.utf8.count == 8
        else { return }
        let division = transaction.directory.unit(dossier.home)?.division ?? ""
        guard division.utf8.count == 6 else { return }
        for authority in approvers(of: dossier, transaction.directory)
        where try !takesFromSlack(of: authority, division, dossier.record.birthDate, in: transaction) {
            try transaction.errand(Self.office, Array((authority.text + "|" + division + "|" + dossier.record.birthDate).utf8))
        }
    }

    /// Who may approve: the authority that has the pen, else the competent one; and who was asked to do so in its stead.
    private func approvers(of dossier: Dossier, _ directory: UnitDirectory) -> [UnitCode] {
        guard dossier.stand == .submitted, let holder = dossier.holder else { return [directory.unit(dossier.home)?.competent].compactMap { $0 } }
        return [holder] + (dossier.overrideRequest.flatMap { _ in dossier.overridingAuthority(in: directory) }.map { [$0] } ?? [])
    }

    public func work(in transaction: Transaction) throws -> Bool {
        guard isOpen(), try transaction.reading.ownUnit() == .centre else { return false }
        let errands = try transaction.errands(of: Self.office, limit: 1000)
        var done = 0
        for errand in errands {
            let parts = String(decoding: errand, as: UTF8.self).split(separator: "|").map(String.init)
            if parts.count == 3, try !supply(UnitCode(parts[0]), division: parts[1], birth: parts[2], in: transaction) {
                continue
            }
            try transaction.endErrand(of: Self.office, errand)
            done += 1
        }
        return done > 0 && errands.count == 1000
    }

    /// Under which incarnation the authority writes, as far as is known here.
    private func incarnation(of holder: UnitCode, _ db: Database) throws -> Incarnation? {
        try Data.fetchOne(
            db.cachedStatement(sql: """
                SELECT coalesce((SELECT incarnation FROM secret WHERE unit = ?1 AND active = 1),
                  (SELECT incarnation FROM incarnation WHERE unit = ?1 ORDER BY position DESC LIMIT 1),
                  (SELECT incarnation FROM stream WHERE unit = ?1 ORDER BY id DESC LIMIT 1))
                """), arguments: [holder.text]).flatMap { Incarnation($0) }
    }

    /// Most pupils need not be counted: what was left over when they last were is one less for each who is noticed, again or for the first time.
    /// A draw takes a number and a pupil who waits, and changes nothing about it; whatever else happens leaves more.
    /// - Returns: false where nothing is left, or the authority writes under another incarnation than then.
    private func takesFromSlack(of holder: UnitCode, _ division: String, _ birth: String, in transaction: Transaction) throws -> Bool {
        let db = transaction.database
        guard let current = try incarnation(of: holder, db) else { return false }
        try db.cachedStatement(sql: """
            UPDATE lease_slack SET slack = slack - 1 WHERE holder = ? AND division = ? AND birth = ? AND incarnation = ? AND slack > 0
            """).execute(arguments: [holder.text, division, birth, Data(current.bytes)])
        return db.changesCount > 0
    }

    private func remember(slack: Int, of holder: UnitCode, _ incarnation: Incarnation, _ division: String, _ birth: String, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO lease_slack (holder, division, birth, incarnation, slack) VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [holder.text, division, birth, Data(incarnation.bytes), max(slack, 0)])
    }

    /// Pupils born on a day, in schools below an authority that are in a division, who have no number yet.
    private func waiting(below holder: UnitCode, division: String, birth: String, in transaction: Transaction) throws -> Int {
        let rows = try Row.fetchAll(
            transaction.database.cachedStatement(sql: """
                WITH RECURSIVE below (code) AS (VALUES (?1) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code)
                SELECT home, count(*) AS n FROM dossier
                WHERE birth = ?2 AND home IN (SELECT code FROM below) AND provisional IS NULL AND state <> 'deleted' GROUP BY home
                """), arguments: [holder.text, birth])
        return rows.reduce(0) { sum, row in
            sum + (transaction.directory.unit(UnitCode(row["home"]))?.division == division ? row["n"] : 0)
        }
    }

    /// Lends what is missing. Returns false while the authority's incarnation is not known here yet.
    private func supply(_ holder: UnitCode, division: String, birth: String, in transaction: Transaction) throws -> Bool {
        let db = transaction.database
        guard let current = try incarnation(of: holder, db) else { return false }
        let waiting = try waiting(below: holder, division: division, birth: birth, in: transaction)
        let lent = try Row.fetchAll(
            db.cachedStatement(sql: """
                SELECT first, last FROM lease WHERE division = ? AND birth_first <= ? AND birth_last >= ? AND holder = ?
                  AND incarnation = ?
                """), arguments: [division, birth, birth, holder.text, Data(current.bytes)])
        let drawn = try LeaseBook.drawn(division: division, birth: birth, in: db)
        let free = lent.reduce(0) { sum, row in
            sum + ((row["first"] as Int)...(row["last"] as Int)).count { !drawn.contains($0) }
        }
        guard free < waiting else {
            try remember(slack: free - waiting, of: holder, current, division, birth, db)
            return true
        }
        let next = 1 + (try Int.fetchOne(
            db.cachedStatement(sql: "SELECT max(last) FROM lease WHERE division = ? AND birth_first <= ? AND birth_last >= ?"),
            arguments: [division, birth, birth]) ?? -1)
        let wanted = (waiting - free + Self.block - 1) / Self.block * Self.block
        let last = min(next + wanted - 1, 9999)
        guard next <= last else {
            try transaction.raiseAlarm(
                "lease.exhausted", subject: division + birth, "\(division) 出生日期 \(birth) 的一万个临时学籍号已全部借出。")
            return true
        }
        let lease = Lease(holder: holder, incarnation: current, division: division, birthDates: birth...birth, tails: next...last)
        try transaction.append(.lease, Payload.encode(lease), as: .centre, to: .unit(holder))
        try remember(slack: free + lease.tails.count - waiting, of: holder, current, division, birth, db)
        return true
    }
}
