import Testing

@testable import Bench

@Suite struct CrewTests {
    @Test func resultsComeInTheOrderOfTheNumbers() throws {
        #expect(try Crew.run(5) { $0 * 10 } == [0, 10, 20, 30, 40])
    }

    @Test func oneFailureIsTheFailureOfAll() {
        #expect(throws: BenchFailure("3")) {
            try Crew.run(5) { number in
                if number == 3 { throw BenchFailure("3") }
            }
        }
    }
}
