@testable import Rules
import Testing

struct SuspicionSearchTests {
    private typealias People = SuspicionPeople

    private func pairs(_ subjects: [SuspicionSubject]) -> Set<SuspicionPair> {
        Set(SuspicionSearch(subjects).suspicions().map { SuspicionPair($0.one, $0.other) })
    }

    @Test func `families that have nothing to do with each other are not suspected`() {
        #expect(pairs(People.strangers()).isEmpty)
    }

    @Test func `a child entered again with one thing altered is suspected`() {
        var people = People.strangers()
        let child = People.subject(
            "周语嫣", "2", "20140411", id: People.number("431025", "20140411", 924), guardian: "夏红晨", guardianNumber: "431025198203040027",
            phone: "13787654321", address: "431025滨河路12号3栋501室", county: "431025")
        people.append(child)
        let doubles = [
            People.double(child, name: "周雨嫣"), People.double(child, name: "周语阉"), People.double(child, name: "周嫣语"),
            People.double(child, name: "周嫣"), People.double(child, name: "夏语嫣"), People.double(child, name: "周語嫣", birth: "20140421"),
            People.double(child, sex: "1"), People.double(child, birth: "20140412"), People.double(child, birth: "20140511"),
            People.double(child, birth: "20150411"), People.double(child, birth: "20141104"), People.double(child, id: "431025201404116244"),
        ]
        for double in doubles {
            #expect(pairs(people + [double]) == [SuspicionPair(people.count - 1, people.count)], "\(double.keys)")
        }
    }

    @Test func `twins and siblings are not suspected, for all they share`() {
        var people = People.strangers()
        let one = people[7]
        let number = one.keys.idNumber
        let next = People.number(String(number.prefix(6)), one.keys.birthDate, (Int(number.dropFirst(14).prefix(3)) ?? 0) + 2)
        people.append(People.twin(one, name: String(one.keys.name.prefix(2)) + "霞", id: next))
        people.append(People.twin(people[9], name: String(people[9].keys.name.prefix(1)) + "丽娟", id: ""))
        var brother = People.double(people[11], name: String(people[11].keys.name.prefix(2)) + "军", birth: "20170815", id: "")
        brother.school = people[11].school
        brother.phones = people[11].phones
        people.append(brother)
        #expect(pairs(people).isEmpty)
    }

    @Test func `of a family the likeliest child is suspected alone`() {
        var people = People.strangers()
        let child = people[9]
        people.append(People.twin(child, name: String(child.keys.name.prefix(1)) + "丽娟", id: ""))
        people.append(People.double(child, name: String(child.keys.name.dropLast())))
        #expect(pairs(people) == [SuspicionPair(9, people.count - 1)])
    }

    @Test func `what the exact check names is not suspected too`() {
        var people = People.strangers()
        people.append(People.double(people[3]))
        people.append(People.double(people[5], name: people[5].keys.name + "一", id: people[5].keys.idNumber))
        for (one, other) in [(3, people.count - 2), (5, people.count - 1)] {
            #expect(DuplicateOracle.comparison(of: people[one].keys, with: people[other].keys) != nil)
        }
        #expect(pairs(people).isEmpty)
    }

    @Test func `the order of the records changes neither pairs nor scores`() {
        var people = People.strangers()
        for index in stride(from: 0, to: 60, by: 5) {
            people.append(People.double(people[index], birth: "2016" + people[index].keys.birthDate.dropFirst(4)))
            people.append(People.double(people[index + 1], name: people[index + 1].keys.name + "一", sex: "1"))
        }
        let found = Self.scores(people, Array(people.indices))
        #expect(found.count >= 12)
        var chance = People.Shuffle(seed: 5)
        for _ in 0..<4 { #expect(Self.scores(people, chance.order(people.count)) == found) }
    }

    /// Pairs, named by their places in `people`, and scores, of a search in another order.
    private static func scores(_ people: [SuspicionSubject], _ order: [Int]) -> [SuspicionPair: Double] {
        let found = SuspicionSearch(order.map { people[$0] }).suspicions()
        return Dictionary(uniqueKeysWithValues: found.map { (SuspicionPair(order[$0.one], order[$0.other]), $0.score) })
    }

    @Test func `a telephone of many is no household`() {
        var people = People.strangers()
        for index in people.indices where index % 4 == 0 { people[index].phones = ["13800000000"] }
        #expect(pairs(people).isEmpty)
    }

    @Test func `a file with nothing but the key fields still finds a name heard wrongly`() {
        let people = (People.strangers().map(\.keys) + [
            KeyFields(name: "欧阳若曦", sex: "2", birthDate: "20130317", idType: "1", idNumber: People.number("110101", "20130317", 22)),
            KeyFields(name: "欧阳若溪", sex: "2", birthDate: "20130317", idType: "Z", idNumber: ""),
        ]).map { SuspicionSubject(keys: $0) }
        #expect(pairs(people) == [SuspicionPair(people.count - 2, people.count - 1)])
    }

    @Test func `the reasons add up to what speaks for a pair`() throws {
        var people = People.strangers()
        people.append(People.double(people[3], birth: "2016" + people[3].keys.birthDate.dropFirst(4)))
        let reasons = SuspicionSearch(people).reasons(3, people.count - 1)
        #expect(reasons.map(\.field).contains(.guardian) && reasons.first { $0.field == .name }?.level == "equal")
        #expect(zip(reasons, reasons.dropFirst()).allSatisfy { abs($0.bits) >= abs($1.bits) })
        #expect(!reasons.contains { $0.level == "unknown" })
    }

    @Test func `nobody, one, and records that say nothing are no suspicion`() {
        let blank = SuspicionSubject(keys: KeyFields(name: "", sex: "", birthDate: "", idType: "", idNumber: ""))
        #expect(pairs([]).isEmpty && pairs([blank]).isEmpty && pairs([blank, blank, blank]).isEmpty)
    }
}
