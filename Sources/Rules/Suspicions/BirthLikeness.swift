/// How two birth dates differ: what a slip of the pen or of the mind makes of one (Q55).
enum BirthLikeness: UInt8, CaseIterable {
    case unknown, equal
    /// Month and day exchanged.
    case swapped
    /// One year more or less, month and day the same.
    case year
    /// One month more or less, year and day the same.
    case month
    /// One day more or less, over the end of a month too.
    case day
    /// One digit.
    case digit
    /// Two neighbouring digits exchanged.
    case transposed
    /// Two of year, month and day the same.
    case partial
    case different

    /// Dates as eight digits `YYYYMMDD` in one number; 0 when there is none.
    init(_ one: Int, _ other: Int) {
        guard one > 0, other > 0 else {
            self = .unknown
            return
        }
        guard one != other else {
            self = .equal
            return
        }
        let a = (year: one / 10_000, month: one / 100 % 100, day: one % 100)
        let b = (year: other / 10_000, month: other / 100 % 100, day: other % 100)
        if a.year == b.year, a.month == b.day, a.day == b.month {
            self = .swapped
        } else if a.month == b.month, a.day == b.day, abs(a.year - b.year) == 1 {
            self = .year
        } else if a.year == b.year, a.day == b.day, abs(a.month - b.month) == 1 {
            self = .month
        } else if Self.areNeighbours(one, other) {
            self = .day
        } else {
            self = Self.byDigits(one, other, shared: (a.year == b.year ? 1 : 0) + (a.month == b.month ? 1 : 0) + (a.day == b.day ? 1 : 0))
        }
    }

    private static func areNeighbours(_ one: Int, _ other: Int) -> Bool {
        if one / 100 == other / 100 { return abs(one - other) == 1 }
        let (early, late) = one < other ? (one, other) : (other, one)
        guard late % 100 == 1, early % 100 >= 28, early % 100 == CalendarDate.daysIn(month: early / 100 % 100, of: early / 10_000)
        else { return false }
        return late / 100 == early / 100 + 1 || late / 100 == (early / 10_000 + 1) * 100 + 1
    }

    private static func byDigits(_ one: Int, _ other: Int, shared: Int) -> BirthLikeness {
        var one = one, other = other, previous = (0, 0), changed = 0, exchanged = false
        for _ in 0..<8 {
            let pair = (one % 10, other % 10)
            if pair.0 != pair.1 {
                changed += 1
                if changed == 2, previous.0 == pair.1, previous.1 == pair.0 { exchanged = true }
            }
            previous = pair
            one /= 10
            other /= 10
        }
        if changed == 1 { return .digit }
        if changed == 2, exchanged { return .transposed }
        return shared == 2 ? .partial : .different
    }
}
