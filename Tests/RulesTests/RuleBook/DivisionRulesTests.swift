import Testing
@testable import Rules

@Suite struct DivisionRulesTests {
    @Test(arguments: [
        ("430104", "Q19-division-birthplace"), ("湖南省长沙市岳麓区", "Q19-division-birthplace"),
        ("430104001000", "Q19-division-tail-birthplace"), ("430199000000", "Q19-division-unknown-birthplace"),
        ("430000000000", "Q19-division-level-birthplace"), ("430122000000", "Q19-division-former-birthplace"),
    ])
    func aDivisionHasTwelveDigitsAndIsAKnownCounty(text: String, code: String) {
        #expect(codes([.birthplace: text]) == [code])
    }

    @Test func aCityWithoutCountiesWillDo() {
        #expect(codes([.birthplace: "441900000000"]) == [])
    }

    @Test func aFormerHouseholdPlaceIsWarnedAboutAndNotComparedWithTheSchool() {
        let found = codes([.hukouDivision: "430122000000", .hukouType: "农业户口", .migrantChild: "否"])
        #expect(found == ["Q19-division-former-hukouDivision"])
    }

    @Test func aDivisionThatTheCentreAddedCounts() throws {
        let divisions = try DivisionTable(additions: ["430171": "长沙高新区"])
        var facts = ExamplePupil.facts(divisions: divisions)
        let row = RuleExample([.birthplace: "430171000000"]).row
        #expect(RuleBook.judge(row, facts: facts).findings == [])
        facts.divisions = DivisionTable()
        #expect(RuleBook.judge(row, facts: facts).findings.map(\.rule) == ["Q19-division-unknown-birthplace"])
    }

    @Test func aForeignersNativePlaceIsOther() {
        let foreigner: [StudentField: String] = [
            .nationality: "美国", .overseasKind: "外国人", .idType: "护照", .idNumber: "123456789",
            .otherDocumentProof: "护照复印件|20150905|档案室",
        ]
        #expect(codes(foreigner.merging([.nativePlace: "430104000000"]) { $1 }) == ["Q20-foreigner-native-place"])
        #expect(codes(foreigner.merging([.nativePlace: "其他"]) { $1 }) == [])
    }
}
