import Features

/// A measured figure, by the contract; `goal`, `isMet`, `spread` and `note` are ours.
public struct Figure: Encodable, Sendable, Hashable {
    public var id: String
    public var name: String
    /// Median over the runs.
    public var value: Double
    public var unit: String
    /// What it is held against; null where that is not installed or there is none.
    @OrNull public var reference: String?
    @OrNull public var referenceValue: Double?
    /// Ours through the reference's, so that more is better where `unit` is something per second.
    @OrNull public var ratio: Double?
    public var rows: Int
    /// Whether counts and digests are the reference's or the oracle's.
    public var correct: Bool
    /// For example `ratio >= 0.9`; null where nothing was promised.
    @OrNull public var goal: String?
    /// Null where the goal cannot be judged: no goal, or no reference.
    @OrNull public var isMet: Bool?
    /// The lowest and the highest value of the runs.
    public var spread: [Double]
    /// What else there is to say, for example the processor's share.
    @OrNull public var note: String?

    private enum CodingKeys: String, CodingKey {
        case id, name, value, unit, reference, ratio, rows, correct, goal, spread, note
        case referenceValue = "reference_value"
        case isMet = "met"
    }

    /// - Parameter values: one a run, at least one.
    public init(
        _ id: String, _ name: String, values: [Double], unit: String, rows: Int, correct: Bool, goal: Goal? = nil,
        reference: (name: String, values: [Double])? = nil, note: String? = nil
    ) {
        let value = Median.of(values)
        let other = reference.map { Median.of($0.values) }
        let ratio = other.flatMap { $0 == 0 ? nil : value / $0 }
        self.id = id
        self.name = name
        self.value = value
        self.unit = unit
        self.rows = rows
        self.correct = correct
        spread = [values.min() ?? 0, values.max() ?? 0]
        _reference = OrNull(wrappedValue: reference?.name)
        _referenceValue = OrNull(wrappedValue: other)
        _ratio = OrNull(wrappedValue: ratio)
        _goal = OrNull(wrappedValue: goal?.text)
        _isMet = OrNull(wrappedValue: goal?.isMet(value: value, ratio: ratio))
        _note = OrNull(wrappedValue: note)
    }
}

/// What a figure was promised to be.
public enum Goal: Sendable, Hashable {
    case ratioAtLeast(Double)
    case ratioAtMost(Double)
    case atLeast(Double)
    case atMost(Double)

    var text: String {
        switch self {
        case .ratioAtLeast(let bound): "ratio >= \(bound)"
        case .ratioAtMost(let bound): "ratio <= \(bound)"
        case .atLeast(let bound): ">= \(bound)"
        case .atMost(let bound): "<= \(bound)"
        }
    }

    func isMet(value: Double, ratio: Double?) -> Bool? {
        switch self {
        case .ratioAtLeast(let bound): ratio.map { $0 >= bound }
        case .ratioAtMost(let bound): ratio.map { $0 <= bound }
        case .atLeast(let bound): value >= bound
        case .atMost(let bound): value <= bound
        }
    }
}

/// The middle of a row of values, and other places in it.
public enum Median {
    /// Of an even number the mean of the middle two; 0 of none.
    public static func of(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The smallest value that is not below `share` (0...1) of all; 0 of none.
    public static func percentile(_ share: Double, of values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(place, 0), sorted.count - 1)]
    }
}
