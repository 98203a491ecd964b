import Protocol
import Rules
import Store

/// Inquiries as API, pages and command line show them.
enum InquiryList {
    enum Scope: String, Sendable, CaseIterable {
        /// Asked by this unit.
        case own
        /// Asked by units below.
        case below
        /// Answered by this unit, or put to it.
        case answered

        var label: String {
            switch self {
            case .own: "本单位的查询"
            case .below: "下级的查询"
            case .answered: "本单位答复的查询"
            }
        }
    }

    struct PlaceItem: Codable, Sendable {
        let unit, unitName: String
        @OrNull var storedAt: String?
    }

    struct WaitingItem: Codable, Sendable {
        let unit, unitName: String
        @OrNull var since: String?
        /// Whether its node is known to be out of reach.
        let isAway: Bool
    }

    struct PupilItem: Codable, Sendable {
        let school, schoolName, grade, state, stateLabel, sex, birthYear: String
        /// `primary`, `junior`, `senior`; empty where it is not known.
        let stage: String
        let hasOpenCase: Bool
    }

    struct AnswerItem: Codable, Sendable {
        let by, byName, at: String
        @OrNull var pupil: PupilItem?
    }

    struct Item: Codable, Sendable {
        let inquiry, unit, unitName, name: String
        /// In full for the asker alone.
        let number: String
        /// `studentNumber` or `idNumber`.
        let key: String
        @OrNull var province: String?
        let askedAt, lastDay: String
        /// `waiting`, `found`, `notFound`, `ambiguous`, `limited` or `expired`.
        let state: String
        @OrNull var answer: AnswerItem?
        @OrNull var waitingFor: WaitingItem?
        /// Of an open inquiry: the nodes on its way up, and since when each is known to have it.
        let way: [PlaceItem]
    }

    struct Page: Codable, Sendable {
        let inquiries: [Item]
        /// How often the unit has asked today, and how often it may.
        let askedToday, dailyLimit: Int
    }

    /// - Parameter way: how far it has got; nil in lists.
    static func item(_ file: InquiryFile, for unit: UnitCode, _ reading: Reading, way: InquiryWay? = nil) -> Item {
        let directory = reading.directory
        let inquiry = file.inquiry
        func name(_ code: UnitCode) -> String { directory.unit(code)?.name ?? code.text }
        let (state, answer): (String, InquiryAnswer?) = switch file.state(directory) {
        case .waiting: ("waiting", nil)
        case .expired: ("expired", nil)
        case .answered(let answer): (answer.outcome.rawValue, answer)
        }
        let expiry = state == "expired" ? file.expiry : nil
        let waiting = way?.waitingFor.map { ($0.unit, $0.since, $0.isAway) } ?? expiry.map { ($0.place, $0.since, $0.since != nil) }
        return Item(
            inquiry: file.id.description, unit: inquiry.unit.text, unitName: name(inquiry.unit), name: inquiry.name,
            number: unit == inquiry.unit ? inquiry.number : masked(inquiry.number), key: inquiry.key.rawValue, province: inquiry.province?.text,
            askedAt: ChinaTime.text(inquiry.at), lastDay: inquiry.lastDay.description, state: state,
            answer: answer.map { answer in
                AnswerItem(
                    by: answer.answeredBy.text, byName: name(answer.answeredBy), at: ChinaTime.text(answer.at), pupil: answer.pupil.map(pupil))
            },
            waitingFor: waiting.map { WaitingItem(unit: $0.text, unitName: name($0), since: $1.map(ChinaTime.text), isAway: $2) },
            way: way?.places.map { PlaceItem(unit: $0.unit.text, unitName: name($0.unit), storedAt: $0.storedAt.map(ChinaTime.text)) } ?? [])
    }

    private static func pupil(_ pupil: FoundPupil) -> PupilItem {
        PupilItem(
            school: pupil.school.text, schoolName: pupil.schoolName, grade: pupil.grade, state: pupil.state, stateLabel: pupil.stateLabel,
            sex: pupil.sex, birthYear: pupil.birthYear, stage: Stage(rawValue: pupil.stage).map { "\($0)" } ?? "", hasOpenCase: pupil.hasOpenCase)
    }

    /// The first and the last characters of a number.
    static func masked(_ number: String) -> String {
        number.count < 10 ? String(repeating: "*", count: number.count)
            : number.prefix(4) + String(repeating: "*", count: number.count - 6) + number.suffix(2)
    }
}
