/// Which of two record numbers is the smaller one.
enum RecordNumberOrder {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// Both all digits: by value (then bytewise, for `7` and `07`). Else bytewise. This decides who stands first in a
    /// pair; over a mixture of both sorts it is not transitive, so do not sort by it.
    static func isSmaller(_ one: Bytes, than other: Bytes) -> Bool {
        if isNumber(one) && isNumber(other) { return numberPrecedes(one, other) }
        return one.lexicographicallyPrecedes(other)
    }

    /// A total order for sorting: numbers by value, then all others bytewise.
    static func precedes(_ one: Bytes, _ other: Bytes) -> Bool {
        switch (isNumber(one), isNumber(other)) {
        case (true, true): numberPrecedes(one, other)
        case (false, false): one.lexicographicallyPrecedes(other)
        case (let oneIsNumber, _): oneIsNumber
        }
    }

    private static func isNumber(_ bytes: Bytes) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func numberPrecedes(_ one: Bytes, _ other: Bytes) -> Bool {
        let oneDigits = one.drop { $0 == 0x30 }, otherDigits = other.drop { $0 == 0x30 }
        if oneDigits.count != otherDigits.count { return oneDigits.count < otherDigits.count }
        if oneDigits.elementsEqual(otherDigits) { return one.lexicographicallyPrecedes(other) }
        return oneDigits.lexicographicallyPrecedes(otherDigits)
    }
}
