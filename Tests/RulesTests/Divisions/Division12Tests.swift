import Testing
@testable import Rules

@Suite("Twelve-digit divisions")
struct Division12Tests {
    @Test("twelve digits are six and six zeros, down to the county (Q19)", arguments: [
        ("110105000000", nil), ("441900000000", nil), ("810000000000", nil),
        ("110105", Division12.Fault.onlySixDigits), ("11010500000", .notTwelveDigits), ("110105000001", .tailNotZero),
        ("110105001002", .tailNotZero), ("130000000000", .aboveCounty), ("130100000000", .aboveCounty),
        ("北京市朝阳区", .notTwelveDigits), ("", .notTwelveDigits), ("000000000000", .notTwelveDigits),
        ("1.10105E+11", .notTwelveDigits),
    ])
    func faults(text: String, fault: Division12.Fault?) {
        #expect(Division12.fault(in: text) == fault)
    }

    @Test("a code goes out as it came in")
    func roundTrip() {
        #expect(Division12("110105000000")?.code == "110105")
        #expect(Division12(code: "110105")?.text == "110105000000")
        #expect(Division12("110105000001") == nil)
        #expect(Division12(code: "1101") == nil)
    }
}
