import Testing

@testable import Rules

@Suite struct ProblemWorkflowTests {
    private let table = Workflow.registrationWithProblems

    @Test func `the third version is the second with the rows of problem records`() {
        let before = Workflow.registrationWithHandOver
        #expect(table.version == 3 && Array(table.rows.prefix(before.rows.count)) == before.rows)
        #expect(Array(table.rows.dropFirst(before.rows.count)) == Workflow.problemRows)
    }

    /// The whole matrix: a change of a shipped table shows here first.
    @Test func `the matrix is the golden one`() {
        #expect(WorkflowMatrix.text(Workflow.problemRows) == Self.golden)
    }

    @Test func `every stand can be reached and left, and no stand offers one step twice`() {
        // Where a case goes back to is a stand of its own pupil's, not one of the table's.
        WorkflowMatrix.expectEveryStandReached(in: table, ends: [.deleted, .asBefore])
    }

    @Test func `whoever holds the pen in a case has a step to take`() {
        for row in Workflow.problemRows where row.to.isInCase {
            let takers = table.steps(from: row.to).filter { !$0.effects.contains(.override) }.map(\.by)
            switch row.holder {
            case .homeSchool: #expect(takers.contains(.homeSchool))
            case .competentAuthority, .superiorAuthority: #expect(takers.contains(.holdingAuthority))
            default: #expect(takers.contains(row.holder))
            }
        }
    }

    @Test func `a school cannot end its own problem, and alone an authority's step needs no pen`() {
        let ends = Workflow.problemRows.filter { [.closeCase, .approveChange, .grantProblemDeletion, .deleteByRuling].contains($0.step) }
        #expect(ends.allSatisfy { $0.by != .homeSchool })
        #expect(Workflow.problemRows.filter { $0.effects.contains(.override) }.allSatisfy { $0.by == .authorityAbove && $0.to == .deleted })
        #expect(Set(Workflow.problemRows.filter { $0.effects.contains(.override) }.map(\.from)) == Set(Workflow.live))
    }

    @Test func `a step names the oldest table that has it`() {
        var dossier = Dossier.standing(.entered)
        #expect(Workflow.registration(after: dossier, taking: .review).version == 1)
        #expect(Workflow.registration(after: dossier, taking: .prepareEvidence).version == 3)
        dossier = .standing(.evidencePrepared)
        #expect(Workflow.registration(after: dossier, taking: .submitCase).version == 3)
    }

    @Test func `in the sixth version a change is checked first, and all else is the fifth`() {
        let (before, table) = (Workflow.registrationWithOverrides, Workflow.registrationWithCheckedChanges)
        #expect(table.version == 6 && table.rows.count == before.rows.count && Array(table.rows.suffix(2)) == Workflow.checkedChangeRows)
        #expect(WorkflowMatrix.text(before.rows.filter { !table.rows.contains($0) }) == """
            changePrepared --submitCase/homeSchool--> changeSubmitted @competentAuthority [] {}
            changeSubmitted --approveChange/holdingAuthority--> asBefore @homeSchool [groupReached] {newRecord}
            """)
        #expect(WorkflowMatrix.text(Workflow.checkedChangeRows) == """
            changePrepared --submitCase/homeSchool--> changeSubmitted @competentAuthority [proposalChecked] {}
            changeSubmitted --approveChange/holdingAuthority--> asBefore @homeSchool [groupReached+proposalSettled] {newRecord}
            """)
    }

    @Test func `where a row has another in its place, the newest table is named`() {
        #expect(Workflow.registration(after: .standing(.changePrepared), taking: .submitCase).version == 6)
        #expect(Workflow.registration(after: .standing(.changePrepared), taking: .withdrawCase).version == 3)
        #expect(Workflow.registration(after: .standing(.evidencePrepared), taking: .submitCase).version == 3)
        #expect(Workflow.registration(after: .standing(.deleted), taking: .enter).version == Workflow.versions.last?.version)
    }

    private static let golden = """
        entered --prepareEvidence/homeSchool--> evidencePrepared @homeSchool [problemKnown+disputable+evidence] {opensCase+reason}
        entered --prepareChange/homeSchool--> changePrepared @homeSchool [problemKnown+evidence+recordValid] {opensCase+proposal+reason}
        entered --requestProblemDeletion/homeSchool--> problemDeletionRequested @groupAuthority [problemKnown+inGroup+noFormalNumber] {opensCase+reason}
        reviewed --prepareEvidence/homeSchool--> evidencePrepared @homeSchool [problemKnown+disputable+evidence] {opensCase+reason}
        reviewed --prepareChange/homeSchool--> changePrepared @homeSchool [problemKnown+evidence+recordValid] {opensCase+proposal+reason}
        reviewed --requestProblemDeletion/homeSchool--> problemDeletionRequested @groupAuthority [problemKnown+inGroup+noFormalNumber] {opensCase+reason}
        returned --prepareEvidence/homeSchool--> evidencePrepared @homeSchool [problemKnown+disputable+evidence] {opensCase+reason}
        returned --prepareChange/homeSchool--> changePrepared @homeSchool [problemKnown+evidence+recordValid] {opensCase+proposal+reason}
        returned --requestProblemDeletion/homeSchool--> problemDeletionRequested @groupAuthority [problemKnown+inGroup+noFormalNumber] {opensCase+reason}
        enrolled --prepareEvidence/homeSchool--> evidencePrepared @homeSchool [problemKnown+disputable+evidence] {opensCase+reason}
        enrolled --prepareChange/homeSchool--> changePrepared @homeSchool [problemKnown+evidence+recordValid] {opensCase+proposal+reason}
        enrolled --requestProblemDeletion/homeSchool--> problemDeletionRequested @groupAuthority [problemKnown+inGroup+noFormalNumber] {opensCase+reason}
        evidencePrepared --withdrawCase/homeSchool--> asBefore @homeSchool [] {}
        evidencePrepared --submitCase/homeSchool--> evidenceSubmitted @competentAuthority [] {}
        changePrepared --withdrawCase/homeSchool--> asBefore @homeSchool [] {}
        changePrepared --submitCase/homeSchool--> changeSubmitted @competentAuthority [] {}
        evidenceSubmitted --forwardCase/holdingAuthority--> evidenceSubmitted @superiorAuthority [notOursAlone] {}
        evidenceSubmitted --sendBackCase/holdingAuthority--> asBefore @homeSchool [] {reason}
        changeSubmitted --forwardCase/holdingAuthority--> changeSubmitted @superiorAuthority [notOursAlone] {}
        changeSubmitted --sendBackCase/holdingAuthority--> asBefore @homeSchool [] {reason}
        evidenceSubmitted --closeCase/holdingAuthority--> asBefore @homeSchool [problemSettled] {}
        changeSubmitted --approveChange/holdingAuthority--> asBefore @homeSchool [groupReached] {newRecord}
        problemDeletionRequested --grantProblemDeletion/groupAuthority--> deleted @nobody [noFormalNumber] {}
        problemDeletionRequested --refuseProblemDeletion/groupAuthority--> asBefore @homeSchool [] {reason}
        entered --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        reviewed --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        returned --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        enrolled --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        submitted --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        deletionRequested --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        deletionConfirmed --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        evidencePrepared --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        evidenceSubmitted --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        changePrepared --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        changeSubmitted --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        problemDeletionRequested --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        """
}

extension Dossier {
    /// As if the fold had come to this stand.
    static func standing(_ stand: Stand) -> Dossier {
        Dossier(
            id: DossierID(repeating: 1), home: "2144000001", chain: [], void: [], parked: [], stand: stand, holder: "2144000001",
            record: StudentRecord(), keyDigest: nil, verdicts: [], rulings: [], problems: [], state: .problem)
    }
}
