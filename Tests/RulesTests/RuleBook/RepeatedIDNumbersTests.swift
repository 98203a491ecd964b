import Testing
@testable import Rules

@Suite struct RepeatedIDNumbersTests {
    private func row(_ number: String, type: String = "居民身份证", kind: RawCell.Kind = .text) -> RawRow {
        RawRow([.idType: RawCell(type), .idNumber: RawCell(number, kind: kind)])
    }

    @Test func numbersAreComparedAsTheRecordWillHoldThem() {
        let rows = [row("43010420090512003x"), row("'４３0104 20090512003X"), row("430104200905120072")]
        #expect(RepeatedIDNumbers.find(in: rows) == ["43010420090512003X"])
    }

    @Test func onlyResidentIDNumbersThatExcelDidNotSpoilCount() {
        #expect(RepeatedIDNumbers.find(in: [row("E12345678", type: "护照"), row("E12345678", type: "护照")]) == [])
        let spoiled = row("430104200905120000", kind: .number)
        #expect(RepeatedIDNumbers.find(in: [spoiled, spoiled]) == [])
    }
}
