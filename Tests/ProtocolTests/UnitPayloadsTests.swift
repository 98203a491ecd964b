import Rules
import Testing

@testable import Protocol

@Suite struct UnitPayloadsTests {
    @Test func unitsKeysLeasesPoliciesClassesAndDivisionsComeBack() throws {
        let unit = Unit(
            code: "3144000001", name: "九年一贯制学校", tier: .school, competent: "440106", territorial: "440105", kind: "312",
            stages: [.primary, .junior], years: [.primary: 5, .junior: 4], owner: "999", urban: "121", version: 3)
        #expect(Payload.unit(Payload.encode(unit)) == unit)
        let key = try #require(StatementKey(seed: [UInt8](repeating: 4, count: 32)))
        let enrolment = KeyEnrolment(unit: unit.code, publicKey: key.publicKey, issuer: "440106", generation: 2, node: "440106")
        #expect(Payload.key(Payload.encode(enrolment)) == enrolment)
        let lease = Lease(
            holder: "440106", incarnation: Incarnation([1, 1, 1, 1, 1, 1, 1, 1])!, division: "440106", birthDates: "20160101"..."20161231",
            tails: 16...31)
        #expect(Payload.lease(Payload.encode(lease)) == lease)
        let policy = PolicySetting(unit: "440000", key: "duplicates.instant", value: "off", version: 2, by: "440000", at: 9)
        #expect(Payload.policy(Payload.encode(policy)) == policy)
        let schoolClass = SchoolClass(school: unit.code, code: "2022101", campus: 1, isAttached: true)
        #expect(Payload.schoolClass(Payload.encode(schoolClass)) == schoolClass)
        let campus = Campus(school: unit.code, number: 2, name: "东校区", isPrivate: true, version: 3, by: "440106")
        #expect(Payload.campus(Payload.encode(campus)) == campus)
        let division = CustomDivision(code: "440171", name: "某开发区", parent: "440100")
        #expect(Payload.division(Payload.encode(division)) == division)
    }

    @Test(arguments: ["up", "all", "unit:2144000001", "subtree:440000"])
    func audiencesKeepTheirText(_ text: String) { #expect(Audience(text)?.text == text) }

    @Test func anAudienceReachesItsPathAndItsSubtreeOnly() {
        let tree = UnitTree([
            Unit(code: .centre, name: "", tier: .centre, competent: nil),
            Unit(code: "440000", name: "", tier: .province, competent: .centre),
            Unit(code: "440106", name: "", tier: .county, competent: "440000"),
            Unit(code: "2144000001", name: "", tier: .school, competent: "440106"),
            Unit(code: "430000", name: "", tier: .province, competent: .centre),
        ])
        #expect(Audience.unit("2144000001").reaches("440000", in: tree))
        #expect(!Audience.unit("2144000001").reaches("430000", in: tree))
        #expect(!Audience.unit("440106").reaches("2144000001", in: tree))
        #expect(Audience.subtree("440000").reaches("2144000001", in: tree))
        #expect(!Audience.up.reaches("440000", in: tree))
        #expect(Audience.everyone.reaches("430000", in: tree))
    }
}
