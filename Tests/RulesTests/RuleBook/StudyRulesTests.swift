import Testing
@testable import Rules

@Suite struct StudyRulesTests {
    @Test(arguments: ["2.0", "2", "0", "0.5", "999.9", "２", "02"])
    func aDistanceIsANumberOfKilometres(text: String) {
        let found = findings(on: RuleExample([.distance: text])).filter { $0.severity != .notice }
        #expect(found == [])
    }

    @Test(arguments: ["2公里", "2km", "2.05", "1000", "1000.0", "-1", "两公里", ".5", "2,5", "1e3"])
    func aDistanceHasNoUnitAndOneDecimal(text: String) {
        #expect(codes([.distance: text]) == ["Q38-distance"])
    }

    @Test func otherWaysOfEnteringAreReadByStage() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        #expect(RuleBook.judge(RuleExample([.entryWay: "其他"]).row, facts: facts).record[.entryWay] == "12")
        let senior = RuleExample(ExamplePupil.senior.merging([.entryWay: "其他"]) { $1 })
        #expect(RuleBook.judge(senior.row, facts: facts).record[.entryWay] == "99")
    }

    @Test func guestPupilsAreKnownInSeniorSchoolOnly() {
        #expect(codes([.studentSource: "借读"]) == ["Q29-guest-pupil"])
        #expect(codes(ExamplePupil.senior.merging([.studentSource: "借读"]) { $1 }) == [])
    }

    @Test func aBoughtPlaceIsInAPrivateSchoolOrCampus() {
        #expect(codes([.governmentPlace: "是"]) == ["Q36-bought-place"])
        #expect(codes([.governmentPlace: "是"]) { $0.school?.isPrivate = true } == [])
        #expect(codes([.governmentPlace: "是"]) { $0.classes?["2015101"]?.isPrivateCampus = true } == [])
    }

    @Test func aDisabledPupilOfASpecialSchoolIsNotInInclusiveEducation() {
        #expect(codes([.disability: "听力残疾", .health: "残疾", .inclusiveEducation: "非随班就读"]) == [])
        #expect(codes([.inclusiveEducation: "听力残疾随班就读"]) == ["M-IMP-inclusive-education"])
    }

    @Test(arguments: [StudentField.needsAid, .boardingSubsidy, .onlyChild, .orphan, .martyrChild])
    func aYesNoAnswerIsYesOrNo(field: StudentField) {
        #expect(codes([field: "不知道"]) == [OptionRules.code(of: field)])
    }
}
