/// 班号: the year of entry, the stage's digit and two digits in order, `2011101` (Q15). It stays the same on promotion.
public struct ClassCode: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Year of entry into the stage.
    public let year: Int
    public let stage: Stage
    /// 1–99.
    public let number: Int

    public init?(year: Int, stage: Stage, number: Int) {
        guard (1900...2999).contains(year), (1...99).contains(number) else { return nil }
        self.year = year
        self.stage = stage
        self.number = number
    }

    /// Reads seven ASCII digits; nil for another length, an unknown stage digit or class 00.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let value = bytes.reduce(0) { $0 * 10 + Int($1 - 48) }
        guard let stage = Stage(rawValue: value / 100 % 10) else { return nil }
        self.init(year: value / 1000, stage: stage, number: value % 100)
    }

    public var text: String { String(year * 1000 + stage.rawValue * 100 + number) }
    public var description: String { text }

    /// Year and stage digit, `20111`: the classes that entered together (年级、届).
    public var cohort: String { String(year * 10 + stage.rawValue) }

    public static func < (lhs: ClassCode, rhs: ClassCode) -> Bool {
        (lhs.year, lhs.stage, lhs.number) < (rhs.year, rhs.stage, rhs.number)
    }
}
