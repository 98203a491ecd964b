import Rules
import Testing

@testable import Bench

@Suite struct SearchPupilsTests {
    @Test func everyPupilHasANumberAndADossierOfItsOwn() throws {
        let pupils = try SearchPupils(4_500, seed: 3)
        #expect(pupils.schools == 5 && pupils.counties.count == 2)
        let numbers = (0..<pupils.count).map(pupils.idNumber)
        #expect(Set(numbers).count == pupils.count && Set((0..<pupils.count).map(pupils.dossier)).count == pupils.count)
        for pupil in stride(from: 0, to: pupils.count, by: 97) {
            let record = pupils.record(pupil)
            #expect(numbers[pupil].last == ResidentIDNumber.checkDigit(for17: String(numbers[pupil].dropLast())))
            #expect(numbers[pupil].count == 18 && numbers[pupil].hasPrefix(pupils.counties[pupils.county(pupil)].text))
            #expect(numbers[pupil].dropFirst(6).hasPrefix(record[.birthDate] ?? "-") && record[.idNumber] == numbers[pupil])
            #expect((numbers[pupil].dropLast().last?.wholeNumberValue ?? 0) % 2 == (record[.sex] == "1" ? 1 : 0))
            #expect(record[.schoolCode] == pupils.schoolCode(pupils.school(pupil)).text && record.classCode == pupils.classCode(pupil))
        }
    }

    @Test func theOrderIsThatOfTheDossiers() throws {
        let pupils = try SearchPupils(500, seed: 3)
        let order = pupils.inOrder()
        let texts = order.map { pupils.dossier($0).description }
        #expect(texts == texts.sorted() && Set(order).count == 500)
        #expect(try SearchPupils(500, seed: 3).inOrder() == order && SearchPupils(500, seed: 4).inOrder() != order)
    }

    @Test func aNameBeginsWithAnotherWhereTheTextsDo() throws {
        let pupils = try SearchPupils(400, seed: 5)
        let texts = pupils.names.map(pupils.text)
        for one in stride(from: 0, to: 400, by: 13) {
            let found = (0..<400).filter { pupils.begins($0, with: pupils.names[one]) }
            #expect(found == (0..<400).filter { texts[$0].hasPrefix(texts[one]) } && found.contains(one))
        }
    }

    @Test func moreThanNumbersCanBeMadeForAreRefused() {
        #expect(throws: BenchFailure.self) { try SearchPupils(6_000_000, seed: 3) }
    }
}
