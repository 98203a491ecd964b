import Testing

@testable import Rules

/// State is a function of the set of facts: every test folds them in several orders.
@Suite struct FoldTests {
    private let school: UnitCode = "2144000001"
    private let county: UnitCode = "440106"
    private let tree = UnitTree([
        Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
        Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
        Unit(code: "440106", name: "天河区", tier: .county, competent: "440000"),
        Unit(code: "2144000001", name: "天河一小", tier: .school, competent: "440106", kind: "211", stages: [.primary]),
        Unit(code: "2144000002", name: "天河二小", tier: .school, competent: "440106", kind: "211", stages: [.primary]),
    ])
    private let id = DossierID(repeating: 7)

    private func hash(_ n: UInt8) -> Digest { Digest(repeating: n) }

    private func step(
        _ n: UInt8, _ kind: StepKind, after: UInt8?, by: UnitCode, next: UnitCode?, keyDigest: UInt8? = nil, number: String? = nil
    ) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: after.map(hash), kind: kind, by: by, nextHolder: next, topology: 1, at: 0,
            record: keyDigest == nil ? nil : StudentRecord([.name: "张伟", .idType: "Z"]), keyDigest: keyDigest.map(hash),
            provisionalNumber: number)
    }

    private func verdict(_ by: UnitCode, _ tier: Tier, _ position: Int64, about: UInt8, _ problems: [String] = []) -> Verdict {
        Verdict(dossier: id, keyDigest: hash(about), by: by, tier: tier, position: position, problems: problems, peers: [], at: 0)
    }

    private var journey: [Step] {
        [
            step(1, .enter, after: nil, by: school, next: school, keyDigest: 101),
            step(2, .review, after: 1, by: school, next: school),
            step(3, .submit, after: 2, by: school, next: county),
            step(4, .approve, after: 3, by: county, next: school, number: "L440106201603050001"),
        ]
    }

    private func fold(_ facts: DossierFacts) -> Dossier? {
        let forward = Fold.dossier(id, facts, topology: tree)
        var other = facts
        other.steps.reverse()
        other.verdicts.reverse()
        other.supplements.reverse()
        #expect(Fold.dossier(id, other, topology: tree) == forward)
        return forward
    }

    @Test func aJourneyEndsEnrolledWithThePenAtTheSchool() throws {
        let dossier = try #require(fold(DossierFacts(steps: journey)))
        #expect(dossier.state == .enrolled)
        #expect(dossier.holder == school)
        #expect(dossier.number == "L440106201603050001")
        #expect(dossier.void.isEmpty && dossier.parked.isEmpty)
    }

    @Test func `a verdict counts of those above the home, or who were by an earlier record of it, and of nobody else`() throws {
        var moved = tree
        for code in ["440105", "440107"] as [UnitCode] {
            moved.put(Unit(code: code, name: "区", tier: .county, competent: "440000"))
        }
        moved.put(Unit(code: school, name: "天河一小", tier: .school, competent: "440105", kind: "211", stages: [.primary], version: 2))
        func state(_ by: UnitCode, in topology: UnitTree) -> RegistrationState? {
            let said = verdict(by, .county, 1, about: 101, ["nsd_dup"])
            return Fold.dossier(id, DossierFacts(steps: [journey[0]], verdicts: [said]), topology: topology)?.state
        }
        #expect(state(county, in: tree) == .problem && state(county, in: moved) == .problem && state("440105", in: moved) == .problem)
        #expect(state("440107", in: moved) == .unchecked && state("440105", in: tree) == .unchecked)
    }

    @Test func aStepWithoutItsPredecessorIsParkedAndCountsWhenItComes() throws {
        let gap = try #require(fold(DossierFacts(steps: journey.filter { $0.hash != hash(2) })))
        #expect(gap.parked == [hash(3), hash(4)])
        #expect(gap.state == .unchecked)
        #expect(fold(DossierFacts(steps: journey))?.state == .enrolled)
    }

    @Test func aStepByANonHolderIsVoid() throws {
        let forged = step(9, .approve, after: 1, by: county, next: school, number: "L440106201603059999")
        let dossier = try #require(fold(DossierFacts(steps: [journey[0], forged])))
        #expect(dossier.void == [hash(9)])
        #expect(dossier.number == nil)
    }

    @Test func aStepByAnotherSchoolIsVoid() throws {
        let forged = step(9, .review, after: 1, by: "2144000002", next: "2144000002")
        let dossier = try #require(fold(DossierFacts(steps: [journey[0], forged])))
        #expect(dossier.void == [hash(9)])
        #expect(dossier.holder == school)
    }

    @Test func aVerdictCountsForItsKeyFieldsOnly() throws {
        var steps = [journey[0]]
        let clean = verdict(.centre, .centre, 1, about: 101)
        #expect(fold(DossierFacts(steps: steps, verdicts: [clean]))?.state == .clean)
        steps.append(step(5, .amend, after: 1, by: school, next: school, keyDigest: 102))
        #expect(fold(DossierFacts(steps: steps, verdicts: [clean]))?.state == .unchecked)
    }

    @Test func theHighestPositionOfAUnitCounts() throws {
        let verdicts = [
            verdict(.centre, .centre, 2, about: 101, ["id_dup"]), verdict(.centre, .centre, 3, about: 101),
            verdict(.centre, .centre, 1, about: 101, ["nsd_dup"]),
        ]
        #expect(fold(DossierFacts(steps: [journey[0]], verdicts: verdicts))?.state == .clean)
    }

    @Test func theCountysCleanVerdictDoesNotSufficeButItsProblemSpeaksAtOnce() throws {
        #expect(fold(DossierFacts(steps: [journey[0]], verdicts: [verdict(county, .county, 1, about: 101)]))?.state == .unchecked)
        let problem = verdict(county, .county, 1, about: 101, ["nsd_dup"])
        #expect(fold(DossierFacts(steps: [journey[0]], verdicts: [problem]))?.state == .problem)
    }

    @Test func aSuspicionDoesNotMakeAProblem() throws {
        let suspicion = verdict(.centre, .centre, 1, about: 101, ["nsd_cross"])
        let dossier = try #require(fold(DossierFacts(steps: [journey[0]], verdicts: [suspicion])))
        #expect(dossier.state == .clean)
        #expect(dossier.problems.isEmpty)
    }

    @Test func aLaterVerdictMarksAnEnrolledPupilAndVoidsNothing() throws {
        let facts = DossierFacts(steps: journey, verdicts: [verdict(.centre, .centre, 8, about: 101, ["id_dup"])])
        let dossier = try #require(fold(facts))
        #expect(dossier.state == .enrolled)
        #expect(dossier.problems == ["id_dup"])
    }

    @Test func atAForkTheBranchThatANumberCitesWins() throws {
        let other = step(0, .delete, after: 2, by: school, next: nil)
        let withoutNumber = try #require(fold(DossierFacts(steps: journey + [other])))
        // The county has built on the submission, so it stands even against the smaller hash.
        #expect(withoutNumber.state == .enrolled)
        let number = IssuedNumber(dossier: id, number: "G440106201603050022", cites: hash(4), at: 0)
        let dossier = try #require(fold(DossierFacts(steps: journey + [other], numbers: [number])))
        #expect(dossier.formalNumber == "G440106201603050022")
        #expect(dossier.void == [hash(0)])
    }

    @Test func amongEqualsTheSmallerHashWins() throws {
        let one = step(2, .review, after: 1, by: school, next: school)
        let two = step(6, .delete, after: 1, by: school, next: nil)
        let dossier = try #require(fold(DossierFacts(steps: [journey[0], two, one])))
        #expect(dossier.state == .reviewed)
        #expect(dossier.void == [hash(6)])
    }

    @Test func theHighestSupplementCountsAndNeverTouchesKeyData() throws {
        let supplements = [
            Supplement(dossier: id, by: school, number: 2, changes: [.phone: "2", .name: "改名"]),
            Supplement(dossier: id, by: school, number: 1, changes: [.phone: "1"]),
            Supplement(dossier: id, by: county, number: 9, changes: [.phone: "9"]),
        ]
        let dossier = try #require(fold(DossierFacts(steps: journey, supplements: supplements)))
        #expect(dossier.record[.phone] == "2")
        #expect(dossier.record.name == "张伟")
    }

    /// A school whose disk went back, or that ran twice, numbers twice.
    @Test func ofTwoSupplementsWithOneNumberTheSameCountsInAnyOrder() throws {
        let supplements = ["1", "2", "3"].map { Supplement(dossier: id, by: school, number: 1, changes: [.phone: $0]) }
        let dossier = try #require(fold(DossierFacts(steps: journey, supplements: supplements)))
        #expect(dossier.record[.phone] == "3")
    }

    @Test func aWrongIDNumberIsAProblemBeforeAnyVerdict() throws {
        var enter = journey[0]
        enter.record = StudentRecord([.name: "张伟", .idType: "1", .idNumber: "440106201603050021"])
        #expect(fold(DossierFacts(steps: [enter]))?.problems == ["id_bad"])
    }

    @Test func anUnknownWorkflowVersionStopsTheChainThere() throws {
        var later = journey[1]
        later.workflow = 99
        #expect(fold(DossierFacts(steps: [journey[0], later]))?.state == .unchecked)
    }

    // MARK: A school that moves to another authority

    private func movedTree() -> UnitTree {
        var tree = self.tree
        tree.put(Unit(code: "440105", name: "海珠区", tier: .county, competent: "440000"))
        tree.put(Unit(
            code: school, name: "天河一小", tier: .school, competent: "440105", kind: "211", stages: [.primary], version: 2))
        return tree
    }

    @Test func `What the former authority approved stands after its school has moved`() throws {
        let dossier = try #require(Fold.dossier(id, DossierFacts(steps: journey), topology: movedTree()))
        #expect(dossier.state == .enrolled && dossier.holder == school && dossier.void.isEmpty)
    }

    @Test func `A pen that the former authority holds passes to the new one, who goes on by the new record`() throws {
        var steps = Array(journey.prefix(3))
        let waiting = try #require(Fold.dossier(id, DossierFacts(steps: steps), topology: movedTree()))
        #expect(waiting.state == .submitted && waiting.holder == "440105")
        var approval = step(4, .approve, after: 3, by: "440105", next: school, number: "L440105201603050001")
        approval.topology = 2
        steps.append(approval)
        let dossier = try #require(Fold.dossier(id, DossierFacts(steps: steps), topology: movedTree()))
        #expect(dossier.state == .enrolled && dossier.provisionalNumber == approval.provisionalNumber)
    }

    @Test func `The former authority may not act by the new record, nor the new one by the old`() throws {
        for (county, version) in [(UnitCode("440106"), 2), ("440105", 1)] {
            var approval = step(4, .approve, after: 3, by: county, next: school)
            approval.topology = version
            let dossier = try #require(Fold.dossier(id, DossierFacts(steps: journey.prefix(3) + [approval]), topology: movedTree()))
            #expect(dossier.state == .submitted && dossier.void == [approval.hash])
        }
    }

    @Test func `A step by a record that has not come yet does not count`() throws {
        var approval = step(4, .approve, after: 3, by: "440105", next: school)
        approval.topology = 2
        let dossier = try #require(Fold.dossier(id, DossierFacts(steps: journey.prefix(3) + [approval]), topology: tree))
        #expect(dossier.state == .submitted && dossier.holder == county)
    }
}

extension Digest { init(repeating: UInt8) { self = Digest([UInt8](repeating: repeating, count: 32))! } }
extension DossierID { init(repeating: UInt8) { self = DossierID([UInt8](repeating: repeating, count: 16))! } }
