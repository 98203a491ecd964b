import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// One inquiry with everything that this node knows about it.
struct InquiryFile {
    let id: Rules.Digest
    let inquiry: Inquiry
    let forwards: [InquiryForward]
    /// Of all who may have answered; see `answer`.
    let answers: [(isUp: Bool, answer: InquiryAnswer)]
    let notices: [InquiryNotice]

    /// The answer that counts: what was said to the asker, and until that is here what a province that was asked has said. Of several the
    /// one that tells more, then that of the higher tier, then the smaller payload: the same at every node that has the same.
    func answer(_ directory: some Topology) -> InquiryAnswer? {
        func better(_ one: InquiryAnswer, _ other: InquiryAnswer) -> Bool {
            if one.outcome != other.outcome { return one.outcome > other.outcome }
            let tiers = [one, other].map { directory.tier(of: $0.by) ?? .school }
            if tiers[0] != tiers[1] { return tiers[0] > tiers[1] }
            return Payload.encode(one).lexicographicallyPrecedes(Payload.encode(other))
        }
        func best(_ all: [InquiryAnswer]) -> InquiryAnswer? {
            all.dropFirst().reduce(all.first) { known, next in known.map { better(next, $0) ? next : $0 } }
        }
        return best(answers.filter { !$0.isUp }.map(\.answer)) ?? best(answersOfForwards)
    }

    /// What the provinces have said that the centre has asked.
    var answersOfForwards: [InquiryAnswer] {
        answers.filter { entry in entry.isUp && forwards.contains { $0.to == entry.answer.by } }.map(\.answer)
    }

    var expiry: InquiryNotice? { notices.first { $0.event == .expired && $0.by == inquiry.unit } }

    /// What the centre has told last about a province that it waits for.
    func absence(of unit: UnitCode) -> InquiryNotice? {
        notices.filter { $0.event == .away && $0.place == unit }.max { $0.at < $1.at }
    }

    enum State: Sendable, Hashable {
        case waiting
        case answered(InquiryAnswer)
        case expired
    }

    /// An answer counts also when it comes after the asker has given up waiting.
    func state(_ directory: some Topology) -> State {
        if let answer = answer(directory) { return .answered(answer) }
        return expiry == nil ? .waiting : .expired
    }
}

/// Reads inquiries.
struct InquiryShelf {
    let reading: Reading

    init(_ reading: Reading) { self.reading = reading }

    /// Nil for an inquiry that is known here by nothing but an answer.
    func file(_ id: Rules.Digest) throws -> InquiryFile? {
        let db = reading.database
        let key = Data(id.bytes)
        let forwards = try Data.fetchAll(
            db.cachedStatement(sql: "SELECT payload FROM inquiry_forward WHERE id = ? ORDER BY target"), arguments: [key]
        ).compactMap { Payload.inquiryForward(Array($0)) }
        let own = try Data.fetchOne(db.cachedStatement(sql: "SELECT payload FROM inquiry WHERE id = ?"), arguments: [key]).map { Array($0) }
        guard let payload = own ?? forwards.first?.inquiry, let inquiry = Payload.inquiry(payload) else { return nil }
        let answers = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT is_up, payload FROM inquiry_answer WHERE id = ? ORDER BY writer, is_up"), arguments: [key]
        ).compactMap { row -> (isUp: Bool, answer: InquiryAnswer)? in
            // An answer to another's question is none.
            Payload.inquiryAnswer(Array(row["payload"] as Data)).flatMap { $0.unit == inquiry.unit ? (row["is_up"], $0) : nil }
        }
        let notices = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT writer, event, place, since, at FROM inquiry_notice WHERE id = ? ORDER BY at, event, place"), arguments: [key]
        ).compactMap { row -> InquiryNotice? in
            let since: Int64 = row["since"]
            return InquiryNotice.Event(rawValue: row["event"]).map {
                InquiryNotice(
                    id: id, unit: inquiry.unit, by: UnitCode(row["writer"]), event: $0, place: UnitCode(row["place"]), since: since > 0 ? since : nil,
                    at: row["at"])
            }
        }
        return InquiryFile(id: id, inquiry: inquiry, forwards: forwards, answers: answers, notices: notices)
    }

    /// The newest first.
    func files(_ scope: InquiryList.Scope, of unit: UnitCode, limit: Int) throws -> [InquiryFile] {
        let (sql, arguments): (String, StatementArguments) = switch scope {
        case .own: ("SELECT id FROM inquiry WHERE unit = ? ORDER BY at DESC, id LIMIT ?", [unit.text, limit])
        case .below: ("""
            WITH RECURSIVE below (code) AS (SELECT code FROM unit WHERE competent = ?1 UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code)
            SELECT id FROM inquiry WHERE unit IN (SELECT code FROM below) ORDER BY at DESC, id LIMIT ?2
            """, [unit.text, limit])
        case .answered: ("""
            SELECT id FROM (
              SELECT id, at FROM inquiry_forward WHERE target = ?1
              UNION SELECT id, at FROM inquiry_answer WHERE writer = ?1) GROUP BY id ORDER BY max(at) DESC, id LIMIT ?2
            """, [unit.text, limit])
        }
        return try Data.fetchAll(reading.database, sql: sql, arguments: arguments).compactMap { id in try Rules.Digest(id).flatMap(file) }
    }

    /// How often a unit asked on one day.
    /// - Parameter before: counts only those before this one, in a fixed order.
    func asked(by unit: UnitCode, on day: CalendarDate, before inquiry: (at: Int64, id: Rules.Digest)? = nil) throws -> Int {
        let midnight = Int64(day.daysSince1970) * 86_400 - 8 * 3600
        let (at, id) = inquiry.map { ($0.at, Data($0.id.bytes)) } ?? (midnight + 86_400, Data())
        return try Int.fetchOne(
            reading.database.cachedStatement(sql: """
                SELECT count(*) FROM inquiry WHERE unit = ? AND at >= ? AND at < ? AND (at < ? OR at = ? AND id < ?)
                """), arguments: [unit.text, midnight, midnight + 86_400, at, at, id]) ?? 0
    }

    /// Of a unit in a day, by the policy in force for it.
    func dailyLimit(for unit: UnitCode) throws -> Int { Int(try PolicyShelf(reading).value("inquiry.daily", for: unit)) ?? 0 }
}
