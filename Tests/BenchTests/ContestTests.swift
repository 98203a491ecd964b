import Testing

@testable import Bench

@Suite struct ContestTests {
    @Test func bothSidesRunByTurnsAfterAWarmUp() async throws {
        var turns = ""
        let contest = try await Contest.run(2, own: {
            turns += "a"
            return Trial(seconds: 1, rows: 10, check: "x")
        }, reference: {
            turns += "b"
            return Trial(seconds: 2, rows: 10, check: "x")
        })
        #expect(turns == "ababab")
        #expect(contest.own.count == 2 && contest.reference.count == 2)
        let figure = contest.rate("f", "f", goal: .ratioAtLeast(2), referenceName: "other")
        #expect(figure.value == 10 && figure.referenceValue == 5 && figure.ratio == 2)
        #expect(figure.isMet == true && figure.correct)
    }

    @Test func anAnswerThatDiffersIsIncorrectHoweverFast() async throws {
        let contest = try await Contest.run(
            1, own: { Trial(seconds: 0.1, rows: 10, check: "x") }, reference: { Trial(seconds: 9, rows: 10, check: "y") })
        #expect(!contest.rate("f", "f", goal: nil, referenceName: "other").correct)
    }

    @Test func theOraclesAnswerIsAskedOfBothSides() async throws {
        let contest = try await Contest.run(1, own: { Trial(seconds: 1, rows: 1, check: "x") }, reference: nil)
        #expect(!contest.rate("f", "f", goal: nil, referenceName: "other", expected: "z").correct)
        let alone = contest.rate("f", "f", goal: .ratioAtLeast(1), referenceName: "other", expected: "x")
        #expect(alone.correct && alone.reference == nil && alone.ratio == nil && alone.isMet == nil)
    }
}
