import Testing
@testable import Rules

@Suite("Grades")
struct GradeTests {
    @Test("the grade follows from entry, school year and length of the stage (Q15, Q79)", arguments: [
        ("2024101", 2024, 6, "一年级"), ("2019101", 2024, 6, "六年级"), ("2020101", 2024, 5, "五年级"), ("2024201", 2024, 3, "初一"),
        ("2021201", 2024, 4, "初四"), ("2022301", 2024, 3, "高三"),
    ])
    func labels(code: String, schoolYear: Int, length: Int, label: String) throws {
        let code = try #require(ClassCode(code))
        let grade = try #require(Grade(of: code, schoolYear: schoolYear, length: length))
        #expect(grade.label == label)
        #expect(grade.isOver == false)
    }

    @Test("a class of five years' primary school is final in the fifth, one of six years' is not")
    func finalYear() throws {
        #expect(try #require(Grade(stage: .primary, entryYear: 2020, schoolYear: 2024, length: 5)).isFinal)
        #expect(try #require(Grade(stage: .primary, entryYear: 2020, schoolYear: 2024, length: 6)).isFinal == false)
        let over = try #require(Grade(stage: .primary, entryYear: 2019, schoolYear: 2024, length: 5))
        #expect(over.isOver)
        #expect(over.label == nil)
    }

    @Test("who skipped a year is ahead, who repeats one is behind")
    func offsets() {
        #expect(Grade(stage: .primary, entryYear: 2022, schoolYear: 2024, length: 6, offset: 1)?.label == "四年级")
        #expect(Grade(stage: .senior, entryYear: 2022, schoolYear: 2024, length: 3, offset: -1)?.label == "高二")
    }

    @Test("before entry, and for a length no school has, there is no grade")
    func none() {
        #expect(Grade(stage: .primary, entryYear: 2025, schoolYear: 2024, length: 6) == nil)
        #expect(Grade(stage: .primary, entryYear: 2020, schoolYear: 2024, length: 4) == nil)
        #expect(Grade(stage: .senior, entryYear: 2024, schoolYear: 2024, length: 4) == nil)
    }
}
