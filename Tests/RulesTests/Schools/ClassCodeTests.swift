import Testing
@testable import Rules

@Suite("Class codes")
struct ClassCodeTests {
    @Test("2011101 is the first class that entered primary school in 2011 (Q15)")
    func example() throws {
        let code = try #require(ClassCode("2011101"))
        #expect(code.year == 2011)
        #expect(code.stage == .primary)
        #expect(code.number == 1)
        #expect(code.text == "2011101")
        #expect(code.cohort == "20111")
    }

    @Test("another length, stage digit, character or class 00 is no class code", arguments: [
        "", "201110", "20111011", "2011401", "2011001", "2011100", "201110a", "２０１１１０１", " 2011101", "2011-01", "0011101",
    ])
    func refused(text: String) {
        #expect(ClassCode(text) == nil)
    }

    @Test("classes stand in order of entry, stage and number")
    func order() throws {
        let texts = ["2012101", "2011302", "2011101", "2011299"]
        #expect(try texts.map { try #require(ClassCode($0)) }.sorted().map(\.text) == ["2011101", "2011299", "2011302", "2012101"])
    }

    @Test("there are ninety-nine classes in a cohort, not a hundred")
    func limits() {
        #expect(ClassCode(year: 2024, stage: .junior, number: 99)?.text == "2024299")
        #expect(ClassCode(year: 2024, stage: .junior, number: 100) == nil)
        #expect(ClassCode(year: 2024, stage: .junior, number: 0) == nil)
    }
}
