/// One question of the FAQ, answered in our own words for whoever stands before the screen.
public struct HelpAnswer: Sendable, Hashable, Identifiable {
    /// `Q1` … `Q112`, the number of the FAQ.
    public let id: String
    /// Chinese.
    public let title: String
    public let text: String

    init(_ number: Int, _ title: String, _ text: String) {
        id = "Q\(number)"
        self.title = title
        self.text = text
    }
}

/// All answers, by the FAQ's chapters. A test holds them complete.
public struct HelpChapter: Sendable, Hashable {
    public let title: String
    /// False where the rules are told here and the business itself comes with a later version.
    public let isBuilt: Bool
    public let answers: [HelpAnswer]

    init(title: String, isBuilt: Bool = true, answers: [HelpAnswer]) {
        self.title = title
        self.isBuilt = isBuilt
        self.answers = answers
    }

    public static let all: [HelpChapter] = collecting + daily

    public static func answer(_ question: String) -> HelpAnswer? {
        all.lazy.flatMap(\.answers).first { $0.id == question }
    }

    /// What the partial `help-link` shows: nothing where there is no answer, as for rows of the manual (`M-IMP`).
    static func link(_ question: String) -> [String: Any] { answer(question).map { ["help": $0.id] } ?? [:] }
}
