import Foundation
import Rules
import Testing

@testable import Bench

@Suite struct IntakeTests {
    @Test func theReferencesTableHasEveryPupilWithEveryColumn() throws {
        let yard = try Yard()
        let table = try IntakeTable(try BenchPupils(3, seed: 1), at: yard.place())
        let lines = try String(contentsOfFile: table.path, encoding: .utf8).split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        #expect(lines.count == 4 && lines.allSatisfy { $0.count == 5 + StudentField.allCases.count })
        #expect(Set(lines.dropFirst().map { $0[0] }).count == 3)
        #expect(lines[0].contains("f_idNumber") && lines[0].contains("f_classCode"))
    }
}
