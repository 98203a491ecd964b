import Features
import Foundation
import Rules
import Testing

@Suite struct WeightTrainingTests {
    private typealias Rows = SuspectWriterTests

    private static let brother = "33,3431025001,周语军,1,20170815,Z,,431025000000,431025滨河路12号3栋501室,13787654321,夏红晨,431025198203040027,13787654321\n"

    private func folder(decided: String) throws -> AuditTests.Folder {
        let folder = try AuditTests.Folder()
        let pupils = Rows.header + (Rows.others + [Rows.child, Rows.twin, Rows.double, Self.brother]).joined()
        try Data(pupils.utf8).write(to: URL(fileURLWithPath: folder.file("in.csv")))
        try Data(decided.utf8).write(to: URL(fileURLWithPath: folder.file("decided.csv")))
        return folder
    }

    private func train(_ folder: AuditTests.Folder) throws -> WeightTraining.Report {
        try WeightTraining.run(
            [.init(pupils: folder.file("in.csv"), decided: folder.file("decided.csv"))], output: folder.file("weights"), threshold: 2.5)
    }

    @Test func `Weights come out of decided pairs and serve an audit`() throws {
        let folder = try folder(decided: "rec_no_a,rec_no_b,same\n31,7,1\n31,32,0\n")
        let report = try train(folder)
        #expect(report.rows == 44 && report.decided == 1 && report.compared == 1 && report.candidates >= 3)
        let weights = try #require(SuspicionWeights(text: String(contentsOfFile: folder.file("weights"), encoding: .utf8)))
        #expect(weights.threshold == 2.5)
        let audit = try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv"), suspect: true, weights: folder.file("weights")) { 0 }
        #expect(audit.pairs[.suspect] == 1)
    }

    @Test func `Decisions about records that are not there are refused with their line`() throws {
        for (line, error) in [("31,99,1", AuditError.unknownRecordNumber(line: 3)), ("31,31,1", .unknownRecordNumber(line: 3))] {
            let folder = try folder(decided: "rec_no_a,rec_no_b,same\n31,7,1\n\(line)\n")
            #expect(throws: error) { try train(folder) }
            #expect(!folder.names.contains("weights"))
        }
        #expect(throws: AuditError.missingColumnsOfDecisions(["rec_no_a", "rec_no_b", "same"])) { try train(folder(decided: "a,b\n")) }
    }

    @Test func `Without a pair of one child nothing is learnt`() throws {
        let folder = try folder(decided: "rec_no_a,rec_no_b,same\n31,7,0\n")
        #expect(throws: AuditError.tooFewDecisions) { try train(folder) }
    }
}
