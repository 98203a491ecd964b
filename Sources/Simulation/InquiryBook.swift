import Protocol
import Rules

/// Inquiries as one node knows them, by the rules of the product's projection: everything is known by the inquiry's id, said twice it is one.
struct InquiryBook: Sendable {
    /// What a fact about an inquiry comes to.
    enum Standing {
        case counts, never
        /// A record of this unit may still be on its way.
        case waits(UnitCode)
    }

    /// Who answers whom: of two answers of one writer the greater bytes count.
    private struct Place: Hashable, Comparable {
        let writer: UnitCode
        let unit: UnitCode
        let isUp: Bool

        static func < (lhs: Place, rhs: Place) -> Bool { (lhs.writer, lhs.unit, lhs.isUp ? 1 : 0) < (rhs.writer, rhs.unit, rhs.isUp ? 1 : 0) }
    }

    /// What is known of one inquiry.
    struct File {
        let inquiry: Inquiry
        let forwards: [InquiryForward]
        let answers: [(isUp: Bool, answer: InquiryAnswer)]
        let isExpired: Bool

        /// What the asker is told: of several answers the one that tells more.
        var answer: InquiryAnswer? {
            (answers.filter { !$0.isUp }.map(\.answer) + answersOfForwards).max { ($0.outcome, $1.by) < ($1.outcome, $0.by) }
        }

        /// Of those that the centre has asked.
        var answersOfForwards: [InquiryAnswer] {
            answers.filter { answer in answer.isUp && forwards.contains { $0.to == answer.answer.by } }.map(\.answer)
        }
    }

    private var inquiries: [Digest: Inquiry] = [:]
    private var forwards: [Digest: [UnitCode: [UInt8]]] = [:]
    private var answers: [Digest: [Place: [UInt8]]] = [:]
    private var expired: Set<Digest> = []
    /// Inquiries that the offices have to look at.
    private(set) var errands: Set<Digest> = []

    func standing(_ kind: EntryKind, _ payload: [UInt8], of stream: StreamID, _ register: Register) -> Standing {
        let tree = register.tree
        switch kind {
        case .inquiry:
            guard let inquiry = Payload.inquiry(payload), inquiry.unit == stream.unit, stream.audience == .up else { return .never }
            return tree.tier(of: inquiry.unit).map { TierRights.may($0, .keepPupils) } ?? false ? .counts : .never
        case .inquiryForward:
            guard let forward = Payload.inquiryForward(payload), stream.unit == .centre, stream.audience == .unit(forward.to) else { return .never }
            guard let tier = tree.tier(of: forward.to) else { return .waits(forward.to) }
            return tier == .province ? .counts : .never
        case .inquiryAnswer:
            guard let answer = Payload.inquiryAnswer(payload), answer.by == stream.unit, let tier = tree.tier(of: answer.by) else { return .never }
            if stream.audience == .up { return tier == .province && answer.answeredBy == answer.by ? .counts : .never }
            guard stream.audience == .unit(answer.unit), tier > .school, answer.by != answer.unit,
                  answer.answeredBy == answer.by || answer.by == .centre else { return .never }
            return tree.unit(answer.unit) != nil && register.hasContained(answer.by, answer.unit) ? .counts : .waits(answer.unit)
        case .inquiryNotice:
            guard let notice = Payload.inquiryNotice(payload), notice.by == stream.unit else { return .never }
            let isRight = notice.event == .expired
                ? notice.unit == notice.by && stream.audience == .up : notice.by == .centre && stream.audience == .unit(notice.unit)
            return isRight ? .counts : .never
        default: return .never
        }
    }

    mutating func keep(_ kind: EntryKind, _ payload: [UInt8], of stream: StreamID) {
        switch kind {
        case .inquiry:
            let id = Hashing.sha256(payload)
            inquiries[id] = Payload.inquiry(payload)
            errands.insert(id)
        case .inquiryForward:
            guard let forward = Payload.inquiryForward(payload) else { return }
            let id = Hashing.sha256(forward.inquiry)
            forwards[id, default: [:]][forward.to] = Self.greater(forwards[id]?[forward.to], payload)
            errands.insert(id)
        case .inquiryAnswer:
            guard let answer = Payload.inquiryAnswer(payload) else { return }
            let place = Place(writer: answer.by, unit: answer.unit, isUp: stream.audience == .up)
            answers[answer.id, default: [:]][place] = Self.greater(answers[answer.id]?[place], payload)
            errands.insert(answer.id)
        case .inquiryNotice:
            guard let notice = Payload.inquiryNotice(payload), notice.event == .expired else { return }
            expired.insert(notice.id)
        default: break
        }
    }

    private static func greater(_ one: [UInt8]?, _ other: [UInt8]) -> [UInt8] {
        guard let one, !one.lexicographicallyPrecedes(other) else { return other }
        return one
    }

    mutating func takeErrands() -> Set<Digest> {
        defer { errands = [] }
        return errands
    }

    mutating func giveBack(_ left: Set<Digest>) { errands.formUnion(left) }

    /// Inquiries whose own message is here.
    var known: [Digest] { inquiries.keys.sorted() }

    /// Nil for one of which nothing is here but an answer.
    func file(_ id: Digest) -> File? {
        let passed = (forwards[id] ?? [:]).sorted { $0.key < $1.key }.compactMap { Payload.inquiryForward($0.value) }
        guard let inquiry = inquiries[id] ?? passed.first.flatMap({ Payload.inquiry($0.inquiry) }) else { return nil }
        let said = (answers[id] ?? [:]).sorted { $0.key < $1.key }.compactMap { place, payload in
            Payload.inquiryAnswer(payload).flatMap { $0.unit == inquiry.unit ? (place.isUp, $0) : nil }
        }
        return File(inquiry: inquiry, forwards: passed, answers: said, isExpired: expired.contains(id))
    }

    /// All that is known, in one number: the same set of facts, the same number.
    var face: UInt64 {
        var trail = Trail()
        for id in inquiries.keys.sorted() { trail.add(id.bytes) }
        for (id, all) in forwards.sorted(by: { $0.key < $1.key }) {
            trail.add(id.bytes)
            for (_, payload) in all.sorted(by: { $0.key < $1.key }) { trail.add(payload) }
        }
        for (id, all) in answers.sorted(by: { $0.key < $1.key }) {
            trail.add(id.bytes)
            for (_, payload) in all.sorted(by: { $0.key < $1.key }) { trail.add(payload) }
        }
        for id in expired.sorted() { trail.add(id.bytes) }
        return trail.value
    }
}
