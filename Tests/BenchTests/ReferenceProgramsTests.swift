import Testing

@testable import Bench

@Suite struct ReferenceProgramsTests {
    @Test func aReferenceAnswersWithOneLine() throws {
        let yard = try Yard()
        let references = try #require(try yard.references("quick", answering: #"{"seconds":0.5,"rows":7,"check":"abc","cpu":0.25}"#))
        #expect(try references.run("quick", []) == Trial(seconds: 0.5, rows: 7, check: "abc", cpuSeconds: 0.25))
        #expect(references.path(of: "missing") == nil)
        #expect(throws: BenchFailure.self) { try references.run("missing", []) }
    }

    @Test func whatIsNoAnswerIsAFailure() throws {
        let yard = try Yard()
        let references = try #require(try yard.references("mumbles", answering: "done"))
        #expect(throws: BenchFailure.self) { try references.run("mumbles", []) }
        #expect(ReferencePrograms(folder: yard.folder + "/nowhere") == nil)
    }
}
