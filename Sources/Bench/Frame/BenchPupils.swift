import Features
import Rules

/// Whole made-up pupils of one school, the same for the same seed; no two are doubles.
public struct BenchPupils: Sendable {
    public static let school: UnitCode = "2144000001"
    public static let county: UnitCode = "440106"

    private let population: Population

    /// - Throws: `PopulationError`; never for a positive count.
    public init(_ count: Int, seed: UInt64) throws {
        let classes = (2021...2026).flatMap { year in
            (1...20).compactMap { ClassCode(year: year, stage: .primary, number: $0) }
        }
        population = try Population(
            seed: seed, plan: PopulationPlan(
                schools: [PopulationSchool(
                    code: Self.school.text, competent: Self.county.text, division: Self.county.text, divisionName: "广东省广州市天河区",
                    isUrban: true, classes: classes)],
                pupils: count, planted: PlantedCounts.nothing))
    }

    public var count: Int { population.pupils.count }

    /// The row as a workbook has it.
    public func row(_ index: Int) -> PopulationRow { population.row(of: population.pupils[index]) }

    /// The record as an import stores it.
    public func record(_ index: Int) -> StudentRecord { RowReader.read(row(index).rawRow).record }
}

extension PlantedCounts {
    /// Ordinary pupils alone.
    fileprivate static var nothing: PlantedCounts {
        var counts = PlantedCounts()
        for count in [
            \PlantedCounts.idWithinSchool, \.idWithinCounty, \.idAcrossProvinces, \.idTriples, \.nsdWithinCounty, \.nsdAcrossProvinces,
            \.crossWithinCounty, \.crossAcrossProvinces, \.wrongCheckDigit, \.fifteenDigits, \.underAge, \.withoutID, \.refusedOfEach,
            \.twins, \.siblings, \.namesakes, \.namesakesWithoutID, \.numbersTaken, \.heardWrongly,
        ] { counts[keyPath: count] = 0 }
        return counts
    }
}
