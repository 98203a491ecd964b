import Features
import Glibc
@testable import Node
import Rules
import Testing

@Suite struct DemoWorkbookTests {
    private static let plan = DemoPlan(
        seed: 3, pupils: 150, folder: "", executable: "", today: CalendarDate(compact: "20251010") ?? CalendarDate(daysSince1970: 0))

    @Test(arguments: Template.Version.allCases)
    func `A workbook of each template, read back, is refused just where the generator planted it`(
        version: Template.Version
    ) throws {
        let folder = try Fixture.folder("workbook-\(version.rawValue)")
        mkdir(folder, 0o700)
        defer { Fixture.remove(folder) }
        let population = try Self.plan.population()
        var planted: [String: Int] = [:]
        var found: [String: Int] = [:]
        for school in population.plan.schools {
            let rows = population.rows(of: school.code)
            let path = folder + "/\(school.code).xlsx"
            try DemoWorkbook.write(rows, version: version, to: path)
            let facts = try #require(Self.facts(school, today: Self.plan.today))
            let report = try ImportRun.check(
                path: path, facts: facts, registered: facts.school.map { .found($0) } ?? .missing, markedPath: path + ".marked.xlsx")
            #expect(report.rows == rows.count)
            for rule in rows.compactMap(\.truth.refusal?.rule) { planted[rule, default: 0] += 1 }
            for finding in report.findings where finding.severity == "error" { found[finding.rule, default: 0] += 1 }
        }
        #expect(found == planted)
        #expect(planted.values.reduce(0, +) == PlantedRefusal.allCases.count)
    }

    private static func facts(_ school: PopulationSchool, today: CalendarDate) -> Facts? {
        guard let unit = DemoTree.units.first(where: { $0.code.text == school.code }) else { return nil }
        return Facts(
            today: today,
            school: SchoolFacts(
                code: unit.code.text, name: unit.name, kind: unit.kind, stages: unit.stages, years: unit.years,
                isPrivate: unit.isPrivate, urbanRural: unit.urban, division: unit.division),
            classes: Dictionary(uniqueKeysWithValues: school.classes.map { ($0.text, ClassFacts()) }),
            divisions: BuiltInDivisions())
    }
}
