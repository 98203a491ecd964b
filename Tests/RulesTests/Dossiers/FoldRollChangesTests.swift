import Testing

@testable import Rules

/// What an approved roll change does to the dossier: the same in every order, and only where the table allows it.
@Suite struct FoldRollChangesTests {
    private let world = RollChangeWorld()

    private func fold(_ steps: [Step], _ supplements: [Supplement] = [], archive: Bool = false) throws -> Dossier {
        let facts = DossierFacts(steps: steps, supplements: supplements)
        let dossier = try #require(Fold.dossier(world.id, facts, topology: world.tree))
        for turn in 1..<max(2, steps.count) {
            var other = facts
            other.steps = Array(steps[turn...] + steps[..<turn]).reversed()
            other.supplements.reverse()
            #expect(Fold.dossier(world.id, other, topology: world.tree) == dossier)
        }
        return dossier
    }

    @Test func `a suspension is in force with the approval and not before, and the registration stays what it is`() throws {
        let steps = world.steps(to: .rollChangeSubmitted)
        let open = try fold(steps)
        #expect(open.roll == RollStanding() && open.isPresent && open.state == .enrolled && open.openCase?.opening.change?.kind == .suspend)
        let dossier = try fold(steps + [world.step(12, .approveRollChange, after: world.hash(11), by: world.county, next: world.school)])
        #expect(dossier.roll == RollStanding(.suspended, since: world.day("2026-09-01"), until: world.day("2027-08-31")))
        #expect(dossier.state == .enrolled && !dossier.isPresent && dossier.openCase == nil && dossier.holder == world.school)
        #expect(dossier.number == "L1" && dossier.record.name == "张伟")
    }

    @Test func `a return, withdrawal or recall changes nothing of the standing`() throws {
        let submitted = world.steps(to: .rollChangeSubmitted)
        let returned = submitted + [world.step(12, .sendBackCase, after: world.hash(11), by: world.county, next: world.school)]
        #expect(try fold(returned).stand == .rollChangePrepared && fold(returned).roll == RollStanding())
        let recalled = submitted + [world.step(12, .recallCase, after: world.hash(11), by: world.school, next: world.school)]
        #expect(try fold(recalled).stand == .rollChangePrepared && fold(recalled).holder == world.school)
        let withdrawn = try fold(recalled + [world.step(13, .withdrawCase, after: world.hash(12), by: world.school, next: world.school)])
        #expect(withdrawn.stand == .enrolled && withdrawn.isPresent && withdrawn.openCase == nil)
    }

    @Test func `a recall and a decision at once: the authority's counts, and the school sees why`() throws {
        let submitted = world.steps(to: .rollChangeSubmitted)
        let recall = world.step(12, .recallCase, after: world.hash(11), by: world.school, next: world.school)
        let again = world.step(13, .withdrawCase, after: world.hash(12), by: world.school, next: world.school)
        for (kind, status) in [(StepKind.approveRollChange, StudentStatus.suspended), (.sendBackCase, .present)] {
            let decision = world.step(20, kind, after: world.hash(11), by: world.county, next: world.school)
            let dossier = try fold(submitted + [recall, again, decision])
            #expect(dossier.roll.status == status && dossier.void == [recall.hash, again.hash])
            #expect(dossier.voidReasons == [recall.hash: .higherTier(world.county), again.hash: .afterVoid] && dossier.overrides.isEmpty)
        }
    }

    @Test func `what the standing does not allow is void at every node`() throws {
        let back = RollChange(.resume, date: world.day("2027-09-01"))
        let stray = world.step(10, .prepareRollChange, after: world.hash(4), by: world.school, next: world.school, change: back)
        #expect(try fold(world.enrolled + [stray]).void == [stray.hash], "nobody resumes who is at school")
        let asked = world.granted(10, world.suspension(), after: 4)
        #expect(try fold(world.enrolled + asked + world.granted(20, back, after: 12)).isPresent)
        let without = world.step(10, .prepareKeyChange, after: world.hash(4), by: world.school, next: world.school, change: world.suspension())
        #expect(try fold(world.enrolled + [without]).void == [without.hash], "another case carries no roll change")
        let older = world.step(10, .prepareRollChange, after: world.hash(4), by: world.school, next: world.school, workflow: 6)
        #expect(try fold(world.enrolled + [older]).void == [older.hash])
    }

    @Test func `after a death nothing more is done but what a ruling deletes`() throws {
        let death = world.granted(10, RollChange(.death, cause: "41", date: world.day("2026-09-01")), after: 4)
        let dossier = try fold(world.enrolled + death)
        #expect(dossier.roll.status == .dead && dossier.number == "L1" && !dossier.isPresent)
        let later = world.step(20, .prepareRollChange, after: world.hash(12), by: world.school, next: world.school)
        let deletion = world.step(21, .applyForDeletion, after: world.hash(12), by: world.school, next: world.county, workflow: 7)
        #expect(try fold(world.enrolled + death + [later, deletion]).void == [later.hash, deletion.hash])
        let ruled = world.step(22, .deleteByRuling, after: world.hash(12), by: world.county, next: nil)
        #expect(try fold(world.enrolled + death + [ruled]).stand == .deleted)
    }

    @Test func `a new class comes with the approval and prevails over what supplements said before`() throws {
        let skip = RollChange(.skipGrade, cause: "01", date: world.day("2026-09-01"), classCode: "2021102", gradeOffset: 1)
        let steps = world.enrolled + world.granted(10, skip, after: 4, fields: [.classCode], supplement: 1)
        let before = Supplement(dossier: world.id, by: world.school, number: 1, changes: [.classCode: "2022102", .phone: "1"])
        let dossier = try fold(steps, [before])
        #expect(dossier.record.classCode == "2021102" && dossier.record[.phone] == "1" && dossier.recordOfChain.classCode == "2021102")
        #expect(dossier.roll == RollStanding(.present, since: world.day("2026-09-01"), gradeOffset: 1) && dossier.isPresent)
        let later = Supplement(dossier: world.id, by: world.school, number: 2, changes: [.classCode: "2021103"])
        #expect(try fold(steps, [before, later]).record.classCode == "2021103")
        #expect(try fold(Array(steps.dropLast()), [before]).record.classCode == "2022102", "not before the approval")
    }

    @Test func `a hand-over carries the standing, so a node without the history has the same`() throws {
        let suspended = world.enrolled + world.granted(10, world.suspension(), after: 4)
        let roll = try fold(suspended).roll
        var handOver = world.step(30, .handOver, after: world.hash(12), by: world.county, next: world.neighbour, workflow: 7)
        handOver.record = StudentRecord([.name: "张伟", .idType: "Z", .classCode: "2022101"])
        handOver.keyDigest = world.hash(900)
        handOver.archive = ArchiveHandOver(from: world.school, topology: 1, stand: .enrolled, length: 7, supplement: 0, roll: roll)
        #expect(try fold(suspended + [handOver]).roll == roll && fold([handOver]).roll == roll)
        let back = world.step(31, .prepareRollChange, after: handOver.hash, by: world.neighbour, next: world.neighbour,
                              change: RollChange(.resume, date: world.day("2027-09-01")))
        #expect(try fold([handOver, back]).openCase?.opening.change?.kind == .resume)
    }

    @Test func `an override of an overdue decision counts before the holder's own`() throws {
        let submitted = world.steps(to: .rollChangeSubmitted)
        let own = world.step(12, .sendBackCase, after: world.hash(11), by: world.county, next: world.school)
        let province = world.step(13, .approveRollChange, after: world.hash(11), by: world.province, next: world.school)
        let dossier = try fold(submitted + [own, province])
        #expect(dossier.roll.status == .suspended && dossier.voidReasons == [own.hash: .overridden(world.province)] && dossier.overrides == [province.hash])
        let city = world.step(14, .approveRollChange, after: world.hash(11), by: world.city, next: world.school)
        #expect(try fold(submitted + [city]).void == [city.hash])
    }
}
