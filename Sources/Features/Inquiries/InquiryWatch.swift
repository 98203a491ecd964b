import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Looks from time to time at the inquiries that somebody waits for: those of this node's own units end when their time is over; where the
/// centre waits for a province that is out of reach, it tells the asker since when. What could not be answered is tried again: whose turn it
/// is follows from where the pupil and his number are known, and both may still be on their way, or the asker may have moved.
public struct InquiryWatch {
    /// How a node that the centre waits for is doing.
    public struct Contact: Sendable, Hashable {
        public var isHere: Bool
        /// Seconds since 1970; nil where it never called.
        public var at: Int64?

        public init(isHere: Bool, at: Int64?) {
            self.isHere = isHere
            self.at = at
        }
    }

    /// How the node of a province is doing, as the running process knows.
    let contact: (UnitCode) -> Contact
    /// Inquiries of one transaction.
    let atOnce: Int

    public init(atOnce: Int = 500, contact: @escaping (UnitCode) -> Contact) {
        self.atOnce = atOnce
        self.contact = contact
    }

    /// Looks at all of them, a portion at a time: one that goes on waiting keeps none behind it from being looked at.
    /// - Returns: whether something was written.
    public func look(_ archive: Archive) throws -> Bool {
        guard try archive.read({ try $0.recoveringUnits().isEmpty && !$0.isClone() }) else { return false }
        let today = archive.surroundings.today
        var (hasWritten, last) = (false, Data())
        while let (portion, end) = try archive.read({ try waiting(after: last, today, $0) }) {
            last = end
            guard !portion.isEmpty else { continue }
            if try archive.write({ transaction in try portion.reduce(false) { try treat($1, in: transaction) || $0 } }) { hasWritten = true }
        }
        return hasWritten
    }

    /// Gives the office once more what nobody has answered.
    /// - Returns: how many.
    public static func tryAgain(_ archive: Archive) throws -> Int {
        guard try archive.read({ try $0.recoveringUnits().isEmpty && !$0.isClone() && InquiryWatch.hasOpen($0) }) else { return 0 }
        return try archive.write { transaction in
            try transaction.database.execute(
                literal: """
                    INSERT OR IGNORE INTO errand (office, subject, at)
                    SELECT \(InquiryOffice.name), subject, at FROM errand WHERE office = \(InquiryOffice.open)
                    """)
            return transaction.database.changesCount
        }
    }

    private static func hasOpen(_ reading: Reading) throws -> Bool {
        try Bool.fetchOne(
            reading.database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM errand WHERE office = ?)"), arguments: [InquiryOffice.open]) ?? false
    }

    /// Of the next portion those for which something is to be done, and where it ends; nil when there is none.
    private func waiting(after last: Data, _ today: CalendarDate, _ reading: Reading) throws -> ([Rules.Digest], Data)? {
        let subjects = try Data.fetchAll(
            reading.database.cachedStatement(sql: "SELECT subject FROM errand WHERE office = ? AND subject > ? ORDER BY subject LIMIT ?"),
            arguments: [InquiryOffice.open, last, atOnce])
        guard let end = subjects.last else { return nil }
        return (try subjects.compactMap { Rules.Digest($0) }.filter { try !isQuiet($0, today, reading) }, end)
    }

    /// Whether nothing is to be done about it now.
    private func isQuiet(_ id: Rules.Digest, _ today: CalendarDate, _ reading: Reading) throws -> Bool {
        guard let file = try InquiryShelf(reading).file(id), file.state(reading.directory) == .waiting else { return false }
        let hosted = Set(try reading.hostedUnits())
        let isAsker = hosted.contains(file.inquiry.unit)
        if isAsker, InquiryTime.isOver(file.inquiry, forAskerOn: today) { return false }
        guard hosted.contains(.centre) else { return try isAsker || !isOver(file, today, reading) }
        return try isOverAtCentre(file, today, reading) ? isAsker : absent(file).isEmpty
    }

    /// By the day on which the centre passed it on: the asker's clock may be years off.
    private func isOverAtCentre(_ file: InquiryFile, _ today: CalendarDate, _ reading: Reading) throws -> Bool {
        guard let passed = file.forwards.map(\.at).min() else { return try isOver(file, today, reading) }
        return try InquiryTime(file.inquiry, heard: CalendarDate(secondsSince1970: passed), reading).lastDay < today
    }

    /// By the day on which it came here.
    private func isOver(_ file: InquiryFile, _ today: CalendarDate, _ reading: Reading) throws -> Bool {
        let came = try Int64.fetchOne(
            reading.database.cachedStatement(sql: "SELECT at FROM errand WHERE office = ? AND subject = ?"),
            arguments: [InquiryOffice.open, Data(file.id.bytes)])
        return try InquiryTime(file.inquiry, heard: came.map { CalendarDate(secondsSince1970: $0) } ?? today, reading).lastDay < today
    }

    /// Provinces that have not answered and are out of reach, unless that has been told already.
    private func absent(_ file: InquiryFile) -> [(unit: UnitCode, since: Int64?)] {
        file.forwards.compactMap { forward in
            guard !file.answersOfForwards.contains(where: { $0.by == forward.to }) else { return nil }
            let contact = contact(forward.to)
            guard !contact.isHere, !file.notices.contains(where: { $0.event == .away && $0.place == forward.to && $0.since == contact.at }) else {
                return nil
            }
            return (forward.to, contact.at)
        }
    }

    private func treat(_ id: Rules.Digest, in transaction: Transaction) throws -> Bool {
        let reading = transaction.reading
        guard let file = try InquiryShelf(reading).file(id), file.state(reading.directory) == .waiting else {
            try close(id, in: transaction)
            return false
        }
        let (inquiry, today) = (file.inquiry, transaction.surroundings.today)
        let isAsker = try transaction.hosts(inquiry.unit)
        if isAsker, InquiryTime.isOver(inquiry, forAskerOn: today) {
            let place = try InquiryWay(file, reading, parent: .init(isHere: true, since: nil, time: transaction.now)).waitingFor
            let notice = InquiryNotice(
                id: id, unit: inquiry.unit, by: inquiry.unit, event: .expired, place: place?.unit ?? .centre, since: place?.since, at: transaction.now)
            try transaction.append(.inquiryNotice, Payload.encode(notice), as: inquiry.unit, to: .up)
            try close(id, in: transaction)
            return true
        }
        guard try transaction.hosts(.centre) else {
            if try !isAsker && isOver(file, today, reading) { try close(id, in: transaction) }
            return false
        }
        if try isOverAtCentre(file, today, reading) {
            if !isAsker { try close(id, in: transaction) }
            return !isAsker
        }
        let absent = absent(file)
        for one in absent {
            let notice = InquiryNotice(
                id: id, unit: inquiry.unit, by: .centre, event: .away, place: one.unit, since: one.since, at: transaction.now)
            try transaction.append(.inquiryNotice, Payload.encode(notice), as: .centre, to: .unit(inquiry.unit))
        }
        return !absent.isEmpty
    }

    private func close(_ id: Rules.Digest, in transaction: Transaction) throws {
        try transaction.endErrand(of: InquiryOffice.open, Data(id.bytes))
    }
}
