import Features
@testable import Node
import Rules
import Testing

/// The gate of the demo: it must open for the truth alone.
@Suite struct DemoTallyTests {
    private let truth: DemoTruth
    private let good: DemoTally

    init() throws {
        let plan = DemoPlan(
            seed: 3, pupils: 120, folder: "", executable: "",
            today: CalendarDate(compact: "20251010") ?? CalendarDate(daysSince1970: 0))
        let population = try plan.population()
        let truth = DemoTruth(population)
        let tree = UnitTree(DemoTree.units)
        let views = DemoTree.units.flatMap { unit in
            tree.path(of: unit.code).map {
                DemoTally.View(at: $0, subtree: unit.code, counts: truth.counts(of: unit.code), digest: "d" + unit.code.text)
            }
        }
        var imported = DemoBusiness.Imported()
        imported.rows = truth.rows
        imported.accepted = truth.total.dossiers
        imported.failed = truth.refused
        imported.refusals = truth.refusals.mapValues { ($0, "") }
        let settled = Set(DemoDecision.all(of: population).flatMap(\.settled))
        let transfer = DemoTransfer.planned(in: population)
        let students = population.pupils.filter(\.truth.isAccepted).map { pupil in
            var pupil = pupil
            pupil.truth.isSettled = settled.contains(pupil.serial)
            let moved = pupil.serial == transfer?.pupil.serial ? transfer : nil
            return Self.item(
                pupil, school: moved?.receiving.text ?? population.plan.schools[pupil.school].code, classCode: moved?.classCode ?? pupil.classCode)
        }
        self.truth = truth
        good = DemoTally(truth: truth, views: views, students: students, imported: imported)
    }

    private static func item(_ pupil: PopulationPupil, school: String, classCode: ClassCode) -> JSONValue {
        let problems = pupil.truth.isProblem ? pupil.truth.kinds.filter(\.isProblem).map { JSONValue.string($0.rawValue) } : []
        let peers = pupil.truth.kinds.filter(\.hasPeers).map { JSONValue.object(["problem": .string($0.rawValue)]) }
        let number: JSONValue = switch pupil.truth.number() {
        case .none, .provisional: .null
        case .formalWithID: .string("G" + pupil.idNumber)
        case .formalWithoutID: .string("J")
        }
        return .object([
            "school": .string(school), "class": .string(classCode.text), "name": .string(pupil.name),
            "state": .string(pupil.truth.isProblem ? "problem" : "enrolled"), "number": number, "problems": .array(problems),
            "verdict": .object(["peers": .array(peers)]),
        ])
    }

    @Test func `What equals the truth everywhere has no differences`() {
        #expect(good.differences == [])
    }

    @Test func `A node that counts one pupil less is named`() {
        var views = good.views
        let index = views.firstIndex { $0.at == "440000" && $0.subtree == "440106" } ?? 0
        var counts = views[index].counts
        counts.dossiers -= 1
        views[index] = DemoTally.View(at: "440000", subtree: "440106", counts: counts, digest: views[index].digest)
        let tally = DemoTally(truth: truth, views: views, students: good.students, imported: good.imported)
        #expect(tally.differences.count == 1 && tally.differences[0].contains("440000 所见的 440106"))
    }

    @Test func `Another digest above is a difference though all counts are right`() {
        var views = good.views
        let index = views.firstIndex { $0.at == .centre && $0.subtree == "2144000101" } ?? 0
        views[index] = DemoTally.View(at: .centre, subtree: "2144000101", counts: views[index].counts, digest: "other")
        let tally = DemoTally(truth: truth, views: views, students: good.students, imported: good.imported)
        #expect(tally.differences.count == 1 && tally.differences[0].contains("摘要"))
    }

    @Test func `A missing pupil, an unknown verdict and a wrong import are differences`() {
        let fewer = DemoTally(truth: truth, views: good.views, students: Array(good.students.dropFirst()), imported: good.imported)
        #expect(fewer.differences.contains { $0.contains("学生名单") })
        let innocent = good.students.map { student -> JSONValue in
            guard case .object(var fields) = student else { return student }
            fields["verdict"] = nil
            return .object(fields)
        }
        let blind = DemoTally(truth: truth, views: good.views, students: innocent, imported: good.imported)
        #expect(blind.differences.contains { $0.contains("查重结论") })
        var imported = good.imported
        imported.accepted += 1
        imported.refusals = [:]
        let other = DemoTally(truth: truth, views: good.views, students: good.students, imported: imported)
        #expect(other.differences.count == 2)
    }
}
