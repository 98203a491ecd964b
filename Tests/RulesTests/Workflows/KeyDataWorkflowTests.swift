import Testing

@testable import Rules

@Suite struct KeyDataWorkflowTests {
    private let table = Workflow.registrationWithKeyData

    @Test func `the fourth version is the third with the rows of key-data changes`() {
        let before = Workflow.registrationWithProblems
        #expect(table.version == 4 && Array(table.rows.prefix(before.rows.count)) == before.rows)
        #expect(Array(table.rows.dropFirst(before.rows.count)) == Workflow.keyDataRows)
    }

    /// The whole matrix: a change of a shipped table shows here first.
    @Test func `the matrix is the golden one`() {
        #expect(WorkflowMatrix.text(Workflow.keyDataRows) == Self.golden)
    }

    @Test func `every stand can be reached and left, and no stand offers one step twice`() {
        // Where a case goes back to is a stand of its own pupil's, not one of the table's.
        WorkflowMatrix.expectEveryStandReached(in: table, ends: [.deleted, .asBefore])
    }

    @Test func `nobody approves before the check of the proposed version, and no school approves its own`() {
        let approvals = table.rows.filter { $0.step == .approveKeyChange }
        #expect(approvals.count == 1 && approvals.allSatisfy { $0.guards.contains(.proposalClean) && $0.by == .holdingAuthority })
        #expect(table.rows.filter { $0.step == .prepareKeyChange }.allSatisfy { $0.guards.contains(.fieldsControlled) && $0.guards.contains(.evidence) })
    }

    private static let golden = """
        enrolled --prepareKeyChange/homeSchool--> keyChangePrepared @homeSchool [noProblem+evidence+recordValid+fieldsControlled] {opensCase+proposal+reason}
        keyChangePrepared --prepareKeyChange/homeSchool--> keyChangePrepared @homeSchool [evidence+recordValid+fieldsControlled] {opensCase+proposal+reason}
        keyChangePrepared --withdrawCase/homeSchool--> asBefore @homeSchool [] {}
        keyChangePrepared --submitCase/homeSchool--> keyChangeSubmitted @competentAuthority [proposalChecked] {}
        keyChangeSubmitted --forwardCase/holdingAuthority--> keyChangeSubmitted @superiorAuthority [notOursAlone] {}
        keyChangeSubmitted --sendBackCase/holdingAuthority--> keyChangePrepared @homeSchool [] {reason}
        keyChangeSubmitted --approveKeyChange/holdingAuthority--> asBefore @homeSchool [proposalClean] {newRecord}
        keyChangePrepared --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        keyChangeSubmitted --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        """
}
