import Testing

@testable import Rules

/// Cases are runs of steps in the pupil's own dossier: every test folds them in several orders.
@Suite struct FoldCasesTests {
    private let school: UnitCode = "2144000001"
    private let county: UnitCode = "440106"
    private let city: UnitCode = "440100"
    private let neighbour: UnitCode = "2144000002"
    private let far: UnitCode = "2143000001"
    private let id = DossierID(repeating: 7)

    private func tree() -> UnitTree {
        func school(_ code: UnitCode, _ above: UnitCode) -> Unit {
            Unit(code: code, name: "学校", tier: .school, competent: above, kind: "211", stages: [.primary], version: 1)
        }
        return UnitTree([
            Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
            Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
            Unit(code: city, name: "广州市", tier: .city, competent: "440000"),
            Unit(code: county, name: "天河区", tier: .county, competent: city),
            Unit(code: "440105", name: "海珠区", tier: .county, competent: city),
            Unit(code: "430000", name: "湖南省", tier: .province, competent: .centre),
            Unit(code: "430104", name: "岳麓区", tier: .county, competent: "430000"),
            school(self.school, county), school(neighbour, "440105"), school(far, "430104"),
        ])
    }

    private func hash(_ n: UInt8) -> Digest { Digest(repeating: n) }

    private func step(
        _ n: UInt8, _ kind: StepKind, after: UInt8?, by: UnitCode, next: UnitCode?, opening: CaseOpening? = nil, name: String? = nil
    ) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: after.map(hash), kind: kind, by: by, nextHolder: next, workflow: kind.isOfCase ? 3 : 1,
            topology: 1, at: 0, record: name.map { StudentRecord([.name: $0, .idType: "1", .idNumber: "11010519491231002X"]) },
            keyDigest: name == nil ? nil : hash(n + 100), provisionalNumber: kind == .approve ? "L1" : nil, opening: opening)
    }

    private func party(_ home: UnitCode, _ n: UInt8 = 9, version: Int = 1) -> CaseParty {
        CaseParty(dossier: DossierID(repeating: n), home: home, topology: version)
    }

    private var enrolled: [Step] {
        [
            step(1, .enter, after: nil, by: school, next: school, name: "张伟"), step(2, .review, after: 1, by: school, next: school),
            step(3, .submit, after: 2, by: school, next: county), step(4, .approve, after: 3, by: county, next: school),
        ]
    }

    private func fold(_ steps: [Step], rulings: [Ruling] = [], verdicts: [Verdict] = [], in tree: UnitTree? = nil) throws -> Dossier {
        let tree = tree ?? self.tree()
        let forward = Fold.dossier(id, DossierFacts(steps: steps, verdicts: verdicts, rulings: rulings), topology: tree)
        let backward = Fold.dossier(
            id, DossierFacts(steps: steps.reversed(), verdicts: verdicts.reversed(), rulings: rulings.reversed()), topology: tree)
        #expect(forward == backward)
        return try #require(forward)
    }

    @Test func `evidence leaves the dossier where it stood, whatever that was`() throws {
        let opening = CaseOpening(parties: [party(neighbour)], evidence: [hash(200)])
        for (base, rest) in [(1, Stand.entered), (2, .reviewed), (4, .enrolled)] {
            let last = UInt8(base)
            var steps = Array(enrolled.prefix(base)) + [step(10, .prepareEvidence, after: last, by: school, next: school, opening: opening)]
            var dossier = try fold(steps)
            #expect(dossier.stand == .evidencePrepared && dossier.openCase?.rest == rest && dossier.holder == school)
            steps.append(step(11, .submitCase, after: 10, by: school, next: county))
            steps.append(step(12, .forwardCase, after: 11, by: county, next: city))
            dossier = try fold(steps)
            #expect(dossier.holder == city && dossier.openCase?.stand == .evidenceSubmitted && dossier.openCase?.opening == opening)
            steps.append(step(13, .closeCase, after: 12, by: city, next: school))
            dossier = try fold(steps)
            #expect(dossier.stand == rest && dossier.openCase == nil && dossier.holder == school)
        }
    }

    @Test func `a change gives the new version with its approval and not before`() throws {
        let opening = CaseOpening(proposal: StudentRecord([.name: "张玮"]), proposalDigest: hash(99), evidence: [hash(200)])
        var steps = enrolled + [
            step(10, .prepareChange, after: 4, by: school, next: school, opening: opening),
            step(11, .submitCase, after: 10, by: school, next: county),
        ]
        #expect(try fold(steps).record.name == "张伟")
        let returned = try fold(steps + [step(12, .sendBackCase, after: 11, by: county, next: school)])
        #expect(returned.record.name == "张伟" && returned.stand == .enrolled)
        steps.append(step(13, .approveChange, after: 11, by: county, next: school, name: "张玮"))
        let approved = try fold(steps)
        #expect(approved.record.name == "张玮" && approved.stand == .enrolled && approved.number == "L1" && approved.keyDigest == hash(113))
    }

    @Test func `a deletion goes to the lowest common authority of all, and nobody else grants it`() throws {
        for (homes, authority) in [([neighbour], city), ([neighbour, far], .centre), ([school], county)] as [([UnitCode], UnitCode)] {
            let parties = homes.enumerated().map { party($1, UInt8(20 + $0)) }
            let asked = step(10, .requestProblemDeletion, after: 4, by: school, next: authority, opening: CaseOpening(parties: parties))
            #expect(try fold(enrolled + [asked]).holder == authority)
            let granted = step(11, .grantProblemDeletion, after: 10, by: authority, next: nil)
            let dossier = try fold(enrolled + [asked, granted])
            #expect(dossier.stand == .deleted && dossier.holder == nil && dossier.problems.isEmpty)
            let other: UnitCode = authority == county ? city : county
            let forged = step(12, .grantProblemDeletion, after: 10, by: other, next: nil)
            #expect(try fold(enrolled + [asked, forged]).void == [hash(12)])
            let stray = step(13, .requestProblemDeletion, after: 4, by: school, next: other, opening: CaseOpening(parties: parties))
            #expect(try fold(enrolled + [stray]).void == [hash(13)])
        }
    }

    @Test func `who stands above is judged by the records that the opening cites`() throws {
        let asked = step(
            10, .requestProblemDeletion, after: 4, by: school, next: city, opening: CaseOpening(parties: [party(neighbour, version: 1)]))
        var moved = tree()
        moved.put(Unit(code: neighbour, name: "学校", tier: .school, competent: "430104", kind: "211", stages: [.primary], version: 2))
        #expect(try fold(enrolled + [asked], in: moved).holder == city)
        let unknown = step(
            10, .requestProblemDeletion, after: 4, by: school, next: city, opening: CaseOpening(parties: [party(neighbour, version: 5)]))
        #expect(try fold(enrolled + [unknown]).stand == .enrolled)
    }

    @Test func `a ruling's deletion needs no pen and goes before the school's step at the same place`() throws {
        let mine = step(10, .prepareEvidence, after: 4, by: school, next: school, opening: CaseOpening(parties: [party(far)]))
        let ruled = step(11, .deleteByRuling, after: 4, by: .centre, next: nil)
        let dossier = try fold(enrolled + [mine, ruled])
        #expect(dossier.stand == .deleted && dossier.void == [hash(10)])
        // A sister school, or the school itself, may not.
        for by in [neighbour, school] {
            #expect(try fold(enrolled + [step(12, .deleteByRuling, after: 4, by: by, next: nil)]).void == [hash(12)])
        }
        // One that lost its place, for the school had gone on before a higher step, is said again on the present head.
        let late = step(13, .deleteByRuling, after: 10, by: county, next: nil)
        #expect(try fold(enrolled + [mine, late]).stand == .deleted)
    }

    @Test func `a case that opens without saying what it is about does not count, nor does a step that says it needlessly`() throws {
        #expect(try fold(enrolled + [step(10, .prepareEvidence, after: 4, by: school, next: school)]).void == [hash(10)])
        let odd = step(10, .applyForDeletion, after: 4, by: school, next: county, opening: CaseOpening())
        #expect(try fold(enrolled + [odd]).void == [hash(10)])
    }

    @Test func `rulings settle what verdicts have raised, pair by pair, in any order`() throws {
        func card(_ n: UInt8) -> PeerCard {
            PeerCard(dossier: DossierID(repeating: n), problem: "id_dup", name: "李明", sex: "1", birthDate: "20160305", school: far, schoolName: "")
        }
        func verdict(_ by: UnitCode, _ tier: Tier, _ peers: [PeerCard], _ position: Int64 = 1) -> Verdict {
            Verdict(dossier: id, keyDigest: hash(101), by: by, tier: tier, position: position, problems: ["id_dup"], peers: peers, at: 0)
        }
        func ruling(_ n: UInt8, upheld: DossierID, by: UnitCode = .centre, tier: Tier = .centre, number: String = "11010519491231002X") -> Ruling {
            Ruling(
                party(school, 7), party(far, n), finding: .different, upheld: upheld, idNumber: number, by: by, tier: tier, position: 1,
                reason: "已核实", at: 0)
        }
        let words = [verdict(.centre, .centre, [card(20), card(21)]), verdict(county, .county, [card(20)])]
        #expect(try fold(enrolled, verdicts: words).problems == ["id_dup"])
        #expect(try fold(enrolled, rulings: [ruling(20, upheld: id)], verdicts: words).problems == ["id_dup"])
        let both = [ruling(20, upheld: id), ruling(21, upheld: id)]
        let settled = try fold(enrolled, rulings: both, verdicts: words)
        #expect(settled.problems.isEmpty && settled.isClean(atLeast: .centre) && settled.openPeers.isEmpty)
        let lower = ruling(21, upheld: DossierID(repeating: 21), by: city, tier: .city)
        #expect(try fold(enrolled, rulings: both + [lower], verdicts: words).problems.isEmpty)
        #expect(try fold(enrolled, rulings: [both[0], lower], verdicts: words).problems == ["id_dup"])
        // Who joins later is not settled by what was said of others.
        let third = words + [verdict(.centre, .centre, [card(20), card(21), card(22)], 2)]
        #expect(try fold(enrolled, rulings: both, verdicts: third).openPeers.map(\.dossier) == [DossierID(repeating: 22)])
        // A verdict that may not name everybody is not settled by rulings on those it names.
        let many = (0..<UInt8(Dossier.maxPeers)).map { card(50 + $0) }
        let all = many.map { ruling($0.dossier.bytes[0], upheld: id) }
        #expect(try fold(enrolled, rulings: all, verdicts: [verdict(.centre, .centre, many)]).problems == ["id_dup"])
    }

    @Test func `a number that the register disowns is a problem until an authority upholds that number`() throws {
        let answer = IdentityAnswer(dossier: id, keyDigest: hash(101), answer: "unknown", position: 1)
        func problems(_ rulings: [Ruling]) -> [String]? {
            Fold.dossier(id, DossierFacts(steps: enrolled, answers: [answer], rulings: rulings), topology: tree())?.problems
        }
        func genuine(_ number: String) -> Ruling {
            Ruling(
                party(school, 7), party(school, 7), finding: .genuine, upheld: nil, idNumber: number, by: county, tier: .county,
                position: 1, reason: "户籍证明", at: 0)
        }
        #expect(problems([]) == ["id_bad"] && problems([genuine("11010519491231002X")]) == [] && problems([genuine("X")]) == ["id_bad"])
    }
}
