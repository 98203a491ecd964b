import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Lends each authority, once for each of its incarnations, the same small range of tails for every birth date of the years at
/// school: approvals go on while the centre is out of reach, from the first day. `LeaseOffice` adds where that is not enough.
public struct StandingLeases: Office {
    static let office = "standing-lease"
    /// Tails lent for each birth date. Ten thousand tails bear 156 such ranges, that is as many lost or restored disks.
    static let tails = 64
    /// The youngest and the oldest pupil registered, in years of age.
    static let ages = 3...22

    private let isOpen: @Sendable () -> Bool
    public let migrations: [(name: String, sql: String)] = []

    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        guard isOpen(), try transaction.reading.ownUnit() == .centre else { return false }
        let due = try transaction.errands(of: Self.office, limit: 200)
        for subject in due {
            try lend(to: UnitCode(String(decoding: subject, as: UTF8.self)), in: transaction)
            try transaction.endErrand(of: Self.office, subject)
        }
        return due.count == 200
    }

    private func lend(to authority: UnitCode, in transaction: Transaction) throws {
        let db = transaction.database
        guard let unit = transaction.directory.unit(authority), unit.tier != .school, unit.tier != .centre,
              let bytes = try Data.fetchOne(
                db, sql: "SELECT incarnation FROM incarnation WHERE unit = ? ORDER BY position DESC LIMIT 1",
                arguments: [authority.text]), let incarnation = Incarnation(bytes) else { return }
        let year = transaction.surroundings.today.year
        let dates = "\(year - Self.ages.upperBound)0101"..."\(year - Self.ages.lowerBound)1231"
        for division in try divisions(of: unit, transaction) {
            let isLent = try Bool.fetchOne(
                db, sql: """
                    SELECT EXISTS (SELECT 1 FROM lease WHERE division = ? AND holder = ? AND incarnation = ? AND birth_first < birth_last)
                    """, arguments: [division, authority.text, bytes]) ?? false
            let next = 1 + (try Int.fetchOne(
                db, sql: "SELECT max(last) FROM lease WHERE division = ? AND birth_first <= ? AND birth_last >= ?",
                arguments: [division, dates.upperBound, dates.lowerBound]) ?? -1)
            guard !isLent, next + Self.tails - 1 <= 9999 else { continue }
            let lease = Lease(
                holder: authority, incarnation: incarnation, division: division, birthDates: dates,
                tails: next...(next + Self.tails - 1))
            try transaction.append(.lease, Payload.encode(lease), as: .centre, to: .unit(authority))
        }
    }

    /// The divisions in which the authority's own schools lie.
    private func divisions(of unit: Unit, _ transaction: Transaction) throws -> [String] {
        let schools = try transaction.directory.children(of: unit.code).filter { $0.tier == .school }
        var divisions = Set(schools.map(\.division))
        if unit.tier == .county { divisions.insert(unit.code.text) }
        return divisions.filter { $0.utf8.count == 6 }.sorted()
    }
}

/// Says under which incarnation an authority of this node writes; said once for each.
public enum IncarnationNotice {
    public static func post(in transaction: Transaction) throws {
        for unit in try transaction.reading.hostedUnits() {
            guard let tier = transaction.directory.tier(of: unit), TierRights.may(tier, .checkDuplicates), tier != .centre else { continue }
            let incarnation = try transaction.incarnation(of: unit)
            let isSaid = try Bool.fetchOne(
                transaction.database, sql: "SELECT EXISTS (SELECT 1 FROM incarnation WHERE unit = ? AND incarnation = ?)",
                arguments: [unit.text, Data(incarnation.bytes)]) ?? false
            guard !isSaid else { continue }
            let opened = IncarnationOpened(unit: unit, incarnation: incarnation, at: transaction.now)
            try transaction.append(.incarnation, Payload.encode(opened), as: unit, to: .up)
        }
    }
}
