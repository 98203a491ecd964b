import Testing
@testable import Rules

@Suite struct StatementRulesTests {
    @Test func anUnconfirmedSheetWarnsOnceARow() {
        let found = findings(on: RuleExample([.guardianConfirmation: ""]))
        #expect(found.map(\.severity) == [.warning])
        #expect(found.map(\.question) == ["Q7"])
    }

    @Test func aPupilWithoutPapersIsTakenInButNotSubmitted() {
        let pupil = RuleExample([.idType: "其他", .idNumber: ""])
        #expect(findings(on: pupil).map(\.severity) == [.notice])
        #expect(submissionFindings(on: pupil).map(\.rule) == ["Q22-proof-before-submission"])
        let proven = RuleExample([.idType: "其他", .idNumber: "", .noIDProof: "无身份证在校就读证明|20150905|档案室"])
        #expect(submissionFindings(on: proven) == [])
    }

    @Test(arguments: ["证明", "证明|20150905|", "证明|20150931|档案室", "证明|20170101|档案室", "|20150905|档案室"])
    func aStatementNamesKindDayAndPlace(text: String) {
        #expect(codes([.guardianConfirmation: text]) == ["M-IMP-statement-guardianConfirmation"])
    }
}
