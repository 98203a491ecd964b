import Testing

@testable import Rules

@Suite struct RollChangeWorkflowTests {
    private let table = Workflow.registrationWithRollChanges

    @Test func `the seventh version is the sixth with the rows of roll changes`() {
        let before = Workflow.registrationWithCheckedChanges
        #expect(table.version == 7 && Array(table.rows.prefix(before.rows.count)) == before.rows)
        #expect(Array(table.rows.dropFirst(before.rows.count)) == Workflow.rollChangeRows)
    }

    /// The whole matrix: a change of a shipped table shows here first.
    @Test func `the matrix is the golden one`() {
        #expect(WorkflowMatrix.text(Workflow.rollChangeRows) == Self.golden)
    }

    @Test func `whoever takes a step from a stand has one row for it, and whoever has the pen has a step to take`() {
        for stand in Stand.allCases {
            let takers = table.steps(from: stand).map { "\($0.step) \($0.by)" }
            #expect(Set(takers).count == takers.count)
        }
        #expect(table.steps(from: .rollChangePrepared).contains { $0.by == .homeSchool && !$0.needsNoPen })
        #expect(table.steps(from: .rollChangeSubmitted).contains { $0.by == .holdingAuthority && !$0.needsNoPen })
    }

    @Test func `no school decides, alone the asking school acts without the pen, and an override asks for no less than the holder's step`() throws {
        for row in Workflow.rollChangeRows {
            if row.step == .approveRollChange { #expect(row.by != .homeSchool && row.guards.contains(.changeAllowed)) }
            #expect(row.effects.contains(.withoutPen) == (row.step == .recallCase))
            guard row.by == .overridingAuthority else { continue }
            let own = try #require(table.row(row.step, from: row.from))
            #expect(own.to == row.to && own.holder == row.holder && Set(own.guards).isSubset(of: row.guards))
            #expect(row.guards.starts(with: [.requested, .overdue]) && row.effects.contains(.override) && row.effects.contains(.reason))
        }
    }

    /// Every stand, actor and step of the table: who is not named takes nothing.
    @Test func `of every stand, unit and step exactly the named ones are taken`() throws {
        let world = RollChangeWorld()
        for stand in [Stand.enrolled, .rollChangePrepared, .rollChangeSubmitted] {
            let steps = world.steps(to: stand)
            let before = try #require(Fold.dossier(world.id, DossierFacts(steps: steps), topology: world.tree))
            #expect(before.stand == stand)
            for kind in [StepKind.prepareRollChange, .withdrawCase, .submitCase, .recallCase, .sendBackCase, .approveRollChange] {
                for unit in [world.school, world.county, world.city, world.province, .centre, world.neighbour] {
                    let rows = Workflow.rollChangeRows.filter { $0.from == stand && $0.step == kind }
                    let row = rows.first { Workflow.isTaker(unit, of: $0, home: world.school, holder: before.holder, in: world.tree) }
                    let allowed = row.flatMap { $0.needsNoPen || before.holder == unit ? $0 : nil }
                    let next = allowed.flatMap { Workflow.resolve($0.holder, home: world.school, holder: before.holder, in: world.tree) } ?? world.school
                    let step = world.step(90, kind, after: steps.last?.hash, by: unit, next: next)
                    let after = try #require(Fold.dossier(world.id, DossierFacts(steps: steps + [step]), topology: world.tree))
                    #expect((after.void == []) == (allowed != nil), "\(stand) \(kind) \(unit)")
                    guard let allowed else { continue }
                    #expect(after.stand == (allowed.to == .asBefore ? .enrolled : allowed.to) && after.holder == next, "\(stand) \(kind) \(unit)")
                }
            }
        }
    }

    @Test func `the competent authority alone takes a death back, from a pupil who is dead, and he stands where he stood`() throws {
        let world = RollChangeWorld()
        let suspended = world.granted(10, RollChange(.suspend, cause: "10", date: world.day("2026-09-01"), until: world.day("2027-08-31")), after: 4)
        let dead = world.enrolled + suspended + world.granted(20, RollChange(.death, cause: "41", date: world.day("2026-09-05")), after: 12)
        func fold(_ steps: [Step]) throws -> Dossier { try #require(Fold.dossier(world.id, DossierFacts(steps: steps), topology: world.tree)) }
        #expect(try fold(dead).roll.status == .dead)
        for unit in [world.school, world.county, world.city, world.province, .centre, world.neighbour] {
            let correction = world.step(30, .correctDeath, after: world.hash(22), by: unit, next: world.school, workflow: 9)
            let after = try fold(dead + [correction])
            #expect(after.void.isEmpty == (unit == world.county), "\(unit)")
            #expect(after.roll.status == (unit == world.county ? .suspended : .dead), "\(unit)")
            #expect(after.holder == world.school && after.stand == .enrolled)
        }
        let alive = world.enrolled + [world.step(30, .correctDeath, after: world.hash(4), by: world.county, next: world.school, workflow: 9)]
        #expect(try fold(alive).void == [world.hash(30)])
        // With an older table it is no step.
        let old = world.step(30, .correctDeath, after: world.hash(22), by: world.county, next: world.school, workflow: 8)
        #expect(try fold(dead + [old]).roll.status == .dead)
    }

    @Test func `a correction names the ninth version, and so does what a province does in a school's stead`() {
        #expect(Workflow.registration(after: .standing(.enrolled), taking: .correctDeath).version == 9)
        #expect(Workflow.registration(after: .standing(.enrolled), taking: .acceptTransfer).version == 8)
        #expect(Workflow.registration(after: .standing(.enrolled), overriding: .acceptTransfer).version == 9)
    }

    @Test func `steps name the seventh version, and what older ones have stays with them`() {
        #expect(Workflow.registration(after: .standing(.enrolled), taking: .prepareRollChange).version == 7)
        #expect(Workflow.registration(after: .standing(.enrolled), taking: .applyForDeletion).version == 1)
        #expect(Workflow.registration(after: .standing(.rollChangeSubmitted), overriding: .approveRollChange).version == 7)
    }

    private static let golden = """
        enrolled --prepareRollChange/homeSchool--> rollChangePrepared @homeSchool [noProblem+changeAllowed+certificate] {opensCase+rollChange}
        rollChangePrepared --prepareRollChange/homeSchool--> rollChangePrepared @homeSchool [changeAllowed+certificate] {opensCase+rollChange}
        rollChangePrepared --withdrawCase/homeSchool--> asBefore @homeSchool [] {}
        rollChangePrepared --submitCase/homeSchool--> rollChangeSubmitted @competentAuthority [noProblem+changeAllowed+certificate] {}
        rollChangeSubmitted --recallCase/homeSchool--> rollChangePrepared @homeSchool [] {withoutPen}
        rollChangeSubmitted --sendBackCase/holdingAuthority--> rollChangePrepared @homeSchool [] {reason}
        rollChangeSubmitted --approveRollChange/holdingAuthority--> asBefore @homeSchool [noProblem+changeAllowed] {}
        rollChangeSubmitted --sendBackCase/overridingAuthority--> rollChangePrepared @homeSchool [requested+overdue] {override+reason}
        rollChangeSubmitted --approveRollChange/overridingAuthority--> asBefore @homeSchool [requested+overdue+noProblem+changeAllowed] {override+reason}
        rollChangePrepared --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        rollChangeSubmitted --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
        """
}
