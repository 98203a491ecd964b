import Rules
import Testing

@testable import Bench

@Suite struct SearchMillionTests {
    @Test func theOracleSaysWhatABruteLookSays() throws {
        let pupils = try SearchPupils(2_300, seed: 7)
        let oracle = SearchOracle(pupils)
        let order = (0..<pupils.count).sorted { pupils.dossier($0).description < pupils.dossier($1).description }
        for number in 0..<6 {
            let county = number % 2 == 0 ? nil : Optional(pupils.county(number * 7919 % pupils.count))
            let seen = order.filter { county == nil || pupils.county($0) == county }
            let name = oracle.question(.name, number: number)
            let named = seen.filter { (pupils.record($0)[.name] ?? "").hasPrefix(name.search) }
            #expect(name.total == named.count && name.page == Array(named.prefix(100)) && name.query == nil)
            let middle = oracle.question(.middle, number: number)
            #expect(middle.total == seen.count && middle.page.first == seen[seen.count / 2] && middle.page.count == 100)
            #expect(middle.query == "?after=\(pupils.dossier(seen[seen.count / 2 - 1]))")
            #expect(oracle.question(.last, number: number).page == Array(seen.suffix(100)))
            #expect(oracle.question(.first, number: number).page == Array(seen.prefix(100)))
            #expect(middle.unit == (county.map { pupils.counties[$0] } ?? .centre))
        }
    }

    @Test func classesStatesAndNumbersAreOfTheRightPupils() throws {
        let pupils = try SearchPupils(2_300, seed: 7)
        let oracle = SearchOracle(pupils)
        let one = oracle.question(.class, number: 1)
        #expect(!one.page.isEmpty && Set(one.page.map(pupils.classCode)).count == 1 && Set(one.page.map(pupils.school)).count == 1)
        #expect(oracle.question(.state, number: 0).total == 1000 && oracle.question(.state, number: 2).total == 1300)
        let number = oracle.question(.number, number: 1)
        #expect(number.total == 1 && number.search == "G" + pupils.idNumber(number.page[0]) && number.page[0] < 1000)
        #expect(oracle.question(.idNumber, number: 0).search == pupils.record(0)[.idNumber])
    }
}
