import Rules
import Testing

@Suite struct DuplicateIndexTests {
    typealias Index = InMemoryDuplicateIndex<Int>

    private func index(_ people: KeyFields...) -> Index {
        var index = Index()
        for (number, person) in people.enumerated() { _ = index.insert(number, person) }
        return index
    }

    @Test func `Two schools that enter the same number make a problem on both sides`() {
        let index = index(DuplicatePeople.zhangWei, DuplicatePeople.zhangWeiAtAnotherSchool)
        #expect(index.problems(of: 0) == [DuplicateProblem(kind: .idDuplicate, peers: [1])])
        #expect(index.problems(of: 1) == [DuplicateProblem(kind: .idDuplicate, peers: [0])])
    }

    @Test func `Two children of the same name and birthday with numbers of their own are left in peace`() {
        let index = index(DuplicatePeople.zhangWei, DuplicatePeople.anotherZhangWei)
        #expect(index.problems(of: 0).isEmpty && index.problems(of: 1).isEmpty)
    }

    @Test func `Twin sisters are left in peace`() {
        let index = index(DuplicatePeople.twinSisters[0], DuplicatePeople.twinSisters[1])
        #expect(index.problems(of: 0).isEmpty && index.problems(of: 1).isEmpty)
    }

    @Test func `With a number against without one is a suspicion, without against without is a problem`() {
        let index = index(
            DuplicatePeople.zhangWei, DuplicatePeople.zhangWeiWithoutID, DuplicatePeople.zhangWeiOnPassport)
        #expect(index.problems(of: 0) == [DuplicateProblem(kind: .nsdCross, peers: [1, 2])])
        #expect(index.problems(of: 1) == [
            DuplicateProblem(kind: .nsdDuplicate, peers: [2]), DuplicateProblem(kind: .nsdCross, peers: [0]),
        ])
    }

    @Test func `A wrong check digit is a problem without peers`() {
        #expect(index(DuplicatePeople.wrongCheckDigit).problems(of: 0) == [DuplicateProblem(kind: .idInvalid)])
    }

    @Test func `Type one without a number is compared like a pupil without a resident ID`() {
        let index = index(DuplicatePeople.typeOneWithoutNumber, DuplicatePeople.typeOneWithoutNumber)
        #expect(index.problems(of: 0) == [DuplicateProblem(kind: .nsdDuplicate, peers: [1])])
    }

    @Test func `A replay changes nothing and affects nobody`() {
        var index = index(DuplicatePeople.zhangWei)
        #expect(index.insert(0, DuplicatePeople.zhangWei).isEmpty)
        #expect(index.members(of: DuplicatePeople.zhangWei.keys[0]).members.count == 1)
    }

    @Test func `A mended number leaves the old group and says whom to judge anew`() {
        var index = index(DuplicatePeople.zhangWei, DuplicatePeople.zhangWei)
        let changed = index.insert(1, DuplicatePeople.anotherZhangWei)
        #expect(changed.map(\.key.text) == ["id:110102201611054337", "id:440106201611050012"])
        #expect(changed[0].members.map(\.subject) == [0])
        #expect(index.problems(of: 0).isEmpty)
    }

    @Test func `Losing the number is a change of the name group too, though its members stay the same`() {
        var index = index(DuplicatePeople.zhangWei, DuplicatePeople.zhangWeiWithoutID)
        let changed = index.insert(0, DuplicatePeople.zhangWeiOnPassport)
        #expect(changed.map(\.key.comparison) == [.residentID, .nameSexBirth])
        #expect(index.problems(of: 1) == [DuplicateProblem(kind: .nsdDuplicate, peers: [0])])
    }

    @Test func `Whoever is removed is no longer anybody's peer`() {
        var index = index(DuplicatePeople.zhangWei, DuplicatePeople.zhangWei)
        #expect(index.remove(1).map(\.members.count) == [1, 1])
        #expect(index.remove(1).isEmpty)
        #expect(index.problems(of: 0).isEmpty)
    }

    @Test func `Proposed values are judged without being put in`() throws {
        let index = index(DuplicatePeople.zhangWei, DuplicatePeople.twinSisters[0])
        let problems = try index.problems(of: 1, with: DuplicatePeople.zhangWeiAtAnotherSchool)
        #expect(problems == [DuplicateProblem(kind: .idDuplicate, peers: [0])])
        #expect(index.problems(of: 0).isEmpty)
    }
}
