/// Texts as numbers, counted: equal texts have equal numbers. 0 is the empty text, and is never counted.
struct SuspicionTexts: Sendable {
    private var numbers: [String: Int32] = ["": 0]
    private(set) var texts: [String] = [""]
    /// How often each was added.
    private(set) var counts: [Int32] = [0]

    mutating func add(_ text: String) -> Int32 {
        if text.isEmpty { return 0 }
        if let number = numbers[text] {
            counts[Int(number)] += 1
            return number
        }
        let number = Int32(texts.count)
        numbers[text] = number
        texts.append(text)
        counts.append(1)
        return number
    }

    func count(_ number: Int32) -> Int { Int(counts[Int(number)]) }

    subscript(number: Int32) -> String { texts[Int(number)] }
}
