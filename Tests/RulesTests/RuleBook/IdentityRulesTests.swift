import Testing
@testable import Rules

@Suite struct IdentityRulesTests {
    @Test func aWrongNumberEntersAsAProblemThatNamesItsTest() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        let judgement = RuleBook.judge(RuleExample([.idNumber: "430104200905120073"]).row, facts: facts)
        #expect(judgement.isAccepted)
        #expect(judgement.problemKinds == [.wrongIDNumber])
        #expect(judgement.findings.map(\.severity) == [.problem])
        #expect(judgement.findings[0].message == "身份证号错误：“430104200905120073”校验码不对（末位应为2）")
    }

    @Test(arguments: [
        ("43010420090512007", "Q64-id-length"), ("4301042009051200722", "Q64-id-length"),
        ("430104900512007", "Q64-id-15-digits"), ("43010420090230007X", "Q64-id-date"),
        ("43010420090512O072", "Q64-id-characters"), ("43010420090512003Х", "Q64-id-characters"),
        ("430104200905120000", "Q64-id-excel-zeros"), ("430104200905120027", "Q64-id-check-digit"),
    ])
    func eachFaultOfANumberHasItsOwnRule(number: String, code: String) {
        #expect(codes([.idNumber: number]) == [code])
    }

    @Test func aNumberThatExcelSpoiledIsAnErrorAndNotAWrongCheckDigit() {
        for spoiled in [RawCell("430104200905120000", kind: .number), RawCell("4.30104E+17"), RawCell("4.30104e+17")] {
            let found = findings(on: RuleExample(cells: [.idNumber: spoiled])).filter { $0.severity != .notice }
            #expect(found.map(\.rule) == ["Q22-number-not-text"])
            #expect(found.first?.severity == .error)
            #expect(found.first?.remedy.contains("以文本格式") == true)
        }
    }

    @Test func aShortNumberInANumericCellIsNotSpoiled() {
        let cells: [StudentField: RawCell] = [
            .idType: RawCell("台湾居民来往大陆通行证"), .idNumber: RawCell("12345678", kind: .number), .overseasKind: RawCell("台湾同胞"),
        ]
        #expect(findings(on: RuleExample(cells: cells)).map(\.rule) == ["Q40-proof-pending"])
    }

    @Test func aSmallXIsMendedWithANotice() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        let judgement = RuleBook.judge(RuleExample([.idNumber: "43010420090512003x"]).row, facts: facts)
        #expect(judgement.record.idNumber == "43010420090512003X")
        #expect(judgement.findings.map(\.severity) == [.notice])
    }

    @Test func sexAndBirthDateAreComparedWithASoundNumberOnly() {
        #expect(codes([.sex: "女", .birthDate: "20090513"]) == ["M-IMP-id-sex", "M-IMP-id-birth"])
        #expect(codes([.sex: "女", .idNumber: "430104200905120073"]) == ["Q64-id-check-digit"])
    }

    @Test func anUnknownRegionIsANoticeOnly() {
        let found = findings(on: RuleExample([.idNumber: "430199200905120079"]))
        #expect(found.map(\.severity) == [.notice])
    }

    @Test func typeOneWithoutNumberIsAnErrorAndTypeZIsNot() {
        #expect(codes([.idNumber: ""]) == ["Q22-number-required"])
        #expect(codes([.idType: "其他", .idNumber: ""]) == ["Q22-proof-pending"])
    }

    @Test(arguments: ["军官证", "士兵证", "户口本", "2", "B"])
    func otherPapersAreNotOffered(type: String) {
        let found = findings(on: RuleExample([.idType: type]))
        #expect(found.map(\.severity) == [.error])
        #expect(found.map(\.field) == [.idType])
    }

    @Test(arguments: ["2015年—2020年", "20150901-20200901", "2015.09.01-2020.09.01", "20150901-长期", "长期", "2015-2020"])
    func validityIsTakenInTheShapesOfTheCard(text: String) {
        #expect(codes([.idValidity: text]) == [])
    }

    @Test(arguments: ["10年", "20年", "2015", "2015年至今", "201509-202009", "20150931-20200901"])
    func validityIsARangeOfDates(text: String) {
        #expect(codes([.idValidity: text]) == ["Q24-validity"])
    }

    @Test func theSameNumberTwiceInAFileIsAProblemOfBoth() {
        let row = ExamplePupil.row
        var facts = ExamplePupil.facts(divisions: TestDivisions())
        facts.repeatedIDNumbers = RepeatedIDNumbers.find(in: [row, RuleExample([.idNumber: "430104200905120080"]).row, row])
        let judgement = RuleBook.judge(row, facts: facts)
        #expect(judgement.isAccepted)
        #expect(judgement.problemKinds == [.repeatedIDNumber])
    }
}
