import FoundationEssentials
import GRDB
import Protocol
import Rules

/// What waits for an office of this node: queued with its cause, taken out with what the office does about it.
extension Transaction {
    /// Queues something for an office; doing so twice queues it once.
    public func errand(_ office: String, _ subject: [UInt8]) throws {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO errand (office, subject, at) VALUES (?, ?, ?)")
            .execute(arguments: [office, Data(subject), now])
    }

    /// Subjects that wait for an office, the oldest first.
    public func errands(of office: String, limit: Int) throws -> [Data] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT subject FROM errand WHERE office = ? ORDER BY at, subject LIMIT ?"), arguments: [office, limit])
    }

    /// Subjects that have waited so many seconds for an office, the oldest first. The clock may have gone back since: what seems to come from
    /// the future has waited as well.
    public func errands(of office: String, waiting seconds: Int64, limit: Int) throws -> [Data] {
        guard limit > 0 else { return [] }
        let old = try Data.fetchAll(
            database.cachedStatement(sql: "SELECT subject FROM errand WHERE office = ? AND at <= ? ORDER BY at, subject LIMIT ?"),
            arguments: [office, now - seconds, limit])
        return try old + Data.fetchAll(
            database.cachedStatement(sql: "SELECT subject FROM errand WHERE office = ? AND at > ? ORDER BY at, subject LIMIT ?"),
            arguments: [office, now, limit - old.count])
    }

    /// The office is done with a subject.
    public func endErrand(of office: String, _ subject: Data) throws {
        try database.cachedStatement(sql: "DELETE FROM errand WHERE office = ? AND subject = ?").execute(arguments: [office, subject])
    }
}
