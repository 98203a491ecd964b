import Testing
@testable import Rules

@Suite("Class numbers of campuses")
struct ClassNumberingTests {
    private func codes(_ numbers: some Sequence<Int>, year: Int = 2024, stage: Stage = .primary) -> [ClassCode] {
        numbers.compactMap { ClassCode(year: year, stage: stage, number: $0) }
    }

    @Test("the branch goes on after the main campus: ten classes there, eleven is next (Q16)")
    func sequential() throws {
        let numbering = ClassNumbering.sequential
        let next = try numbering.next(2, year: 2024, stage: .primary, campus: 1, taken: codes(1...10))
        #expect(next.map(\.text) == ["2024111", "2024112"])
        let first = try numbering.next(year: 2024, stage: .junior, taken: codes(1...10))
        #expect(first.map(\.text) == ["2024201"], "another stage is another cohort")
    }

    @Test("a number once given is not given again, though a gap is left")
    func gaps() throws {
        let next = try ClassNumbering.sequential.next(year: 2024, stage: .primary, taken: codes([1, 2, 5]))
        #expect(next.map(\.number) == [6])
    }

    @Test("a reserved range is kept to (Q16)")
    func reserved() throws {
        let numbering = try ClassNumbering(.reserved([0: 1...20, 1: 21...30]))
        #expect(try numbering.next(year: 2024, stage: .primary, campus: 1, taken: codes(1...3)).map(\.number) == [21])
        #expect(try numbering.next(year: 2024, stage: .primary, campus: 0, taken: codes([1, 21])).map(\.number) == [2])
        #expect(throws: ClassNumberingError.campusWithoutRange(2)) {
            try numbering.next(year: 2024, stage: .primary, campus: 2, taken: [])
        }
    }

    @Test("ranges that overlap or leave 01–99 are refused")
    func ranges() {
        #expect(throws: ClassNumberingError.rangesOverlap(0, 1)) { try ClassNumbering(.reserved([0: 1...20, 1: 20...30])) }
        #expect(throws: ClassNumberingError.rangeOutOfBounds(campus: 1, range: 90...100)) {
            try ClassNumbering(.reserved([0: 1...20, 1: 90...100]))
        }
        #expect(throws: ClassNumberingError.rangeOutOfBounds(campus: 0, range: 0...20)) { try ClassNumbering(.reserved([0: 0...20])) }
    }

    @Test("after ninety-nine, and at the end of a range, there are no more")
    func exhausted() throws {
        #expect(throws: ClassNumberingError.exhausted(campus: 0, range: 1...99, left: 1)) {
            try ClassNumbering.sequential.next(2, year: 2024, stage: .primary, taken: codes(1...98))
        }
        #expect(try ClassNumbering.sequential.next(1, year: 2024, stage: .primary, taken: codes(1...98)).map(\.number) == [99])
        let numbering = try ClassNumbering(.reserved([0: 1...20]))
        #expect(throws: ClassNumberingError.exhausted(campus: 0, range: 1...20, left: 0)) {
            try numbering.next(year: 2024, stage: .primary, taken: codes(1...20))
        }
    }

    @Test("a chosen number outside the campus's range, or taken, is refused")
    func chosen() throws {
        let numbering = try ClassNumbering(.reserved([0: 1...20, 1: 21...30]))
        let fifth = try #require(ClassCode("2024105"))
        try numbering.check(fifth, campus: 0, taken: [])
        #expect(throws: ClassNumberingError.outsideRange(fifth, campus: 1, range: 21...30)) {
            try numbering.check(fifth, campus: 1, taken: [])
        }
        #expect(throws: ClassNumberingError.taken(fifth)) { try ClassNumbering.sequential.check(fifth, campus: 0, taken: [fifth]) }
    }

    @Test("an error names campus and range in Chinese and says what to do")
    func messages() {
        let error = ClassNumberingError.exhausted(campus: 1, range: 1...20, left: 3)
        #expect(error.message == "校区 1本届班序号不够：号段 01—20 只剩 3 个")
        #expect(error.remedy.isEmpty == false)
    }
}
