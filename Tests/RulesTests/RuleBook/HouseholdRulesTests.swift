import Testing
@testable import Rules

/// One line of the truth table of Q34.
struct MigrantCase: Sendable, CustomTestStringConvertible {
    let hukouType: String
    let hukouDivision: String
    let urbanRural: String
    let isMigrant: Bool
    let testDescription: String
}

@Suite struct HouseholdRulesTests {
    static let table = [
        MigrantCase(hukouType: "农业户口", hukouDivision: "430121000000", urbanRural: "121", isMigrant: true,
                    testDescription: "外县乡村到本县镇区"),
        MigrantCase(hukouType: "农业户口", hukouDivision: "441900000000", urbanRural: "111", isMigrant: true,
                    testDescription: "外省乡村到本县城区"),
        MigrantCase(hukouType: "农业户口", hukouDivision: "430121000000", urbanRural: "220", isMigrant: false,
                    testDescription: "外县乡村到本县乡村"),
        MigrantCase(hukouType: "非农业户口", hukouDivision: "430121000000", urbanRural: "121", isMigrant: false,
                    testDescription: "外县镇区到本县镇区"),
        MigrantCase(hukouType: "农业户口", hukouDivision: "430104000000", urbanRural: "220", isMigrant: false,
                    testDescription: "本县乡村到本县乡村"),
        MigrantCase(hukouType: "农业户口", hukouDivision: "430104000000", urbanRural: "121", isMigrant: false,
                    testDescription: "本县乡村到本县镇区"),
    ]

    @Test(arguments: table)
    func theTruthTableOfMigrantChildrenIsKept(line: MigrantCase) {
        let given: [StudentField: String] = [.hukouType: line.hukouType, .hukouDivision: line.hukouDivision]
        let urbanRural = line.urbanRural
        let yes = codes(given.merging([.migrantChild: "是"]) { $1 }) { $0.school?.urbanRural = urbanRural }
        let no = codes(given.merging([.migrantChild: "否"]) { $1 }) { $0.school?.urbanRural = urbanRural }
        #expect(yes == (line.isMigrant ? [] : ["Q34-migrant-not"]))
        #expect(no == (line.isMigrant ? ["Q34-migrant"] : []))
    }

    @Test func aMigrantChildIsInCompulsoryEducation() {
        let senior = ExamplePupil.senior.merging([.hukouType: "农业户口", .hukouDivision: "430121000000", .migrantChild: "是"]) { $1 }
        #expect(codes(senior) == ["Q34-migrant-not"])
    }

    @Test func theReasonIsNamed() {
        #expect(messages([.migrantChild: "是", .hukouType: "农业户口"]).first?.contains("户口所在地就在学校所在县") == true)
        #expect(messages([.migrantChild: "是"]).first?.contains("非农业户口") == true)
    }

    @Test func whereTheSchoolLiesUnknownNothingUncertainIsSaid() {
        let outside: [StudentField: String] = [.hukouType: "农业户口", .hukouDivision: "430121000000"]
        for answer in ["是", "否"] {
            #expect(codes(outside.merging([.migrantChild: answer]) { $1 }) { $0.school?.urbanRural = "" } == [])
        }
    }

    @Test func aPupilLeftBehindByBothParentsDoesNotLiveWithOne() {
        let rural: [StudentField: String] = [.hukouType: "农业户口", .leftBehind: "双亲留守儿童"]
        #expect(codes(rural) == ["Q33-left-behind-with-parents"])
        let withFatherAway = rural.merging([.guardian1Address: "广东省深圳市"]) { $1 }
        #expect(codes(withFatherAway) == ["Q33-left-behind-with-parents"])
        #expect(codes(withFatherAway.merging([.leftBehind: "单亲留守儿童"]) { $1 }) == [])
    }
}
