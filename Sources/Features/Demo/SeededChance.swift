/// Chance that is the same on every run: SplitMix64 from a seed. Not for secrets.
///
/// The drawing functions are our own, so that a seed gives the same values whatever the standard library does.
public struct SeededChance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// A stream of its own for one thing (a household, a pupil): drawing more for one does not disturb the others.
    public init(seed: UInt64, stream: UInt64, of number: Int) {
        var root = SeededChance(seed: seed &+ stream &* 0xD1B5_4A32_D192_ED03)
        state = root.next() ^ (UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 ..< `bound`; `bound` is at least 1.
    public mutating func number(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    public mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + number(below: range.count)
    }

    /// True once in `count` times on average.
    public mutating func happens(onceIn count: Int) -> Bool { number(below: count) == 0 }

    /// One of the elements; there is at least one.
    public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var result = elements
        for index in stride(from: result.count - 1, to: 0, by: -1) { result.swapAt(index, number(below: index + 1)) }
        return result
    }
}
