@testable import Rules
import Testing

struct SuspicionFrequenciesTests {
    @Test func `dense birth dates make an equal one worth less`() {
        let sparse = SuspicionRegister(SuspicionPeople.strangers(120)).frequencies
        let dense = SuspicionRegister(SuspicionPeople.strangers(120).map { subject in
            SuspicionSubject(keys: KeyFields(name: subject.keys.name, sex: "1", birthDate: "20120304", idType: "Z", idNumber: ""))
        }).frequencies
        #expect(dense.date(20_120_304) > 20 * sparse.date(20_120_304))
        #expect(dense.birthShares[Int(BirthLikeness.equal.rawValue)] == 1)
        #expect(abs(sparse.birthShares.reduce(0, +) - 1) < 1e-9)
    }

    @Test func `a common name is worth less than a rare one, and the share of numbers is that of the file`() {
        let people = SuspicionPeople.strangers(100) + (0..<40).map { SuspicionPeople.subject("王子涵", "1", "201203\(10 + $0 % 20)") }
        let register = SuspicionRegister(people), book = CharacterBook.standard
        let chance = { (text: String) in
            let name = SuspicionName(text, book)
            let record = register.records.first { register.names[Int($0.name)] == name }
            return register.frequencies.name(
                .equal, name, name, count: record.map { register.nameTexts.count($0.name) } ?? 0,
                sound: record.map { register.sounds[Int($0.name)].whole } ?? 0, book)
        }
        #expect(chance("王子涵") > 50 * chance(people[5].keys.name))
        #expect(abs(register.frequencies.withResidentID - 100.0 / 140) < 1e-9)
    }
}
