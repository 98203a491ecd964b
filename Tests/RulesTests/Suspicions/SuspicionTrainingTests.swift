@testable import Rules
import Testing

struct SuspicionTrainingTests {
    private typealias People = SuspicionPeople

    /// Families with a double, a twin and a brother here and there, and the pairs of one child.
    private func lesson() -> ([SuspicionSubject], Set<SuspicionPair>) {
        var people = People.strangers(), same = Set<SuspicionPair>()
        for index in stride(from: 0, to: 90, by: 3) {
            same.insert(SuspicionPair(index, people.count))
            people.append(People.double(people[index], birth: "2016" + people[index].keys.birthDate.dropFirst(4)))
            people.append(People.twin(people[index + 1], name: String(people[index + 1].keys.name.prefix(1)) + "丽娟", id: ""))
            var brother = People.twin(people[index + 2], name: String(people[index + 2].keys.name.prefix(2)) + "军", id: "")
            brother.keys = KeyFields(name: brother.keys.name, sex: "1", birthDate: "20171231", idType: "Z", idNumber: "")
            people.append(brother)
        }
        return (people, same)
    }

    @Test func `levels are learnt from what was decided`() throws {
        let (people, same) = lesson()
        var training = SuspicionTraining()
        training.learn(from: people, decided: same)
        #expect(training.decided == 30 && training.compared == 30 && training.records == people.count)
        let weights = try #require(training.weights(threshold: 2))
        let name = UInt8(NameLikeness.equal.rawValue), birth = UInt8(BirthLikeness.equal.rawValue)
        #expect(weights.log(.same, .name, name) > weights.log(.twins, .name, name) + 3)
        #expect(weights.log(.twins, .birthDate, birth) > weights.log(.same, .birthDate, birth) + 3)
        #expect(weights.threshold == 2 && weights.pairsPerRecord.allSatisfy { $0 > 0 })
        #expect(SuspicionWeights(text: weights.text) != nil)
    }

    @Test func `what was learnt finds the same pairs again and spares the twins`() throws {
        let (people, same) = lesson()
        var training = SuspicionTraining()
        training.learn(from: people, decided: same)
        let search = SuspicionSearch(people, weights: try #require(training.weights(threshold: 3)))
        let found = Set(search.suspicions().map { SuspicionPair($0.one, $0.other) })
        #expect(found == same)
    }

    @Test func `without a pair of each relation there are no weights`() {
        var training = SuspicionTraining()
        #expect(training.weights(threshold: 3) == nil)
        training.learn(from: People.strangers(), decided: [])
        #expect(training.weights(threshold: 3) == nil)
    }
}
