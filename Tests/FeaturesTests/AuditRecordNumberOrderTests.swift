@testable import Features
import Testing

@Suite struct AuditRecordNumberOrderTests {
    private func compare(_ one: String, _ other: String, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        Array(one.utf8).withUnsafeBufferPointer { first in
            Array(other.utf8).withUnsafeBufferPointer { second in body(first, second) }
        }
    }

    @Test(arguments: [
        ("9", "10"), ("07", "7"), ("7", "08"), ("99999999999999999999", "100000000000000000000"), ("10", "9x"),
        ("1a", "2"), ("A", "a"), ("", "1"), ("0", "1"),
    ])
    func `The smaller of two record numbers`(smaller: String, larger: String) {
        #expect(compare(smaller, larger) { RecordNumberOrder.isSmaller($0, than: $1) })
        #expect(!compare(larger, smaller) { RecordNumberOrder.isSmaller($0, than: $1) })
        #expect(!compare(smaller, smaller) { RecordNumberOrder.isSmaller($0, than: $1) })
    }

    @Test func `Sorting puts numbers by value before all others`() {
        let sorted = ["b", "10", "1a", "9", "09", "a"].sorted { compare($0, $1) { RecordNumberOrder.precedes($0, $1) } }
        #expect(sorted == ["09", "9", "10", "1a", "a", "b"])
    }
}
