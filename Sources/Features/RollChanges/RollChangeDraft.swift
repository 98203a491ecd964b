import Protocol
import Rules
import Store

/// A roll change as people write it: codes or texts, days as they type them.
struct RollChangeDraft: Codable, Sendable {
    var kind: String
    var cause: String?
    var date: String?
    var until: String?
    var country: String?
    var `class`: String?
    /// Explanation, Chinese.
    var reason: String?

    /// Characters of an explanation.
    static let reasonLength = 200

    /// - Returns: the change where all can be read, and what cannot.
    func read(_ facts: RollChangeFacts) -> (change: RollChange?, faults: [RollChangeRules.Fault]) {
        func fault(_ field: RollChangeRules.Field, _ message: String, _ remedy: String) -> RollChangeRules.Fault {
            RollChangeRules.Fault(field: field, code: "roll.\(field.rawValue)", message: message, remedy: remedy)
        }
        guard let kind = RollChangeKind(rawValue: kind) else {
            let names = RollChangeKind.allCases.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: "、")
            return (nil, [fault(.kind, "没有“\(self.kind)”这种学籍异动。", "可选：\(names)。")])
        }
        if let objection = RollChangeRules.objection(to: kind, facts) { return (nil, [objection]) }
        var faults: [RollChangeRules.Fault] = []
        let dates = [(RollChangeRules.Field.date, date), (.until, until)].map { field, text -> CalendarDate? in
            guard let text = text.flatMap({ $0.isEmpty ? nil : $0 }) else { return nil }
            let day = CalendarDate(text: text)
            if day == nil { faults.append(fault(field, "日期“\(text)”不对。", "例如 2026-09-01。")) }
            return day
        }
        if (date ?? "").isEmpty { faults.append(fault(.date, "没有填写日期。", "例如 2026-09-01。")) }
        // What the other fields say is judged all the same, so that all messages stand on the form at once.
        let change = RollChange(
            kind, cause: Self.code(cause, in: .changeReason), date: dates[0] ?? facts.today, until: dates[1], country: Self.code(country, in: .country),
            classCode: `class` ?? "", gradeOffset: RollChangeRules.gradeOffset(after: `class` ?? "", facts))
        let unread = Set(faults.map(\.field))
        let others = RollChangeRules.faults(in: change, facts).filter { !unread.contains($0.field) }
        return (faults.isEmpty ? change : nil, faults + others)
    }

    /// The code of a code or a text; what the table does not know stays as it is, for the rule to refuse.
    private static func code(_ text: String?, in table: CodeTable) -> String {
        guard let text, !text.isEmpty else { return "" }
        return table.code(forText: text) ?? text
    }
}
