import Testing
@testable import Rules

@Suite struct RuleBookTests {
    @Test func theExamplePupilPassesEveryRule() {
        let judgement = RuleBook.judge(ExamplePupil.row, facts: ExamplePupil.facts(divisions: TestDivisions()))
        #expect(judgement.findings == [])
        #expect(judgement.isAccepted)
        #expect(judgement.problemKinds.isEmpty)
    }

    @Test func theExamplePupilPassesWithTheBuiltInDivisionsToo() {
        let facts = ExamplePupil.facts(divisions: DivisionTable())
        #expect(RuleBook.judge(ExamplePupil.row, facts: facts).findings == [])
        #expect(RuleBook.judge(RuleExample(ExamplePupil.senior).row, facts: facts).findings == [])
    }

    @Test(arguments: RuleBook.all.map(\.code))
    func aRuleIsPassedByItsPassingExampleAndSoIsEveryOther(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        #expect(findings(on: rule.passing).map(\.rule) == [])
    }

    @Test(arguments: RuleBook.all.map(\.code))
    func aRuleIsFailedByItsFailingExampleAndNoOtherIs(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        #expect(Set(findings(on: rule.failing).map(\.rule)) == [code])
    }

    @Test(arguments: RuleBook.submission.map(\.code))
    func aSubmissionRuleIsPassedAndFailedByItsExamples(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        #expect(submissionFindings(on: rule.passing) == [])
        #expect(submissionFindings(on: rule.failing).map(\.rule) == [code])
    }

    @Test func aFindingSaysInChineseWhatIsWrongAndWhatToDo() throws {
        for rule in RuleBook.all + RuleBook.submission {
            let finding = try #require((RuleBook.all.contains { $0 === rule } ? findings(on: rule.failing)
                : submissionFindings(on: rule.failing)).first)
            for text in [finding.message, finding.remedy] {
                #expect(text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }, "\(rule.code): \(text)")
                #expect(!text.contains("{") && !text.contains("“”"), "\(rule.code): \(text)")
            }
        }
    }

    @Test func codesAreUniqueAndNameTheirQuestion() {
        let codes = (RuleBook.all + RuleBook.submission).map(\.code) + FileRules.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(Rule.question(of: "Q38-distance") == "Q38")
        #expect(Rule.question(of: "M-IMP-phone-phone") == "M-IMP")
    }

    @Test func theListOfCodesIsTheReleasedOne() {
        let lines = (RuleBook.all + RuleBook.submission).map { "\($0.severity.rawValue) \($0.code)" }.sorted()
        let released = RuleBookList.released
        #expect(Set(lines).subtracting(released).sorted() == [], "new codes belong into the released list")
        #expect(Set(released).subtracting(lines).sorted() == [], "a released code never goes away")
    }

    @Test func findingsStandInColumnOrder() {
        let row = RuleExample([.migrantChild: "", .name: "", .distance: "2公里", .phone: "无"]).row
        let fields = RuleBook.judge(row, facts: ExamplePupil.facts(divisions: TestDivisions())).findings.map(\.field)
        #expect(fields == [.name, .phone, .distance, .migrantChild])
    }

    @Test func anEmptyRowLacksItsStarredItemsAndNothingElseSpeaks() {
        let found = RuleBook.judge(RawRow(), facts: ExamplePupil.facts(divisions: TestDivisions())).findings
        #expect(Set(found.filter { $0.severity == .error }.compactMap(\.field)) == Set(RequiredRules.starred))
        #expect(found.filter { $0.severity != .error }.map(\.rule) == ["Q7-guardian-confirmation"])
    }

    @Test func rulesThatNeedASchoolPassWithoutOne() {
        var facts = ExamplePupil.facts(divisions: TestDivisions())
        facts.school = nil
        facts.classes = nil
        let row = RuleExample([.schoolCode: "3443010033", .classCode: "2015109", .governmentPlace: "是", .migrantChild: "否"]).row
        #expect(RuleBook.judge(row, facts: facts).findings == [])
    }

    @Test func everyColumnOfTheTemplateIsJudgedBySomeRule() {
        let unjudged = StudentField.allCases.filter { RuleBook.rules(for: $0).isEmpty }
        #expect(unjudged == [])
    }
}
