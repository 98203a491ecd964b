import GRDB
import Protocol
import Rules
import Store

/// A school asks for a pupil that it does not hold (Q81, Q83).
struct InquiryWriter {
    let actor: Actor
    let transaction: Transaction

    struct Request: Decodable {
        let name: String
        /// One of the two.
        let studentNumber, idNumber: String?
        let province: String?
    }

    /// Signs the question; the answer comes by itself.
    /// - Throws: `Refusal` `inquiry.unit`, `inquiry.name`, `inquiry.number`, `inquiry.province`, `inquiry.own`, `inquiry.limit`.
    func ask(_ request: Request) throws -> Rules.Digest {
        let directory = transaction.directory
        guard directory.tier(of: actor.unit).map({ TierRights.may($0, .keepPupils) }) ?? false else {
            throw Refusal("inquiry.unit", question: "Q81", "转学查询由转入学校办理，本单位不能查询。", remedy: "请转入学校登录办理。", kind: .permission)
        }
        let (name, key, number) = try identity(request)
        let province = try province(request.province)
        let today = transaction.surroundings.today
        try checkLimit(today)
        let inquiry = Inquiry(
            unit: actor.unit, name: name, number: number, key: key, province: province, at: transaction.now, 
            lastDay: try InquiryTime.lastDay(after: today, for: actor.unit, transaction.reading), salt: transaction.surroundings.randomBytes(16))
        try mustBeElsewhere(inquiry, today)
        let payload = Payload.encode(inquiry)
        guard Payload.inquiry(payload) != nil else { throw Self.malformed }
        try transaction.append(.inquiry, payload, as: actor.unit, to: .up)
        let id = Hashing.sha256(payload)
        try AuditTrail.record("inquiries.asked", by: actor, subject: id.description, outcome: "done", in: transaction)
        return id
    }

    private func identity(_ request: Request) throws -> (name: String, key: Inquiry.Key, number: String) {
        let name = KeyText.name(request.name)
        guard !name.isEmpty else {
            throw Refusal("inquiry.name", question: "Q81", "没有填写姓名。", remedy: "请填写学生姓名，并填写学籍号或身份证件号。", kind: .usage)
        }
        let (student, document) = (KeyText.number(request.studentNumber ?? ""), KeyText.number(request.idNumber ?? ""))
        guard student.isEmpty != document.isEmpty else {
            throw Refusal(
                "inquiry.number", question: "Q81",
                student.isEmpty ? "只有姓名不能查询。" : "学籍号和身份证件号只填一项。", remedy: "请填写姓名加学籍号，或姓名加身份证件号。", kind: .usage)
        }
        guard name.utf8.count <= Inquiry.longestText, max(student.utf8.count, document.utf8.count) <= Inquiry.longestText else { throw Self.malformed }
        return student.isEmpty ? (name, .idNumber, document) : (name, .studentNumber, student)
    }

    private func province(_ text: String?) throws -> UnitCode? {
        guard let text, !text.isEmpty else { return nil }
        guard transaction.directory.tier(of: UnitCode(text)) == .province else {
            throw Refusal(
                "inquiry.province", question: "Q81", "“\(text.prefix(20))”不是省级教育行政部门的代码。", remedy: "请从列表中选择转出省，或不选。", kind: .usage)
        }
        return UnitCode(text)
    }

    private func checkLimit(_ today: CalendarDate) throws {
        let shelf = InquiryShelf(transaction.reading)
        let limit = try shelf.dailyLimit(for: actor.unit)
        guard try shelf.asked(by: actor.unit, on: today) < limit else {
            let next = CalendarDate(daysSince1970: today.daysSince1970 + 1)
            throw Refusal(
                "inquiry.limit", question: "Q81", "本单位今天已经查询 \(limit) 次，到 \(next) 0 时之前不能再查。",
                remedy: "请明天再查；确需增加的，请省级修改设置“inquiry.daily”。")
        }
    }

    /// A school's own pupil is on its own list.
    private func mustBeElsewhere(_ inquiry: Inquiry, _ today: CalendarDate) throws {
        let own = try InquirySearch(reading: transaction.reading, today: today).hits(inquiry, under: actor.unit)
        guard own.isEmpty else {
            throw Refusal("inquiry.own", question: "Q74", "该生学籍就在本校，不必查询。", remedy: "请在学生列表中查看。")
        }
    }

    private static let malformed = Refusal(
        "inquiry.malformed", question: "Q81", "姓名或号码过长或含有不能识别的字符。", remedy: "请核对后重新填写。", kind: .usage)
}
