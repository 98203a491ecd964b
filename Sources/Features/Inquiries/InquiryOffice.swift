import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Answers inquiries by itself. The lowest authority above both the asker and the pupil's school answers; of a pupil in another province the
/// centre asks that province and tells the asker what it said ([decision 32]).
public struct InquiryOffice: Office {
    static let name = "inquiry"
    /// Errands of inquiries that nobody has answered yet; `InquiryWatch` looks after them.
    static let open = "inquiry.open"
    private static let atOnce = 50

    public let migrations: [(name: String, sql: String)] = []
    /// False while the centre's boot fence is up: what it has passed on and answered may still be coming back.
    let isOpen: @Sendable () -> Bool

    /// - Parameter isOpen: whether the centre may speak.
    public init(isOpen: @escaping @Sendable () -> Bool) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        guard try isOpen() || !transaction.hosts(.centre) else { return false }
        let due = try transaction.errands(of: Self.name, limit: Self.atOnce)
        for id in due {
            // Where one node speaks for asker, centre and province, one act follows from the other.
            var acts = 0
            while acts < 8, let key = Rules.Digest(id), try act(on: key, in: transaction) { acts += 1 }
            try transaction.endErrand(of: Self.name, id)
        }
        return due.count == Self.atOnce
    }

    /// Does one thing that is this node's to do.
    /// - Returns: whether there was one.
    private func act(on id: Rules.Digest, in transaction: Transaction) throws -> Bool {
        guard let file = try InquiryShelf(transaction.reading).file(id) else { return false }
        let desk = InquiryDesk(file: file, transaction: transaction)
        for authority in transaction.directory.path(of: file.inquiry.unit).dropFirst() where try transaction.hosts(authority) {
            if try authority == .centre ? desk.actAsCentre() : desk.answer(as: authority) { return true }
        }
        for forward in file.forwards where try transaction.hosts(forward.to) {
            if try desk.answer(forward) { return true }
        }
        return false
    }
}

/// What the authorities of a node do about one inquiry.
private struct InquiryDesk {
    let file: InquiryFile
    let transaction: Transaction

    private var inquiry: Inquiry { file.inquiry }
    private var directory: UnitDirectory { transaction.directory }
    private var search: InquirySearch { InquirySearch(reading: transaction.reading, today: transaction.surroundings.today) }

    /// - Parameter heard: seconds since 1970; by default when the inquiry itself came to this node.
    private func time(heard: Int64? = nil) throws -> InquiryTime {
        let heard = try heard ?? InquiryPlace.of(file.id, by: inquiry.unit, transaction.reading)?.storedAt ?? transaction.now
        return try InquiryTime(inquiry, heard: CalendarDate(secondsSince1970: heard), transaction.reading)
    }

    /// Nobody is told anything any more.
    private func isOver(heard: Int64? = nil) throws -> Bool { try time(heard: heard).lastDay < transaction.surroundings.today }

    private func hasAnswered(_ authority: UnitCode) -> Bool { file.answers.contains { !$0.isUp && $0.answer.by == authority } }

    /// The lowest authority above asker and pupils.
    private func common(_ hits: [Dossier]) -> UnitCode? { directory.lowestCommonAuthority(of: [inquiry.unit] + hits.map(\.home)) }

    /// Within its own subtree, where nobody further below is above both; a province that the asker has named answers in any case.
    func answer(as authority: UnitCode) throws -> Bool {
        guard !hasAnswered(authority) else { return false }
        let hits = try search.hits(inquiry, under: authority)
        guard hits.isEmpty ? inquiry.province == authority : common(hits) == authority, try !isOver() else { return false }
        try tell(hits, as: authority)
        return true
    }

    /// What the centre was asked to answer goes up, whatever else is known.
    func answer(_ forward: InquiryForward) throws -> Bool {
        guard !file.answers.contains(where: { $0.isUp && $0.answer.by == forward.to }), try !isOver(heard: forward.at) else { return false }
        let (outcome, pupil) = search.found(try search.hits(inquiry, under: forward.to))
        try say(outcome, pupil, as: forward.to, answeredBy: forward.to, to: .up)
        return true
    }

    func actAsCentre() throws -> Bool {
        guard !hasAnswered(.centre) else { return false }
        if let answer = file.answersOfForwards.max(by: { $0.outcome < $1.outcome }) {
            try say(answer.outcome, answer.pupil, as: .centre, answeredBy: answer.by, to: .unit(inquiry.unit))
            return true
        }
        guard file.forwards.isEmpty, !file.answers.contains(where: { !$0.isUp }), try !isOver() else { return false }
        guard try !isBeyondLimit() else {
            try say(.limited, nil, as: .centre, answeredBy: .centre, to: .unit(inquiry.unit))
            return true
        }
        return try route()
    }

    /// Whom the centre asks: the province that the asker named, else the one where by its own tables the pupil is. Name and number must both
    /// be his already here: else that somebody is asked would tell that the number was right.
    private func route() throws -> Bool {
        let own = directory.province(of: inquiry.unit)
        if let named = inquiry.province {
            // The asker's own one answers for itself.
            guard named != own else { return false }
            try pass(to: named)
            return true
        }
        let hits = try search.hits(inquiry, under: .centre)
        guard hits.isEmpty || common(hits) == .centre else { return false }
        let provinces = Set(hits.map { directory.province(of: $0.home) })
        if provinces.count == 1, let only = provinces.first, let province = only {
            try pass(to: province)
        } else {
            try tell(hits, as: .centre)
        }
        return true
    }

    private func pass(to province: UnitCode) throws {
        let forward = InquiryForward(inquiry: Payload.encode(inquiry), to: province, at: transaction.now)
        try transaction.append(.inquiryForward, Payload.encode(forward), as: .centre, to: .unit(province))
        let notice = InquiryNotice(
            id: file.id, unit: inquiry.unit, by: .centre, event: .forwarded, place: province, since: nil, at: transaction.now)
        try transaction.append(.inquiryNotice, Payload.encode(notice), as: .centre, to: .unit(inquiry.unit))
        try note("inquiries.forward", as: .centre, outcome: province.text)
    }

    /// What came late from a day that it can be from counts on that day; all else on the day on which it came.
    private func isBeyondLimit() throws -> Bool {
        let shelf = InquiryShelf(transaction.reading)
        let time = try time()
        let before = try time.isOfEarlierDay
            ? shelf.asked(by: inquiry.unit, on: CalendarDate(secondsSince1970: inquiry.at), before: (inquiry.at, file.id))
            : InquiryPlace.came(before: file.id, time, transaction.reading)
        return try before >= shelf.dailyLimit(for: inquiry.unit)
    }

    private func tell(_ hits: [Dossier], as authority: UnitCode) throws {
        let (outcome, pupil) = try isBeyondLimit() ? (.limited, nil) : search.found(hits)
        try say(outcome, pupil, as: authority, answeredBy: authority, to: .unit(inquiry.unit))
    }

    private func say(
        _ outcome: InquiryAnswer.Outcome, _ pupil: FoundPupil?, as unit: UnitCode, answeredBy: UnitCode, to audience: Audience
    ) throws {
        let answer = InquiryAnswer(
            id: file.id, unit: inquiry.unit, by: unit, answeredBy: answeredBy, outcome: outcome, pupil: pupil, at: transaction.now)
        try transaction.append(.inquiryAnswer, Payload.encode(answer), as: unit, to: audience)
        try note("inquiries.answer", as: unit, outcome: outcome.rawValue)
    }

    /// In the trail of whoever answers; the asker's own has its question.
    private func note(_ operation: String, as unit: UnitCode, outcome: String) throws {
        try AuditTrail.record(
            operation, by: Actor(unit: unit, account: "inquiry of \(inquiry.unit)", roles: []), subject: file.id.description, outcome: outcome,
            in: transaction)
    }
}
