import Testing
@testable import Rules

@Suite struct MigrantStatusTests {
    private func status(_ hukou: String, classCode: String = "2015101") -> MigrantStatus? {
        MigrantStatus.of(StudentRecord([.hukouDivision: hukou, .classCode: classCode]), schoolDivision: "430104")
    }

    @Test func itIsWorkedOutFromHouseholdAndSchool() {
        #expect(status("430104000000") == .local)
        #expect(status("430121000000") == .otherCounty)
        #expect(status("441900000000") == .otherProvince)
    }

    @Test func itSpeaksOfCompulsoryEducationOnly() {
        #expect(status("441900000000", classCode: "2015301") == .local)
    }

    @Test func withoutHouseholdOrClassItIsUnknown() {
        #expect(status("") == nil)
        #expect(status("430104000000", classCode: "一班") == nil)
    }
}
