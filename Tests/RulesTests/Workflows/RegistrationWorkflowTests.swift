import Testing

@testable import Rules

@Suite struct RegistrationWorkflowTests {
    private let table = Workflow.registration

    /// The stands of the first version.
    private var stands: Set<Stand> { Set(table.rows.flatMap { [$0.from, $0.to] }) }

    /// The whole matrix: every stand with every step. A change of a shipped table shows here first.
    @Test func theMatrixIsTheGoldenOne() {
        let lines = table.rows.map { row in
            let guards = row.guards.map(\.rawValue).joined(separator: "+")
            return "\(row.from.rawValue) --\(row.step.rawValue)/\(row.by.rawValue)--> \(row.to.rawValue) @\(row.holder.rawValue) [\(guards)]"
        }
        #expect(lines.joined(separator: "\n") == RegistrationWorkflowTests.golden)
    }

    @Test func everyStandIsReachable() {
        var reached: Set<Stand> = [.none]
        for _ in Stand.allCases { for row in table.rows where reached.contains(row.from) { reached.insert(row.to) } }
        #expect(reached == stands)
    }

    @Test func onlyDeletedIsADeadEnd() {
        let ends = stands.filter { table.steps(from: $0).isEmpty }
        #expect(ends == [.deleted])
    }

    @Test func noStandOffersOneStepTwice() {
        for stand in Stand.allCases {
            let steps = table.steps(from: stand).map(\.step)
            #expect(Set(steps).count == steps.count)
        }
    }

    @Test func whoeverHoldsThePenHasAStepToTake() {
        for row in table.rows where row.holder != .nobody {
            let next = table.steps(from: row.to)
            #expect(next.contains { owner($0.by) == owner(row.holder) || row.holder == .superiorAuthority }, "\(row)")
        }
    }

    @Test func everyDeletionAsksForOneDossier() {
        #expect(table.rows.filter { $0.to == .deleted }.map(\.step) == [.delete, .delete, .delete, .carryOutDeletion])
    }

    @Test func `the second version is the first with hand-overs from every stand at rest with the school`() {
        let second = Workflow.registrationWithHandOver
        #expect(second.version == 2 && Array(second.rows.prefix(table.rows.count)) == table.rows)
        let added = second.rows.dropFirst(table.rows.count).map { row in
            "\(row.from.rawValue) --\(row.step.rawValue)/\(row.by.rawValue)--> \(row.to.rawValue) @\(row.holder.rawValue)"
        }
        #expect(added == [
            "entered --handOver/commonAuthority--> entered @receivingSchool", "reviewed --handOver/commonAuthority--> reviewed @receivingSchool",
            "returned --handOver/commonAuthority--> returned @receivingSchool", "enrolled --handOver/commonAuthority--> enrolled @receivingSchool",
        ])
        let atSchool = Set(table.rows.filter { $0.holder == .homeSchool }.map(\.to))
        #expect(Set(second.rows.filter { $0.step == .handOver }.map(\.from)) == atSchool)
    }

    @Test func `a step names the first version until a hand-over has been, and an unknown version has no table`() {
        #expect(Workflow.registration(after: nil).version == 1)
        #expect(Workflow.registration(version: 1)?.rows == table.rows && Workflow.registration(version: 99) == nil)
    }

    private func owner(_ role: Role) -> String {
        switch role {
        case .homeSchool: "school"
        case .competentAuthority, .holdingAuthority, .superiorAuthority: "authority"
        case .centre: "centre"
        case .receivingSchool, .commonAuthority, .groupAuthority, .authorityAbove, .overridingAuthority, .homeProvince:
            "none in this table"
        case .nobody: "nobody"
        }
    }

    private static let golden = """
        none --enter/homeSchool--> entered @homeSchool [recordValid+registrationOpen]
        entered --amend/homeSchool--> entered @homeSchool [recordValid]
        returned --amend/homeSchool--> entered @homeSchool [recordValid]
        entered --review/homeSchool--> reviewed @homeSchool [cleanVerdict+noProblem]
        returned --review/homeSchool--> reviewed @homeSchool [cleanVerdict+noProblem]
        reviewed --withdraw/homeSchool--> entered @homeSchool []
        reviewed --submit/homeSchool--> submitted @competentAuthority [cleanVerdict+noProblem+proofs+registrationOpen]
        submitted --forward/holdingAuthority--> submitted @superiorAuthority [noProblem]
        submitted --approve/holdingAuthority--> enrolled @homeSchool [cleanVerdict+noProblem+routeComplete]
        submitted --sendBack/holdingAuthority--> returned @homeSchool []
        entered --delete/homeSchool--> deleted @nobody []
        reviewed --delete/homeSchool--> deleted @nobody []
        returned --delete/homeSchool--> deleted @nobody []
        enrolled --applyForDeletion/homeSchool--> deletionRequested @competentAuthority [noFormalNumber]
        deletionRequested --refuseDeletion/competentAuthority--> enrolled @homeSchool []
        deletionRequested --confirmDeletion/competentAuthority--> deletionConfirmed @centre [noFormalNumber]
        deletionConfirmed --carryOutDeletion/centre--> deleted @nobody [noFormalNumber]
        deletionConfirmed --returnDeletion/centre--> enrolled @homeSchool []
        """
}
