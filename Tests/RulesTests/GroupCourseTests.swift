import Rules
import Testing

/// Where a group stands follows from who stood under its key when, and from the rulings.
@Suite struct GroupCourseTests {
    private static func id(_ number: UInt8) -> DossierID {
        guard let id = DossierID([UInt8](repeating: number, count: 16)) else { preconditionFailure("sixteen bytes are a name") }
        return id
    }

    private func spell(
        _ number: UInt8, since: Int64, until: Int64? = nil, _ end: KeySpell.End? = nil, hasID: Bool = true, home: UnitCode = "2144000001"
    ) -> KeySpell {
        KeySpell(dossier: Self.id(number), hasResidentID: hasID, home: home, since: since, until: until, end: end)
    }

    private func rulings(_ pairs: (UInt8, UInt8, Int64)...) -> [DossierPair: Int64] {
        Dictionary(uniqueKeysWithValues: pairs.map { (DossierPair(Self.id($0.0), Self.id($0.1)), $0.2) })
    }

    @Test func `one alone is no group, and neither are two with numbers of their own under one name`() {
        #expect(GroupCourse(.residentID, [spell(1, since: 10)], rulings: [:]) == nil)
        #expect(GroupCourse(.nameSexBirth, [spell(1, since: 10), spell(2, since: 20)], rulings: [:]) == nil)
        #expect(GroupCourse(.residentID, [spell(1, since: 10, until: 15, .deleted), spell(2, since: 20)], rulings: [:]) == nil)
    }

    @Test func `a group is open since its second member came`() throws {
        let course = try #require(GroupCourse(.residentID, [spell(2, since: 20), spell(1, since: 10), spell(3, since: 30)], rulings: [:]))
        #expect(course.since == 20 && course.settled == nil && course.kind == .idDuplicate && course.weight == 93)
        #expect(course.members.map(\.dossier) == [Self.id(1), Self.id(2), Self.id(3)])
    }

    @Test func `a third record opens what was ruled on, from its own day`() throws {
        let two = [spell(1, since: 10), spell(2, since: 20)]
        let ruled = try #require(GroupCourse(.residentID, two, rulings: rulings((2, 1, 40))))
        #expect(ruled.settled == .init(at: 40, how: .ruled) && ruled.since == 20)
        let three = two + [spell(3, since: 90)]
        #expect(GroupCourse(.residentID, three, rulings: rulings((1, 2, 40)))?.since == 90)
        #expect(GroupCourse(.residentID, three, rulings: rulings((1, 2, 40), (1, 3, 95)))?.settled == nil)
        #expect(GroupCourse(.residentID, three, rulings: rulings((1, 2, 40), (1, 3, 95), (2, 3, 96)))?.settled == .init(at: 96, how: .ruled))
    }

    @Test(arguments: [KeySpell.End.deleted, .changed, .dissolved]) func `the last pair's end is the group's`(how: KeySpell.End) throws {
        let spells = [spell(1, since: 10, until: 30, .changed), spell(2, since: 20, until: 50, how), spell(3, since: 25)]
        let course = try #require(GroupCourse(.residentID, spells, rulings: [:]))
        #expect(course.settled == .init(at: 50, how: how) && course.since == 25)
        #expect(course.members.map(\.dossier) == [Self.id(2), Self.id(3)])
        #expect(GroupCourse(.residentID, spells, rulings: rulings((2, 3, 45)))?.settled == .init(at: 45, how: .ruled), "a person's ruling stays")
        #expect(GroupCourse(.residentID, spells + [spell(4, since: 60)], rulings: [:])?.settled == nil, "it opens again with another")
    }

    @Test func `under one name the gravest of the pairs gives the kind`() {
        let without = [spell(1, since: 10, hasID: false), spell(2, since: 20, hasID: true)]
        #expect(GroupCourse(.nameSexBirth, without, rulings: [:])?.kind == .nsdCross)
        let course = GroupCourse(.nameSexBirth, without + [spell(3, since: 30, hasID: true), spell(4, since: 40, hasID: false)], rulings: [:])
        #expect(course?.kind == .nsdDuplicate && course?.since == 20)
    }

    @Test func `who gets a number leaves the group of those without one by a change`() {
        let spells = [
            spell(1, since: 10, until: 30, .changed, hasID: false), spell(1, since: 30, hasID: true),
            spell(2, since: 20, until: 40, .changed, hasID: false), spell(2, since: 40, hasID: true),
        ]
        #expect(GroupCourse(.nameSexBirth, spells, rulings: [:])?.settled == .init(at: 40, how: .changed))
    }

    @Test func `a hand-over ends nothing for who sees both schools`() {
        let spells = [
            spell(1, since: 10), spell(2, since: 20, until: 50, .dissolved), spell(2, since: 50, home: "2143000001"),
        ]
        #expect(GroupCourse(.residentID, spells, rulings: [:])?.since == 20)
        let left = GroupCourse(.residentID, spells.filter { $0.home == "2144000001" }, rulings: [:])
        #expect(left?.settled == .init(at: 50, how: .dissolved))
    }
}
