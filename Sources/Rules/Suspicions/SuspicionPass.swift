/// One way of laying records of one child side by side, where there are too many to be searched at once: sorted by what the two have
/// in common, all that share a value come into one portion.
public enum SuspicionPass: Int, Sendable, Hashable, CaseIterable {
    case birthDate, sound, phone, guardianNumber, guardianName, address

    /// Under which values a record comes in this pass, each once. By birth date every record has exactly one; otherwise what is unknown or
    /// says nothing has none.
    public func values(of subject: SuspicionSubject) -> [Int64] {
        switch self {
        case .birthDate: [Int64(subject.keys.birthDate.filter { !"-/.年月日".contains($0) }) ?? 0]
        case .sound: Self.sound(of: subject.keys.name)
        case .phone: Self.hashes(subject.phones.map(KeyText.number).filter(Self.isTelling))
        case .guardianNumber: Self.hashes(subject.guardianNumbers.map(KeyText.number).filter(Self.isTelling))
        case .guardianName: Self.hashes(subject.guardianNames.map(KeyText.name))
        case .address: Self.hashes([KeyText.number(subject.address)])
        }
    }

    private static func sound(of name: String) -> [Int64] {
        let book = CharacterBook.standard
        let characters = SuspicionName(name, book).characters
        guard !characters.isEmpty else { return [] }
        return [Int64(bitPattern: characters.reduce(SuspicionHash.seed) { SuspicionHash.mix($0, UInt64(book.sound($1))) })]
    }

    private static func hashes(_ texts: [String]) -> [Int64] {
        Set(texts.filter { !$0.isEmpty }.map { text in
            Int64(bitPattern: text.utf8.reduce(SuspicionHash.seed) { SuspicionHash.mix($0, UInt64($1)) })
        }).sorted()
    }

    /// `13800000000` is everybody's.
    private static func isTelling(_ number: String) -> Bool { Set(number.utf8.suffix(7)).count > 1 }
}
