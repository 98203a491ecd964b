import Testing

@testable import Rules

@Suite struct RulingTests {
    private static let school: UnitCode = "2144000001"

    private static func id(_ number: Int) -> DossierID { DossierID(repeating: UInt8(number)) }

    private static func party(_ number: Int) -> CaseParty { CaseParty(dossier: id(number), home: school, topology: 1) }

    private static func ruling(
        _ one: Int, _ other: Int, _ finding: Ruling.Finding = .different, upheld: Int? = nil, number: String = "X", tier: Tier = .county,
        by: UnitCode = "440106", position: Int64 = 1
    ) -> Ruling {
        Ruling(
            party(one), party(other), finding: finding, upheld: upheld.map { id($0) }, idNumber: number, by: by, tier: tier,
            position: position, reason: "已核实", at: 0)
    }

    @Test func `different children without a number settle the pair for both, with a number for the one upheld`() {
        let twins = Self.ruling(1, 2, number: "")
        #expect(twins.settles(.nsdDuplicate, for: Self.id(1), idNumber: "") && twins.settles(.nsdDuplicate, for: Self.id(2), idNumber: ""))
        #expect(!twins.settles(.idDuplicate, for: Self.id(1), idNumber: "X"))
        let number = Self.ruling(1, 2, upheld: 2)
        #expect(number.settles(.idDuplicate, for: Self.id(2), idNumber: "X") && !number.settles(.idDuplicate, for: Self.id(1), idNumber: "X"))
        #expect(!number.settles(.idDuplicate, for: Self.id(2), idNumber: "Y"), "it spoke of another number")
    }

    @Test func `one child keeps the registration upheld, and the ruling is against the other`() {
        let same = Self.ruling(1, 2, .same, upheld: 1)
        #expect(same.settles(.nsdDuplicate, for: Self.id(1), idNumber: "") && !same.settles(.nsdDuplicate, for: Self.id(2), idNumber: ""))
        #expect(same.isAgainst(Self.id(2)) && !same.isAgainst(Self.id(1)))
    }

    @Test func `what makes no sense by itself does not count`() {
        #expect(!Self.ruling(1, 2, .same).isSound && !Self.ruling(1, 2, .same, upheld: 3).isSound && !Self.ruling(1, 1).isSound)
        #expect(Self.ruling(1, 1, .genuine).isSound && !Self.ruling(1, 1, .genuine, number: "").isSound)
        #expect([Self.ruling(1, 2, .same, upheld: 3)].counting.isEmpty)
    }

    @Test func `the order of the pair does not matter`() {
        #expect(Self.ruling(2, 1) == Self.ruling(1, 2))
        #expect(DossierPair(Self.id(2), Self.id(1)) == DossierPair(Self.id(1), Self.id(2)))
    }

    /// Any set of rulings, in any order, with repetitions: the same count; of one number at most one holder has won every pair.
    @Test func `any set of rulings gives one outcome, in which at most one of those who share a number is upheld`() {
        var state: UInt64 = 7
        func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        for _ in 0..<400 {
            let members = 2 + next(4)
            let said = (0..<(1 + next(14))).map { _ in
                let one = 1 + next(members)
                let other = 1 + (one + next(members - 1)) % members
                let tiers: [(Tier, UnitCode)] = [(.county, "440106"), (.city, "440100"), (.centre, .centre)]
                let (tier, by) = tiers[next(3)]
                return Self.ruling(
                    one, other, next(3) == 0 ? .same : .different, upheld: next(5) == 0 ? nil : [one, other][next(2)], tier: tier, by: by,
                    position: Int64(1 + next(4)))
            }
            let counting = said.counting
            var shuffled = (said + said.prefix(next(said.count + 1))).map { ($0, next(1000)) }
            shuffled.sort { $0.1 < $1.1 }
            #expect(shuffled.map(\.0).counting == counting)
            let upheld = (1...members).filter { member in
                (1...members).filter { $0 != member }.allSatisfy { other in
                    counting.first { $0.pair == DossierPair(Self.id(member), Self.id(other)) }?
                        .settles(.idDuplicate, for: Self.id(member), idNumber: "X") ?? false
                }
            }
            #expect(upheld.count <= 1)
            for ruling in counting {
                let rivals = said.filter { $0.isSound && $0.pair == ruling.pair }
                #expect(rivals.allSatisfy { $0.tier <= ruling.tier })
            }
        }
    }
}
