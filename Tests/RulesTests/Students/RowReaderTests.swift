import Testing
@testable import Rules

@Suite struct RowReaderTests {
    private func read(_ field: StudentField, _ text: String, kind: RawCell.Kind = .text) -> (value: String?, notices: [String]) {
        let result = RowReader.read(RawRow([field: RawCell(text, kind: kind)]))
        return (result.record[field], result.notices.map(\.rule))
    }

    @Test func textsBecomeCodesAndCodesStay() {
        #expect(read(.sex, "女").value == "2")
        #expect(read(.sex, "2").value == "2")
        #expect(read(.ethnicity, "毛难族").value == "36")
        #expect(read(.nationality, " 中国 ").value == "CHN")
    }

    @Test func whatIsNotInTheListStaysAsTyped() {
        #expect(read(.ethnicity, "火星族").value == "火星族")
        #expect(read(.birthDate, "09-5-12").value == "09-5-12")
    }

    @Test(arguments: ["张 伟", "张　伟", "张\u{A0}伟", "张\u{200B}伟", "张\u{FEFF}伟", "张\t伟", "张\n伟"])
    func blanksInsideANameGoWithANotice(name: String) {
        let result = read(.name, name)
        #expect(result.value == "张伟")
        #expect(result.notices == ["Q18-name-spaces"])
    }

    @Test func blanksAroundATextGoWithoutANotice() {
        let result = read(.name, "　张伟 \u{200B}")
        #expect(result.value == "张伟")
        #expect(result.notices == [])
    }

    @Test(arguments: ["・", "•", "‧", "∙", ".", "．", "●"])
    func dotsInANameBecomeTheMiddleDot(dot: String) {
        let result = read(.name, "阿依古丽" + dot + "买买提")
        #expect(result.value == "阿依古丽·买买提")
        #expect(result.notices == ["Q18-name-dot"])
    }

    @Test(arguments: ["\u{20BB7}野", "\u{2A6D6}", "\u{31350}", "㐂", "Ａ"])
    func namesKeepTheirCharacters(name: String) throws {
        let value = try #require(read(.name, name).value)
        #expect(Array(value.unicodeScalars) == Array(name.unicodeScalars))
    }

    @Test func namesAreComposed() throws {
        let value = try #require(read(.name, "Jose\u{301}").value)
        #expect(Array(value.unicodeScalars) == Array("Jos\u{E9}".unicodeScalars))
        #expect(read(.name, "Jose\u{301}").notices == ["Q18-name-composed"])
    }

    @Test(arguments: [
        (StudentField.phone, "１３８０００００００１", "13800000001"), (.birthDate, "２００９０５１２", "20090512"),
        (.birthplace, "４３０１０４００００００", "430104000000"), (.idNumber, "４３０１０４２００９０５１２００３Ｘ", "43010420090512003X"),
        (.distance, "２．０", "2.0"), (.classCode, "２０１５１０１", "2015101"),
    ])
    func fullWidthNumbersAreMendedWithANotice(field: StudentField, text: String, value: String) {
        let result = read(field, text)
        #expect(result.value == value)
        #expect(result.notices == ["M-IMP-full-width"])
    }

    @Test(arguments: ["20090512", "2009-5-12", "2009/05/12", "2009.5.12", "2009年5月12日", "2009-05-12 00:00:00"])
    func datesAreReadInManyShapes(text: String) {
        #expect(read(.birthDate, text).value == "20090512")
        #expect(read(.birthDate, text).notices == [])
    }

    @Test func dateCellsAreTakenAsTheyAre() {
        #expect(read(.birthDate, "20090512", kind: .date).value == "20090512")
        #expect(read(.entryMonth, "20150901", kind: .date).value == "201509")
    }

    @Test func identityNumbersLoseBlanksAndTheApostrophe() {
        #expect(read(.idNumber, " 430104200905120072 ").notices == [])
        let result = read(.idNumber, "'430104 20090512 0072")
        #expect(result.value == "430104200905120072")
        #expect(result.notices == ["M-IMP-id-blanks"])
    }

    @Test func lineBreaksInATextBecomeSpaces() {
        let result = read(.homeAddress, "麓山路\n36号\n")
        #expect(result.value == "麓山路 36号")
        #expect(result.notices == ["M-IMP-line-break"])
    }

    @Test func aDistanceGetsItsDecimal() {
        #expect(read(.distance, "2", kind: .number).value == "2.0")
        #expect(read(.distance, "2公里").value == "2公里")
    }

    @Test func blankCellsAreAbsent() {
        #expect(read(.talents, " \u{3000}\u{A0}").value == nil)
    }

    @Test func aNoticeNamesColumnAndBothTexts() throws {
        let notice = try #require(RowReader.read(RawRow([.guardian1Name: RawCell("张 建国")])).notices.first)
        #expect(notice.field == .guardian1Name)
        #expect(notice.severity == .notice)
        #expect(notice.message == "“成员1姓名”中的空格已去除：“张 建国”改为“张建国”")
    }
}
