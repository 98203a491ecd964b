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
        let lines = Workflow.keyDataRows.map { row in
            let guards = row.guards.map(\.rawValue).joined(separator: "+")
            let effects = row.effects.map(\.rawValue).joined(separator: "+")
            return "\(row.from.rawValue) --\(row.step.rawValue)/\(row.by.rawValue)--> \(row.to.rawValue) @\(row.holder.rawValue) [\(guards)] {\(effects)}"
        }
        #expect(lines.joined(separator: "\n") == Self.golden)
    }

    @Test func `every stand can be reached and left, and no stand offers one step twice`() {
        var reached: Set<Stand> = [.none]
        for _ in Stand.allCases { for row in table.rows where reached.contains(row.from) { reached.insert(row.to) } }
        let stands = Set(table.rows.flatMap { [$0.from, $0.to] })
        #expect(reached == stands)
        #expect(Set(stands.filter { table.steps(from: $0).isEmpty }) == [.deleted, .asBefore])
        for stand in stands {
            let steps = table.steps(from: stand).map(\.step)
            #expect(Set(steps).count == steps.count)
        }
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
