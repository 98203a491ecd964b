import Testing
@testable import Sheets

@Suite struct CellReferenceTests {
    @Test("references are written and read", arguments: [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")])
    func letters(_ column: Int, _ letters: String) {
        #expect(CellReference.letters(column) == letters)
        var text = CellReference.text(row: 7, column: column)
        #expect(text == letters + "7")
        let place = text.withUTF8 { CellReference.parse($0) }
        #expect(place?.column == column && place?.row == 7)
    }

    @Test("what is no reference is refused", arguments: ["", "7", "XFE1", "A-1", "A1234567890", "AAAAAAAAAAAAAAAAAAAAAAAA1", "A1B"])
    func wrong(_ text: String) {
        var text = text
        #expect(text.withUTF8 { CellReference.parse($0) } == nil)
    }
}
