import Testing
@testable import Sheets

@Suite struct PlainDecimalTests {
    static func plain(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { PlainDecimal.text($0) }
    }

    @Test("numbers are written out in full and as short as they can be", arguments: [
        ("0", "0"), ("-0", "0"), ("5.0", "5"), ("201809", "201809"), ("1.2E+17", "120000000000000000"),
        ("440524201209010025", "440524201209010050"), ("4.4052420120901E17", "440524201209010000"),
        ("0.10000000000000001", "0.1"), ("-1.5E-7", "-0.00000015"), ("1E-05", "0.00001"), ("123456789012345", "123456789012345"),
        ("1234567890123456", "1234567890123456"), ("1.25e1", "12.5"), ("007", "7"), ("1e300", "1" + String(repeating: "0", count: 300)),
    ])
    func numbers(_ stored: String, _ expected: String) { #expect(Self.plain(stored) == expected) }

    @Test("what is no number has none", arguments: ["", "abc", "nan", "inf", "0x10", "1e999", "--1"])
    func noNumbers(_ stored: String) { #expect(Self.plain(stored) == nil) }
}
