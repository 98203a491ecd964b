import Features
@testable import Node
import Rules
import Testing

@Suite struct DemoTruthTests {
    private static let plan = DemoPlan(
        seed: 3, pupils: 300, folder: "", executable: "", today: CalendarDate(compact: "20251010") ?? CalendarDate(daysSince1970: 0))

    @Test func `The centre's truth is the population's, and every tier's is the sum of the tier below`() throws {
        let population = try Self.plan.population()
        let truth = DemoTruth(population), totals = population.totals()
        #expect(truth.rows == 300 && truth.refused == totals.refused && truth.pupils.count == totals.accepted)
        #expect(truth.total.dossiers == totals.accepted && truth.total.problems == totals.problems - 3)
        // One keeps a number shared over two provinces, two in one county are two children.
        #expect(truth.total.G == totals.formalWithID + 1 && truth.total.J == totals.formalWithoutID + 2 && truth.total.L == 0)
        for unit in DemoTree.units where unit.tier != .school {
            let below = DemoTree.units.filter { $0.competent == unit.code }.map { truth.counts(of: $0.code) }
            let sum = truth.counts(of: unit.code)
            #expect(sum.dossiers == below.reduce(0) { $0 + $1.dossiers } && sum.dossiers > 0)
            #expect(sum.G == below.reduce(0) { $0 + $1.G } && sum.problems == below.reduce(0) { $0 + $1.problems })
        }
    }

    @Test func `A pupil of the list is compared by school, class, name, state, problems and number`() throws {
        let truth = DemoTruth(try Self.plan.population())
        let pupil = try #require(truth.pupils.first { $0.number.hasPrefix("G") })
        func item(number: String, state: String = "enrolled") -> JSONValue {
            .object([
                "school": .string(pupil.school), "class": .string(pupil.classCode), "name": .string(pupil.name),
                "state": .string(state), "number": .string(number), "problems": .array([]),
            ])
        }
        #expect(DemoTruth.Pupil(item(number: pupil.number)) == pupil)
        #expect(DemoTruth.Pupil(item(number: "G" + String(repeating: "0", count: 18))) != pupil)
        #expect(DemoTruth.Pupil(item(number: pupil.number, state: "submitted")) != pupil)
        // Which J number it is cannot be foretold.
        #expect(DemoTruth.Pupil(item(number: "J440106201504010017")).number == "J")
    }

    @Test func `New classes begin in September`() {
        var plan = Self.plan
        for (day, year) in [("20250831", 2024), ("20250901", 2025), ("20260101", 2025)] {
            plan.today = CalendarDate(compact: day) ?? plan.today
            #expect(plan.schoolYear == year)
        }
    }
}
