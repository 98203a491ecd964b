import Testing
@testable import Rules

@Suite struct FileRulesTests {
    @Test func theExampleFilePasses() {
        #expect(FileRules.judge(FileRules.example) == [])
    }

    @Test(arguments: FileRules.all.map(\.code))
    func aFileRuleIsPassedAndFailedByItsExamples(code: String) throws {
        let rule = try #require(FileRules.all.first { $0.code == code })
        #expect(FileRules.judge(rule.passing).map(\.rule).contains(code) == false)
        #expect(FileRules.judge(rule.failing).map(\.rule) == [code])
    }

    @Test func anUnlicensedSchoolIsNotInTheRegister() throws {
        let rule = try #require(FileRules.all.first { $0.code == "Q6-school-unlicensed" })
        #expect(rule.finding(on: rule.failing)?.message.hasPrefix("学校不在机构库") == true)
    }

    @Test func withoutARegisterNothingIsSaidAboutTheSchool() {
        #expect(FileRules.judge(FileSubject(schoolCode: "3443019999", school: .unknown, rowCount: 5)) == [])
    }
}
