import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Inquiries, where the centre passed them on to, and what was answered. Everything is known by the inquiry's id: said twice it is one.
public struct InquiryProjection: Projection {
    public let kinds: Set<EntryKind> = [.inquiry, .inquiryForward, .inquiryAnswer, .inquiryNotice]
    public let migrations: [(name: String, sql: String)] = [("inquiry_1", """
        CREATE TABLE inquiry (
          id BLOB PRIMARY KEY, unit TEXT NOT NULL, at INTEGER NOT NULL, last_day INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX inquiry_unit ON inquiry (unit, at);
        CREATE TABLE inquiry_forward (
          id BLOB NOT NULL, target TEXT NOT NULL, at INTEGER NOT NULL, payload BLOB NOT NULL, PRIMARY KEY (id, target)) WITHOUT ROWID;
        CREATE INDEX inquiry_forward_target ON inquiry_forward (target, at);
        -- Those to the asker, and, with is_up, those of a province to the centre.
        CREATE TABLE inquiry_answer (
          id BLOB NOT NULL, writer TEXT NOT NULL, is_up INTEGER NOT NULL, unit TEXT NOT NULL, at INTEGER NOT NULL, payload BLOB NOT NULL,
          PRIMARY KEY (id, writer, unit, is_up)) WITHOUT ROWID;
        CREATE INDEX inquiry_answer_writer ON inquiry_answer (writer, at);
        CREATE TABLE inquiry_notice (
          id BLOB NOT NULL, writer TEXT NOT NULL, event TEXT NOT NULL, place TEXT NOT NULL, since INTEGER NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (id, writer, event, place, since)) WITHOUT ROWID;
        """), ("inquiry_2", """
        -- Every node on the asker's path looks after what nobody has answered; until then only the asker's and the centre's did.
        INSERT OR IGNORE INTO errand (office, subject, at)
          SELECT 'inquiry.open', id, at FROM inquiry i WHERE NOT EXISTS (SELECT 1 FROM inquiry_answer a WHERE a.id = i.id);
        """)]

    public let tables = [
        (table: "inquiry", sql: "SELECT * FROM inquiry ORDER BY id"),
        (table: "inquiry_forward", sql: "SELECT * FROM inquiry_forward ORDER BY id, target"),
        (table: "inquiry_answer", sql: "SELECT * FROM inquiry_answer ORDER BY id, writer, unit, is_up"),
        (table: "inquiry_notice", sql: "SELECT * FROM inquiry_notice ORDER BY id, writer, event, place, since"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        switch EntryKind(rawValue: entry.kind) {
        case .inquiry: try applyInquiry(entry, of: writer, in: transaction)
        case .inquiryForward: try applyForward(entry, of: writer, in: transaction)
        case .inquiryAnswer: try applyAnswer(entry, of: writer, in: transaction)
        case .inquiryNotice: try applyNotice(entry, of: writer, in: transaction)
        default: .void("not about an inquiry")
        }
    }

    /// A school asks, in its own name, those above it.
    private func applyInquiry(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let inquiry = Payload.inquiry(entry.payload) else { return .void("malformed inquiry") }
        guard inquiry.unit == writer.unit else { return .void("in another's name") }
        guard writer.audience == .up else { return .void("misaddressed") }
        guard let tier = transaction.directory.tier(of: inquiry.unit) else { return .parked(waitsFor: "unit:\(inquiry.unit)") }
        guard TierRights.may(tier, .keepPupils) else { return .void("not this tier's to ask") }
        let id = Hashing.sha256(entry.payload)
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO inquiry (id, unit, at, last_day, payload)
                VALUES (\(Data(id.bytes)), \(inquiry.unit.text), \(inquiry.at), \(inquiry.lastDay.daysSince1970), \(Data(entry.payload)))
                """)
        try transaction.errand(InquiryOffice.name, id.bytes)
        try transaction.errand(InquiryOffice.open, id.bytes)
        return .applied
    }

    /// The centre alone passes on, to the province that is to answer.
    private func applyForward(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let forward = Payload.inquiryForward(entry.payload) else { return .void("malformed forward") }
        guard writer.unit == .centre, writer.audience == .unit(forward.to) else { return .void("not this unit's to pass on") }
        guard let tier = transaction.directory.tier(of: forward.to) else { return .parked(waitsFor: "unit:\(forward.to)") }
        guard tier == .province else { return .void("not a province") }
        let id = Hashing.sha256(forward.inquiry)
        try transaction.database.execute(
            literal: """
                INSERT INTO inquiry_forward (id, target, at, payload)
                VALUES (\(Data(id.bytes)), \(forward.to.text), \(forward.at), \(Data(entry.payload)))
                ON CONFLICT DO UPDATE SET at = excluded.at, payload = excluded.payload WHERE excluded.payload > payload
                """)
        try transaction.errand(InquiryOffice.name, id.bytes)
        if try transaction.hosts(.centre) { try transaction.errand(InquiryOffice.open, id.bytes) }
        return .applied
    }

    /// An authority answers those below it what it has looked up itself; the centre also what a province has. A province answers the centre
    /// what that passed on to it: whether it was, is asked where the answer is used.
    private func applyAnswer(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let answer = Payload.inquiryAnswer(entry.payload) else { return .void("malformed answer") }
        guard answer.by == writer.unit else { return .void("in another's name") }
        let directory = transaction.directory
        guard let tier = directory.tier(of: answer.by) else { return .parked(waitsFor: "unit:\(answer.by)") }
        let isUp = writer.audience == .up
        if isUp {
            guard tier == .province, answer.answeredBy == answer.by else { return .void("not this unit's to answer") }
        } else {
            guard writer.audience == .unit(answer.unit) else { return .void("misaddressed") }
            guard tier > .school, answer.by != answer.unit else { return .void("an answer by a unit that is not above the asker") }
            guard answer.answeredBy == answer.by || answer.by == .centre else { return .void("another's answer") }
            // The record that gives it the asker may come by another stream, and later.
            guard directory.unit(answer.unit) != nil, directory.hasContained(answer.by, answer.unit) else {
                return .parked(waitsFor: "unit:\(answer.unit)")
            }
        }
        try transaction.database.execute(
            literal: """
                INSERT INTO inquiry_answer (id, writer, is_up, unit, at, payload)
                VALUES (\(Data(answer.id.bytes)), \(answer.by.text), \(isUp), \(answer.unit.text), \(answer.at), \(Data(entry.payload)))
                ON CONFLICT DO UPDATE SET at = excluded.at, payload = excluded.payload WHERE excluded.payload > payload
                """)
        try transaction.errand(InquiryOffice.name, answer.id.bytes)
        return .applied
    }

    private func applyNotice(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let notice = Payload.inquiryNotice(entry.payload) else { return .void("malformed notice") }
        guard notice.by == writer.unit else { return .void("in another's name") }
        switch notice.event {
        case .expired: guard notice.unit == notice.by, writer.audience == .up else { return .void("not this unit's to end") }
        case .forwarded, .away: guard notice.by == .centre, writer.audience == .unit(notice.unit) else { return .void("not this unit's to tell") }
        }
        try transaction.database.execute(
            literal: """
                INSERT INTO inquiry_notice (id, writer, event, place, since, at)
                VALUES (\(Data(notice.id.bytes)), \(notice.by.text), \(notice.event.rawValue), \(notice.place.text), \(notice.since ?? 0), \(notice.at))
                ON CONFLICT DO UPDATE SET at = min(at, excluded.at)
                """)
        return .applied
    }

    public func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        let db = transaction.database
        switch EntryKind(rawValue: entry.kind) {
        case .inquiry:
            guard let inquiry = Payload.inquiry(entry.payload), inquiry.unit == writer.unit else { return true }
            try db.execute(literal: "DELETE FROM inquiry WHERE id = \(Data(Hashing.sha256(entry.payload).bytes))")
        case .inquiryForward:
            // The centre's key is above all others and nobody revokes it.
            return writer.unit != .centre
        case .inquiryAnswer:
            guard let answer = Payload.inquiryAnswer(entry.payload), answer.by == writer.unit else { return true }
            let isUp = writer.audience == .up
            try db.execute(
                literal: """
                    DELETE FROM inquiry_answer WHERE id = \(Data(answer.id.bytes)) AND writer = \(writer.unit.text)
                      AND unit = \(answer.unit.text) AND is_up = \(isUp)
                    """)
        case .inquiryNotice:
            guard let notice = Payload.inquiryNotice(entry.payload), notice.by == writer.unit else { return true }
            try db.execute(
                literal: """
                    DELETE FROM inquiry_notice WHERE id = \(Data(notice.id.bytes)) AND writer = \(writer.unit.text)
                      AND event = \(notice.event.rawValue) AND place = \(notice.place.text) AND since = \(notice.since ?? 0)
                    """)
        default: break
        }
        return true
    }
}
