/// How a school numbers the classes of its campuses (Q15, Q16): one sequence for all, the branch going on after the main
/// campus, or a range of numbers reserved for each campus.
public struct ClassNumbering: Sendable, Hashable {
    public enum Mode: Sendable, Hashable {
        /// The next class takes the number after the highest of its cohort, whatever the campus.
        case sequential
        /// Each campus (0 is the main one) has a range of its own in every cohort.
        case reserved([Int: ClosedRange<Int>])
    }

    public let mode: Mode

    /// Throws when a reserved range leaves 1…99 or two ranges overlap.
    public init(_ mode: Mode) throws(ClassNumberingError) {
        self.mode = mode
        guard case .reserved(let ranges) = mode else { return }
        let ordered = ranges.sorted { $0.value.lowerBound < $1.value.lowerBound }
        for (campus, range) in ordered where range.lowerBound < 1 || range.upperBound > 99 {
            throw .rangeOutOfBounds(campus: campus, range: range)
        }
        for (first, second) in zip(ordered, ordered.dropFirst()) where first.value.overlaps(second.value) {
            throw .rangesOverlap(first.key, second.key)
        }
    }

    private init() { mode = .sequential }

    /// One sequence for all campuses.
    public static let sequential = ClassNumbering()

    /// Codes for new classes of a campus, in order.
    ///
    /// - Parameter taken: every class code the school ever gave out, of all campuses; others' cohorts are ignored.
    public func next(
        _ count: Int = 1, year: Int, stage: Stage, campus: Int = 0, taken: some Sequence<ClassCode>
    ) throws(ClassNumberingError) -> [ClassCode] {
        let used = Set(taken.lazy.filter { $0.year == year && $0.stage == stage }.map(\.number))
        let range: ClosedRange<Int>
        switch mode {
        case .sequential:
            range = 1...99
        case .reserved(let ranges):
            guard let own = ranges[campus] else { throw .campusWithoutRange(campus) }
            range = own
        }
        let first = (used.filter(range.contains).max() ?? range.lowerBound - 1) + 1
        let numbers = first..<(first + max(count, 0))
        guard numbers.isEmpty || numbers.upperBound - 1 <= range.upperBound else {
            throw .exhausted(campus: campus, range: range, left: max(0, range.upperBound - first + 1))
        }
        return numbers.compactMap { ClassCode(year: year, stage: stage, number: $0) }
    }

    /// Checks a class code that a person chose for a campus.
    public func check(
        _ code: ClassCode, campus: Int, taken: some Sequence<ClassCode>
    ) throws(ClassNumberingError) {
        if case .reserved(let ranges) = mode {
            guard let own = ranges[campus] else { throw .campusWithoutRange(campus) }
            guard own.contains(code.number) else { throw .outsideRange(code, campus: campus, range: own) }
        }
        if taken.contains(code) { throw .taken(code) }
    }
}

/// Why a class cannot have a number.
public enum ClassNumberingError: Error, Sendable, Hashable {
    case rangeOutOfBounds(campus: Int, range: ClosedRange<Int>)
    case rangesOverlap(Int, Int)
    case campusWithoutRange(Int)
    case exhausted(campus: Int, range: ClosedRange<Int>, left: Int)
    case outsideRange(ClassCode, campus: Int, range: ClosedRange<Int>)
    case taken(ClassCode)

    public var code: String {
        switch self {
        case .rangeOutOfBounds: "class-range-out-of-bounds"
        case .rangesOverlap: "class-ranges-overlap"
        case .campusWithoutRange: "class-campus-without-range"
        case .exhausted: "class-numbers-exhausted"
        case .outsideRange: "class-outside-range"
        case .taken: "class-number-taken"
        }
    }

    public var message: String {
        switch self {
        case .rangeOutOfBounds(let campus, let range): "\(name(campus))的班序号段 \(text(range)) 超出 01—99"
        case .rangesOverlap(let first, let second): "\(name(first))与\(name(second))的班序号段重叠"
        case .campusWithoutRange(let campus): "\(name(campus))没有预留班序号段"
        case .exhausted(let campus, let range, let left):
            "\(name(campus))本届班序号不够：号段 \(text(range)) 只剩 \(left) 个"
        case .outsideRange(let code, let campus, let range):
            "班号 \(code) 不在\(name(campus))的班序号段 \(text(range)) 内"
        case .taken(let code): "班号 \(code) 已存在"
        }
    }

    public var remedy: String {
        switch self {
        case .rangeOutOfBounds: "班序号为两位数字，请在 01—99 内划分号段"
        case .rangesOverlap: "请为每个校区划分互不重叠的号段"
        case .campusWithoutRange: "请先为该校区预留号段"
        case .exhausted: "请调整各校区的号段，或核对是否误建了班级"
        case .outsideRange: "请使用该校区号段内的班序号"
        case .taken: "请使用系统给出的下一个班号"
        }
    }

    private func name(_ campus: Int) -> String { campus == 0 ? "主校区" : "校区 \(campus)" }

    private func text(_ range: ClosedRange<Int>) -> String {
        [range.lowerBound, range.upperBound].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: "—")
    }
}
