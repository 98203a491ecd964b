import Testing

@testable import Rules

@Suite struct RollChangeRulesTests {
    private let world = RollChangeWorld()

    private func facts(_ status: StudentStatus = .present, classCode: String = "2022101", permitted: Set<RollChangeKind> = []) -> RollChangeFacts {
        RollChangeFacts(
            today: world.day("2026-09-10"), roll: RollStanding(status), classCode: classCode,
            classes: ["2021101", "2022101", "2022102", "2023101", "2022201"], permitted: permitted, longestSuspension: 12)
    }

    private func faults(_ change: RollChange, _ facts: RollChangeFacts) -> [String] {
        RollChangeRules.faults(in: change, facts).map { "\($0.field.rawValue) \($0.code)" }
    }

    private func change(
        _ kind: RollChangeKind, cause: String = "", _ date: String = "2026-09-01", until: String? = nil, country: String = "", to: String = ""
    ) -> RollChange {
        RollChange(kind, cause: cause, date: world.day(date), until: until.map(world.day), country: country, classCode: to)
    }

    @Test func `standing, stage, class and policy say which kinds are open, and why the others are not`() throws {
        let open = RollChangeKind.allCases.filter { RollChangeRules.objection(to: $0, facts()) == nil }
        #expect(open == [.suspend, .dropOut, .leave, .goAbroad, .death])
        let senior = RollChangeKind.allCases.filter { RollChangeRules.objection(to: $0, facts(classCode: "2024301")) == nil }
        #expect(senior == [.suspend, .leave, .quit, .expel, .goAbroad, .death])
        #expect(RollChangeKind.allCases.filter { RollChangeRules.objection(to: $0, facts(.abroad)) == nil } == [.returnFromAbroad, .death])
        #expect(RollChangeKind.allCases.allSatisfy { RollChangeRules.objection(to: $0, facts(.dead)) != nil })
        #expect(RollChangeRules.objection(to: .skipGrade, facts())?.code == "roll.policy")
        #expect(RollChangeRules.objection(to: .skipGrade, facts(permitted: [.skipGrade])) == nil)
        let quitting = try #require(RollChangeRules.objection(to: .quit, facts()))
        #expect(quitting.code == "roll.stage" && quitting.message == "义务教育阶段不办理退学。" && quitting.remedy.contains("辍学"))
        #expect(RollChangeRules.objection(to: .resume, facts())?.message == "该生状态为“在校就读”，不能办理复学。")
        #expect(RollChangeRules.objection(to: .suspend, facts(classCode: ""))?.code == "roll.class")
    }

    @Test func `all faults are told at once, each with its field`() {
        #expect(faults(change(.suspend, cause: "10", until: "2027-08-31"), facts()) == [])
        #expect(faults(change(.suspend, cause: "41", "2026-12-01", country: "USA", to: "2022102"), facts())
            == ["cause roll.cause", "date roll.date", "until roll.until", "country roll.country", "class roll.class"])
        #expect(faults(change(.suspend, cause: "10", until: "2026-09-01"), facts()) == ["until roll.until"])
        #expect(faults(change(.suspend, cause: "10", until: "2027-09-02"), facts()) == ["until roll.until"])
        #expect(faults(change(.resume, cause: "10", until: "2027-08-31"), facts(.suspended)) == ["cause roll.cause", "until roll.until"])
        #expect(faults(change(.goAbroad, cause: "28", country: "CHN"), facts()) == ["country roll.country"])
        #expect(faults(change(.goAbroad, cause: "28", country: "USA"), facts()) == [])
    }

    @Test func `a death and a dropping out lie in the past, the rest may lie two months ahead, and nothing before the last change`() {
        #expect(faults(change(.death, cause: "41", "2026-09-11"), facts()) == ["date roll.date"])
        #expect(faults(change(.leave, cause: "99", "2026-11-09"), facts()) == [])
        #expect(faults(change(.leave, cause: "99", "2026-11-10"), facts()) == ["date roll.date"])
        var later = facts(.suspended)
        later.roll.since = world.day("2026-09-05")
        #expect(faults(change(.resume), later) == ["date roll.date"])
    }

    @Test func `who comes back joins the own grade or a lower one, from abroad any, and a grade is skipped or repeated by one`() {
        for (to, isFine) in [("", true), ("2022102", true), ("2023101", true), ("2021101", false), ("2022201", false), ("2022109", false)] {
            #expect(faults(change(.resume, to: to), facts(.suspended)).isEmpty == isFine, "\(to)")
        }
        for (to, isFine) in [("", false), ("2021101", true), ("2022201", true), ("2022109", false)] {
            #expect(faults(change(.returnFromAbroad, to: to), facts(.abroad)).isEmpty == isFine, "\(to)")
        }
        let open = facts(permitted: [.skipGrade, .repeatGrade])
        for (kind, cause, right) in [(RollChangeKind.skipGrade, "01", "2021101"), (.repeatGrade, "10", "2023101")] {
            for to in ["2021101", "2022101", "2023101", "2022201", ""] {
                #expect(faults(change(kind, cause: cause, to: to), open).isEmpty == (to == right), "\(kind) \(to)")
            }
        }
    }

    @Test func `the offset follows the cohorts within a stage and begins anew in another`() {
        var facts = facts(permitted: [.skipGrade])
        #expect(RollChangeRules.gradeOffset(after: "2021101", facts) == 1 && RollChangeRules.gradeOffset(after: "2023101", facts) == -1)
        facts.roll.gradeOffset = 1
        #expect(RollChangeRules.gradeOffset(after: "2023101", facts) == 0 && RollChangeRules.gradeOffset(after: "", facts) == 1)
        #expect(RollChangeRules.gradeOffset(after: "2026201", facts) == 0)
        // The grade by the year of entry and the offset is that of the class the pupil sits in now.
        let own = Grade(stage: .primary, entryYear: 2022, schoolYear: 2026, length: 6, offset: 1)
        #expect(own == Grade(stage: .primary, entryYear: 2021, schoolYear: 2026, length: 6))
    }

    @Test func `a month later is the same day or the last one`() {
        #expect(world.day("2026-08-31").adding(months: 6).description == "2027-02-28" && world.day("2026-12-01").adding(months: 1).description == "2027-01-01")
        #expect(CalendarDate(text: "2026-9-1") == nil && CalendarDate(text: "20260901") == world.day("2026-09-01"))
    }
}
