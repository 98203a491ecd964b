/// The grade column of the 2020 template, in the ways people write it.
struct GradeText: Sendable, Hashable {
    var entryYear: Int?
    var stage: Stage?
    /// 1 for the first grade of the stage.
    var ordinal: Int?

    /// `20151`, `2015101`, `2015`, `2015级`, `小学2015级`, `小学一年级`, `七年级`, `初一`, `高二`; nil for anything else.
    init?(_ text: String) {
        let digits = text.filter(\.isASCIIDigit)
        let words = String(text.filter { !$0.isASCIIDigit })
        stage = GradeText.stage(in: words)
        switch digits.count {
        case 0: break
        case 1: ordinal = Int(digits)
        case 4: entryYear = Int(digits)
        case 5, 7:
            entryYear = Int(digits.prefix(4))
            guard let coded = Int(String(digits.dropFirst(4).prefix(1))).flatMap(Stage.init(rawValue:)) else { return nil }
            stage = coded
        default: return nil
        }
        if let number = words.compactMap({ GradeText.numerals[$0] }).first { ordinal = number }
        // 七年级 to 九年级 count on from the primary school.
        if let number = ordinal, number > 6, stage != .senior {
            stage = .junior
            ordinal = number - 6
        }
        if entryYear == nil, ordinal == nil { return nil }
    }

    /// Whether nothing in the text contradicts the class. Grades are compared only where a skip or a repeat of one year
    /// cannot explain the difference.
    func agrees(with code: ClassCode, on today: CalendarDate) -> Bool {
        if let entryYear, entryYear != code.year { return false }
        if let stage, stage != code.stage { return false }
        guard let ordinal else { return true }
        return abs(SchoolYear.grade(enteredIn: code.year, on: today) - ordinal) <= 1
    }

    private static let numerals: [Character: Int] = [
        "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]

    private static func stage(in words: String) -> Stage? {
        if words.contains("高") { return .senior }
        if words.contains("初") { return .junior }
        return words.contains("小") ? .primary : nil
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
