@testable import Rules
import Testing

struct SuspicionRegisterTests {
    private func phones(_ people: [SuspicionSubject]) -> [Int32] { SuspicionRegister(people).records.map(\.phones.0) }

    @Test func `a telephone of more records than a household has is forgotten`() {
        let people = (0...SuspicionRegister.householdLimit).map { SuspicionPeople.subject("王伟\($0)", "1", "20120304", phone: "13912345678") }
        #expect(phones(Array(people.dropLast())).allSatisfy { $0 != 0 })
        #expect(phones(people).allSatisfy { $0 == 0 })
    }

    @Test func `a number that ends in one digit alone is forgotten wherever it stands`() {
        let person = SuspicionPeople.subject("王伟", "1", "20120304", guardianNumber: "111111111111111111", phone: "13800000000")
        let record = SuspicionRegister([person]).records[0]
        #expect(record.phones.0 == 0 && record.guardianNumbers.0 == 0)
    }

    @Test func `dates with signs between, and divisions of twelve digits, are read`() {
        let person = SuspicionPeople.subject("王伟", "1", "2012-03-04", county: "110101000000")
        let other = SuspicionPeople.subject("王伟", "1", "20120304", county: "110101")
        let records = SuspicionRegister([person, other]).records
        #expect(records[0].birthDate == 20_120_304 && records[0].hukou == records[1].hukou)
        #expect(records[0].nameSexBirth != records[1].nameSexBirth)
    }

    @Test func `the numbers of an address stand without the division before and with two of them at least`() {
        let houses = ["110101人民路24号9栋201室", "人民路 24号9幢201", "人民路24号", ""].map { address in
            SuspicionRegister([SuspicionPeople.subject("王伟", "1", "20120304", address: address)])
        }.map { $0.houses[$0.records[0].houseNumbers] }
        #expect(houses == ["24.9.201", "24.9.201", "", ""])
    }
}
