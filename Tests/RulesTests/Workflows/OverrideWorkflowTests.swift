import Testing

@testable import Rules

@Suite struct OverrideWorkflowTests {
    private let table = Workflow.registrationWithOverrides

    @Test func `the fifth version is the fourth with the rows of overrides`() {
        let before = Workflow.registrationWithKeyData
        #expect(table.version == 5 && Array(table.rows.prefix(before.rows.count)) == before.rows)
        #expect(Array(table.rows.dropFirst(before.rows.count)) == Workflow.overrideRows)
    }

    /// The whole matrix: a change of a shipped table shows here first.
    @Test func `the matrix is the golden one`() {
        #expect(WorkflowMatrix.text(Workflow.overrideRows) == Self.golden)
    }

    @Test func `an override does what the holder could do, to the same end, and asks for no less`() throws {
        for row in Workflow.overrideRows {
            let own = try #require(table.row(row.step, from: row.from))
            #expect(own.by == .holdingAuthority && own.to == row.to && own.holder == row.holder)
            #expect(row.effects.contains(.override) && row.effects.contains(.reason) && Set(own.effects).isSubset(of: row.effects))
            // The route of a pupil without papers ends with the province, which is who decides here.
            #expect(Set(own.guards).subtracting([.routeComplete]).isSubset(of: row.guards) && row.guards.starts(with: [.requested, .overdue]))
        }
    }

    @Test func `whoever takes a step from a stand has one row for it`() {
        for stand in Stand.allCases {
            let takers = table.steps(from: stand).map { "\($0.step) \($0.by)" }
            #expect(Set(takers).count == takers.count)
        }
    }

    @Test func `every stand of a timed business that an authority holds can be overridden, and no other`() {
        let held = TimedBusiness.allCases.flatMap(\.stands).filter { stand in
            table.rows.contains { $0.to == stand && [.competentAuthority, .superiorAuthority].contains($0.holder) }
        }
        #expect(Set(held) == Set(Workflow.overrideRows.map(\.from)))
    }

    @Test func `the province above the holder decides, for a province the centre, for school and centre nobody`() {
        let tree = UnitTree([
            Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
            Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
            Unit(code: "440100", name: "广州市", tier: .city, competent: "440000"),
            Unit(code: "440106", name: "天河区", tier: .county, competent: "440100"),
            Unit(code: "419001", name: "直管县", tier: .county, competent: .centre),
            Unit(code: "2144000001", name: "甲校", tier: .school, competent: "440106"),
            Unit(code: "2141000001", name: "乙校", tier: .school, competent: "419001"),
        ])
        func authority(_ home: UnitCode, _ holder: UnitCode?) -> UnitCode? {
            Workflow.resolve(.overridingAuthority, home: home, holder: holder, in: tree)
        }
        #expect(authority("2144000001", "440106") == "440000" && authority("2144000001", "440100") == "440000")
        #expect(authority("2144000001", "440000") == .centre && authority("2141000001", "419001") == .centre)
        #expect(authority("2144000001", .centre) == nil && authority("2144000001", "2144000001") == nil && authority("2144000001", nil) == nil)
        #expect(authority("2144000001", "419001") == nil, "an authority that does not stand above the school")
    }

    @Test func `the holder goes on by the older table, an override names the new one`() {
        let dossier = Dossier.standing(.submitted)
        #expect(Workflow.registration(after: dossier, taking: .approve).version == 1)
        #expect(Workflow.registration(after: dossier, overriding: .approve).version == 5)
        #expect(Workflow.registration(after: .standing(.keyChangeSubmitted), overriding: .sendBackCase).version == 5)
    }

    private static let golden = """
        submitted --approve/overridingAuthority--> enrolled @homeSchool [requested+overdue+cleanVerdict+noProblem] {drawProvisionalNumber+override+reason}
        submitted --sendBack/overridingAuthority--> returned @homeSchool [requested+overdue] {override+reason}
        keyChangeSubmitted --approveKeyChange/overridingAuthority--> asBefore @homeSchool [requested+overdue+proposalClean] {newRecord+override+reason}
        keyChangeSubmitted --sendBackCase/overridingAuthority--> keyChangePrepared @homeSchool [requested+overdue] {override+reason}
        """
}
