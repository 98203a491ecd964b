import Rules

/// 转学查询: a school asks for a pupil that it does not hold, by name and one number (Q81). Its id is the SHA-256 of its message.
public struct Inquiry: Sendable, Hashable {
    /// Which number was given.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        /// 全国学籍号.
        case studentNumber
        /// 身份证件号.
        case idNumber
    }

    /// The school that asks.
    public var unit: UnitCode
    /// As names are compared (`KeyText`).
    public var name: String
    /// As numbers are compared.
    public var number: String
    public var key: Key
    /// The province that the asker takes for the releasing one.
    public var province: UnitCode?
    /// Seconds since 1970.
    public var at: Int64
    /// The last day on which an answer is waited for.
    public var lastDay: CalendarDate
    /// 16 random bytes, so that the id says nothing about name and number.
    public var salt: [UInt8]

    public init(
        unit: UnitCode, name: String, number: String, key: Key, province: UnitCode?, at: Int64, lastDay: CalendarDate, salt: [UInt8]
    ) {
        self.unit = unit
        self.name = name
        self.number = number
        self.key = key
        self.province = province
        self.at = at
        self.lastDay = lastDay
        self.salt = salt
    }

    /// Days that an answer can be waited for, at most.
    public static let longestWait = 400
    /// UTF-8 bytes of a name or a number.
    public static let longestText = 200
}

/// The centre passes an inquiry on to the province that is to answer it.
public struct InquiryForward: Sendable, Hashable {
    /// The inquiry's own message.
    public var inquiry: [UInt8]
    public var to: UnitCode
    public var at: Int64

    public init(inquiry: [UInt8], to: UnitCode, at: Int64) {
        self.inquiry = inquiry
        self.to = to
        self.at = at
    }
}

/// Who was found, and nothing else of him.
public struct FoundPupil: Sendable, Hashable {
    public var school: UnitCode
    public var schoolName: String
    /// Code of the stage, 1 to 3; 0 where it is not known.
    public var stage: Int
    /// `三年级`; empty where it is not known.
    public var grade: String
    /// Code of the student's state and what people call it.
    public var state, stateLabel: String
    /// 在办业务.
    public var hasOpenCase: Bool
    /// Code of GB/T 2261.1.
    public var sex: String
    /// `YYYY`.
    public var birthYear: String

    public init(
        school: UnitCode, schoolName: String, stage: Int, grade: String, state: String, stateLabel: String, hasOpenCase: Bool,
        sex: String, birthYear: String
    ) {
        self.school = school
        self.schoolName = schoolName
        self.stage = stage
        self.grade = grade
        self.state = state
        self.stateLabel = stateLabel
        self.hasOpenCase = hasOpenCase
        self.sex = sex
        self.birthYear = birthYear
    }
}

/// What an authority found. A province's goes up to the centre, which says the same to the asker.
public struct InquiryAnswer: Sendable, Hashable {
    /// Raw values are on the wire. Of several, the one further down prevails.
    public enum Outcome: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The unit had asked more often that day than it may.
        case limited
        case notFound
        case found
        /// More than one pupil has this name and number.
        case ambiguous

        public static func < (lhs: Outcome, rhs: Outcome) -> Bool {
            (allCases.firstIndex(of: lhs) ?? 0) < (allCases.firstIndex(of: rhs) ?? 0)
        }
    }

    public var id: Digest
    /// Who asked.
    public var unit: UnitCode
    /// Who writes this, and who has looked.
    public var by, answeredBy: UnitCode
    public var outcome: Outcome
    /// There is one exactly where the outcome says so.
    public var pupil: FoundPupil?
    public var at: Int64

    public init(
        id: Digest, unit: UnitCode, by: UnitCode, answeredBy: UnitCode, outcome: Outcome, pupil: FoundPupil?, at: Int64
    ) {
        self.id = id
        self.unit = unit
        self.by = by
        self.answeredBy = answeredBy
        self.outcome = outcome
        self.pupil = pupil
        self.at = at
    }
}

/// Where an inquiry has got to, or that it has ended without an answer.
public struct InquiryNotice: Sendable, Hashable {
    public enum Event: String, Sendable, Hashable, CaseIterable {
        /// The centre has passed it on.
        case forwarded
        /// The node that is to answer is out of reach.
        case away
        /// The asker waits no longer; the place is the unit that was waited for.
        case expired
    }

    public var id: Digest
    public var unit: UnitCode
    public var by: UnitCode
    public var event: Event
    public var place: UnitCode
    /// When the place was last heard of, seconds since 1970; nil where that is not known.
    public var since: Int64?
    public var at: Int64

    public init(id: Digest, unit: UnitCode, by: UnitCode, event: Event, place: UnitCode, since: Int64?, at: Int64) {
        self.id = id
        self.unit = unit
        self.by = by
        self.event = event
        self.place = place
        self.since = since
        self.at = at
    }
}

extension Payload {
    public static func encode(_ inquiry: Inquiry) -> [UInt8] {
        var wire = WireInquiry()
        wire.unit = inquiry.unit.text
        wire.name = inquiry.name
        wire.number = inquiry.number
        wire.key = inquiry.key.rawValue
        wire.province = inquiry.province?.text ?? ""
        wire.at = inquiry.at
        wire.lastDay = UInt32(clamping: inquiry.lastDay.daysSince1970)
        wire.salt = .init(inquiry.salt)
        return Wire.bytes(wire)
    }

    /// Nil also for a name or number that is not in its normal form: no two ways to ask for the same.
    public static func inquiry(_ payload: [UInt8]) -> Inquiry? {
        guard let wire = try? WireInquiry(serializedBytes: payload), !wire.unit.isEmpty, let key = Inquiry.Key(rawValue: wire.key),
              wire.salt.count == 16, (1...Inquiry.longestText).contains(wire.name.utf8.count),
              (1...Inquiry.longestText).contains(wire.number.utf8.count), KeyText.name(wire.name) == wire.name,
              KeyText.number(wire.number) == wire.number, (0..<253_402_000_000).contains(wire.at), wire.lastDay < 2_900_000 else { return nil }
        let lastDay = CalendarDate(daysSince1970: Int(wire.lastDay))
        let days = lastDay.daysSince1970 - CalendarDate(secondsSince1970: wire.at).daysSince1970
        guard (0...Inquiry.longestWait).contains(days) else { return nil }
        return Inquiry(
            unit: UnitCode(wire.unit), name: wire.name, number: wire.number, key: key,
            province: wire.province.isEmpty ? nil : UnitCode(wire.province), at: wire.at, lastDay: lastDay, salt: Array(wire.salt))
    }

    public static func encode(_ forward: InquiryForward) -> [UInt8] {
        var wire = WireInquiryForward()
        wire.inquiry = .init(forward.inquiry)
        wire.to = forward.to.text
        wire.at = forward.at
        return Wire.bytes(wire)
    }

    public static func inquiryForward(_ payload: [UInt8]) -> InquiryForward? {
        guard let wire = try? WireInquiryForward(serializedBytes: payload), !wire.to.isEmpty, inquiry(Array(wire.inquiry)) != nil else {
            return nil
        }
        return InquiryForward(inquiry: Array(wire.inquiry), to: UnitCode(wire.to), at: wire.at)
    }

    public static func encode(_ answer: InquiryAnswer) -> [UInt8] {
        var wire = WireInquiryAnswer()
        wire.id = .init(answer.id.bytes)
        wire.unit = answer.unit.text
        wire.by = answer.by.text
        wire.answeredBy = answer.answeredBy.text
        wire.outcome = answer.outcome.rawValue
        wire.at = answer.at
        if let pupil = answer.pupil {
            wire.school = pupil.school.text
            wire.schoolName = pupil.schoolName
            wire.stage = pupil.stage == 0 ? "" : String(pupil.stage)
            wire.grade = pupil.grade
            wire.state = pupil.state
            wire.stateLabel = pupil.stateLabel
            wire.openCase = pupil.hasOpenCase
            wire.sex = pupil.sex
            wire.birthYear = pupil.birthYear
        }
        return Wire.bytes(wire)
    }

    public static func inquiryAnswer(_ payload: [UInt8]) -> InquiryAnswer? {
        guard payload.count <= 2000, let wire = try? WireInquiryAnswer(serializedBytes: payload), let id = Digest(wire.id), !wire.unit.isEmpty,
              !wire.by.isEmpty, !wire.answeredBy.isEmpty, let outcome = InquiryAnswer.Outcome(rawValue: wire.outcome),
              wire.school.isEmpty == (outcome != .found) else { return nil }
        let pupil = FoundPupil(
            school: UnitCode(wire.school), schoolName: wire.schoolName, stage: Int(wire.stage) ?? 0, grade: wire.grade, state: wire.state,
            stateLabel: wire.stateLabel, hasOpenCase: wire.openCase, sex: wire.sex, birthYear: wire.birthYear)
        return InquiryAnswer(
            id: id, unit: UnitCode(wire.unit), by: UnitCode(wire.by), answeredBy: UnitCode(wire.answeredBy), outcome: outcome,
            pupil: outcome == .found ? pupil : nil, at: wire.at)
    }

    public static func encode(_ notice: InquiryNotice) -> [UInt8] {
        var wire = WireInquiryNotice()
        wire.id = .init(notice.id.bytes)
        wire.unit = notice.unit.text
        wire.by = notice.by.text
        wire.event = notice.event.rawValue
        wire.place = notice.place.text
        wire.since = notice.since ?? 0
        wire.at = notice.at
        return Wire.bytes(wire)
    }

    public static func inquiryNotice(_ payload: [UInt8]) -> InquiryNotice? {
        guard let wire = try? WireInquiryNotice(serializedBytes: payload), let id = Digest(wire.id), !wire.unit.isEmpty, !wire.by.isEmpty,
              !wire.place.isEmpty, let event = InquiryNotice.Event(rawValue: wire.event) else { return nil }
        return InquiryNotice(
            id: id, unit: UnitCode(wire.unit), by: UnitCode(wire.by), event: event, place: UnitCode(wire.place),
            since: wire.since > 0 ? wire.since : nil, at: wire.at)
    }
}
