import Testing

@testable import Rules

/// Forks: who prevails where the holder and the province decide at once, and what is said about the step that does not count.
@Suite struct FoldVoidTests {
    private let school: UnitCode = "2144000001"
    private let county: UnitCode = "440106"
    private let province: UnitCode = "440000"
    private let id = DossierID(repeating: 7)
    private let tree = UnitTree([
        Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
        Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
        Unit(code: "430000", name: "湖南省", tier: .province, competent: .centre),
        Unit(code: "440100", name: "广州市", tier: .city, competent: "440000"),
        Unit(code: "440106", name: "天河区", tier: .county, competent: "440100"),
        Unit(code: "2144000001", name: "学校", tier: .school, competent: "440106", kind: "211", stages: [.primary], version: 1),
    ])

    private func hash(_ n: UInt8) -> Digest { Digest(repeating: n) }

    private func step(
        _ n: UInt8, _ kind: StepKind, after: UInt8?, by: UnitCode, next: UnitCode?, workflow: Int = 1, opening: CaseOpening? = nil,
        number: String? = nil, name: String? = nil
    ) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: after.map(hash), kind: kind, by: by, nextHolder: next, workflow: workflow, topology: 1, at: 0,
            record: name.map { StudentRecord([.name: $0]) }, keyDigest: name == nil ? nil : hash(n + 100), provisionalNumber: number, opening: opening)
    }

    private var submitted: [Step] {
        [
            step(1, .enter, after: nil, by: school, next: school, name: "张伟"), step(2, .review, after: 1, by: school, next: school),
            step(3, .submit, after: 2, by: school, next: county),
        ]
    }

    private func fold(_ steps: [Step], numbers: [IssuedNumber] = [], requests: [OverrideRequest] = []) throws -> Dossier {
        let forward = Fold.dossier(id, DossierFacts(steps: steps, numbers: numbers, overrideRequests: requests), topology: tree)
        let backward = Fold.dossier(
            id, DossierFacts(steps: steps.reversed(), numbers: numbers, overrideRequests: requests.reversed()), topology: tree)
        #expect(forward == backward)
        return try #require(forward)
    }

    private var overridden: Step { step(40, .approve, after: 3, by: province, next: school, workflow: 5, number: "L2") }

    @Test func `an override counts without the pen, and the chain goes on after it`() throws {
        let dossier = try fold(submitted + [overridden, step(41, .applyForDeletion, after: 40, by: school, next: county, workflow: 5)])
        #expect(dossier.stand == .deletionRequested && dossier.provisionalNumber == "L2" && dossier.overrides == [hash(40)] && dossier.void.isEmpty)
    }

    @Test func `of two approvals at once the override prevails in any order, and the holder's shows why it does not count`() throws {
        let own = step(4, .approve, after: 3, by: county, next: school, number: "L1")
        let dossier = try fold(submitted + [own, overridden])
        #expect(dossier.stand == .enrolled && dossier.provisionalNumber == "L2" && dossier.void == [hash(4)])
        #expect(dossier.voidReasons == [hash(4): .overridden(province)])
        let built = step(5, .applyForDeletion, after: 4, by: school, next: county)
        let after = try fold(submitted + [own, built, overridden])
        #expect(after.stand == .enrolled && after.voidReasons == [hash(4): .overridden(province), hash(5): .afterVoid])
    }

    @Test func `a holder's approval that a formal number cites stands against the override`() throws {
        let own = step(4, .approve, after: 3, by: county, next: school, number: "L1")
        let number = IssuedNumber(dossier: id, number: "G440106201603050022", cites: hash(4), at: 0)
        let dossier = try fold(submitted + [own, overridden], numbers: [number])
        #expect(dossier.provisionalNumber == "L1" && dossier.voidReasons == [hash(40): .settled(county)] && dossier.overrides.isEmpty)
        let returned = step(42, .sendBack, after: 3, by: province, next: school, workflow: 5)
        #expect(try fold(submitted + [own, returned], numbers: [number]).voidReasons == [hash(42): .settled(county)])
    }

    @Test func `the holder's return and the province's approval at once end in the approval`() throws {
        let returned = step(4, .sendBack, after: 3, by: county, next: school)
        let amended = step(5, .amend, after: 4, by: school, next: school, name: "张玮")
        let dossier = try fold(submitted + [returned, amended, overridden])
        #expect(dossier.stand == .enrolled && dossier.record.name == "张伟" && dossier.void == [hash(4), hash(5)])
    }

    @Test func `who is not the province above the holder overrides nothing, nor is an older table's row an override`() throws {
        for (unit, workflow) in [("440100" as UnitCode, 5), ("430000", 5), (.centre, 5), (school, 5), (province, 4)] {
            let wrong = step(40, .approve, after: 3, by: unit, next: school, workflow: workflow, number: "L2")
            let dossier = try fold(submitted + [wrong])
            #expect(dossier.stand == .submitted && dossier.voidReasons == [hash(40): .notAllowed], "\(unit)")
        }
    }

    @Test func `what the province holds itself is the centre's to override, and it approves on its own by the ordinary row`() throws {
        let forwarded = submitted + [step(4, .forward, after: 3, by: county, next: "440100"), step(5, .forward, after: 4, by: "440100", next: province)]
        #expect(try fold(forwarded + [step(6, .approve, after: 5, by: province, next: school, number: "L1")]).overrides.isEmpty)
        let dossier = try fold(forwarded + [step(6, .approve, after: 5, by: .centre, next: school, workflow: 5, number: "L1")])
        #expect(dossier.stand == .enrolled && dossier.overrides == [hash(6)])
    }

    @Test func `a key-data change that both approve at once has one new version`() throws {
        let opening = CaseOpening(proposal: StudentRecord([.name: "张玮"]), proposalDigest: hash(99), evidence: [hash(200)], fields: [.name])
        let before = submitted + [
            step(4, .approve, after: 3, by: county, next: school), step(10, .prepareKeyChange, after: 4, by: school, next: school, workflow: 4, opening: opening),
            step(11, .submitCase, after: 10, by: school, next: county, workflow: 4),
        ]
        let own = step(12, .approveKeyChange, after: 11, by: county, next: school, workflow: 4, name: "张玮")
        let province = step(50, .sendBackCase, after: 11, by: self.province, next: school, workflow: 5)
        #expect(try fold(before + [own]).record.name == "张玮")
        let dossier = try fold(before + [own, province])
        #expect(dossier.stand == .keyChangePrepared && dossier.record.name == "张伟" && dossier.voidReasons == [hash(12): .overridden(self.province)])
    }

    @Test func `a request is about one head, is the home school's alone, and ends with the next step`() throws {
        func request(_ by: UnitCode, _ head: UInt8, position: Int64 = 1, reason: String = "久拖") -> OverrideRequest {
            OverrideRequest(dossier: id, by: by, position: position, head: hash(head), reason: reason, at: 9)
        }
        #expect(try fold(submitted, requests: [request(school, 3), request(school, 3, position: 2, reason: "又催")]).overrideRequest?.reason == "又催")
        #expect(try fold(submitted, requests: [request(county, 3)]).overrideRequest == nil)
        let forwarded = submitted + [step(4, .forward, after: 3, by: county, next: "440100")]
        #expect(try fold(forwarded, requests: [request(school, 3)]).overrideRequest == nil)
    }
}
