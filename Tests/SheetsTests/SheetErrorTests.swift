import Testing
@testable import Sheets

@Suite struct SheetErrorTests {
    @Test("a message names the file, the remedy says what to do, the code is stable")
    func text() {
        let error = SheetError.notAWorkbook(file: "名单.xls", .html)
        #expect(error.code == "SHEET-05")
        #expect(error.message == "“名单.xls”不是 Excel 工作簿：它是改了扩展名的网页（HTML）")
        #expect(error.remedy.contains("另存为"))
    }

    @Test("every lookalike has its own reason")
    func lookalikes() {
        let messages = SheetError.Lookalike.allCases.map { SheetError.notAWorkbook(file: "a", $0).message }
        #expect(Set(messages).count == messages.count)
    }
}
