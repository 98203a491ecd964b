/// What two records must share to be taken for one pupil. The text is canonical: it may be stored, hashed and sent.
public struct DuplicateKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Which of the FAQ's two comparisons the key belongs to.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// Q56.1: resident ID number.
        case residentID = "id"
        /// Q56.2: name, sex and birth date.
        case nameSexBirth = "nsd"
    }

    public let comparison: Comparison
    /// `id:<number>` or `nsd:<name>|<sex>|<birth date>`, of normalised values.
    public let text: String

    /// `number` is normalised and not empty.
    public static func residentID(_ number: String) -> DuplicateKey {
        DuplicateKey(comparison: .residentID, text: "id:" + number)
    }

    /// All three are normalised and not empty.
    public static func nameSexBirth(name: String, sex: String, birthDate: String) -> DuplicateKey {
        DuplicateKey(comparison: .nameSexBirth, text: "nsd:\(name)|\(sex)|\(birthDate)")
    }

    /// Reads a canonical text back; nil when it is neither form.
    public init?(text: String) {
        guard let comparison = Comparison.allCases.first(where: { text.hasPrefix($0.rawValue + ":") }),
              text.utf8.count > comparison.rawValue.utf8.count + 1 else { return nil }
        self.init(comparison: comparison, text: text)
    }

    private init(comparison: Comparison, text: String) {
        self.comparison = comparison
        self.text = text
    }

    public var description: String { text }

    public static func < (lhs: DuplicateKey, rhs: DuplicateKey) -> Bool { lhs.text < rhs.text }
}
