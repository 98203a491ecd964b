import Testing
@testable import Rules

@Suite("School codes")
struct SchoolCodeTests {
    @Test("ten digits of category, province and sequence are a school code", arguments: [
        ("2142001636", "21", "420000"), ("3162012300", "31", "620000"), ("5111000001", "51", "110000"),
    ])
    func right(text: String, category: String, province: String) throws {
        let code = try #require(SchoolCode(text))
        #expect(code.category == category)
        #expect(code.province == province)
        #expect(code.text == text)
    }

    @Test("each fault is told apart", arguments: [
        ("", SchoolCode.Fault.notTenDigits), ("214200163", .notTenDigits), ("21420016366", .notTenDigits), ("214200163X", .notTenDigits),
        ("２１４２００１６３６", .notTenDigits), (" 2142001636", .notTenDigits),
        ("9942001636", .unknownCategory("99")), ("2199001636", .unknownProvince("99")),
    ])
    func faults(text: String, fault: SchoolCode.Fault) {
        #expect(SchoolCode.fault(in: text) == fault)
        #expect(SchoolCode(text) == nil)
        #expect(fault.message.contains("学校标识码"))
    }
}
