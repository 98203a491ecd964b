/// splitmix64: the one source of chance of a run, the same for the same seed on every machine.
public struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x632B_E59B_D9B4_E019 }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) } }
    /// 0..<1.
    mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
    mutating func happens(perMille: Int) -> Bool { perMille > 0 && Int(next() % 1000) < perMille }
    /// 0..<count; 0 for none.
    mutating func below(_ count: Int) -> Int { count < 1 ? 0 : Int(next() % UInt64(count)) }
    mutating func pick<Element>(_ from: [Element]) -> Element? { from.isEmpty ? nil : from[below(from.count)] }
    /// Seconds between, evenly spread.
    mutating func seconds(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
    }
}

/// FNV-1a: digests that are the same in every process, unlike the language's own hashing.
public struct Trail: Sendable, Hashable {
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    mutating func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { add(byte) } }
    mutating func add(_ text: String) { add(text.utf8); add(0) }
    mutating func add(number: UInt64) {
        for shift in 0..<8 { add(UInt8(truncatingIfNeeded: number >> (UInt64(shift) * 8))) }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var trail = Trail()
        trail.add(bytes)
        return trail.value
    }

    public var hex: String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
