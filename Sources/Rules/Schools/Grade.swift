/// The grade of a class in a school year: it follows from the year of entry, it is not stored (Q15).
public struct Grade: Sendable, Hashable {
    public let stage: Stage
    /// 1 in the year of entry.
    public let year: Int
    /// Years the stage lasts at the school (学制): 5 or 6, 3 or 4, 3.
    public let length: Int

    /// - Parameters:
    ///   - schoolYear: the calendar year in which the school year opened.
    ///   - offset: years skipped (positive) or repeated (negative) by one pupil.
    /// Nil before entry and for lengths no school has.
    public init?(stage: Stage, entryYear: Int, schoolYear: Int, length: Int, offset: Int = 0) {
        let year = schoolYear - entryYear + 1 + offset
        guard year >= 1, Grade.lengths(of: stage).contains(length) else { return nil }
        self.stage = stage
        self.year = year
        self.length = length
    }

    public init?(of code: ClassCode, schoolYear: Int, length: Int, offset: Int = 0) {
        self.init(stage: code.stage, entryYear: code.year, schoolYear: schoolYear, length: length, offset: offset)
    }

    /// The lengths a stage may have: 六三制 and 五四制.
    public static func lengths(of stage: Stage) -> ClosedRange<Int> {
        switch stage {
        case .primary: 5...6
        case .junior: 3...4
        case .senior: 3...3
        }
    }

    /// The last year of the stage: the pupils graduate at its end.
    public var isFinal: Bool { year == length }

    /// The stage is over; the class has left or should have.
    public var isOver: Bool { year > length }

    /// 一年级, 初一, 高一; nil when the stage is over.
    public var label: String? {
        guard !isOver else { return nil }
        let number = ["一", "二", "三", "四", "五", "六"][year - 1]
        return switch stage {
        case .primary: number + "年级"
        case .junior: "初" + number
        case .senior: "高" + number
        }
    }
}
