import Features
import Rules

/// Whole made-up pupils of one school, the same for the same seed; no two are doubles.
public struct BenchPupils: Sendable {
    public static let school: UnitCode = "2144000001"
    public static let county: UnitCode = "440106"
    /// Years of entry of the classes, twenty a year.
    public static let years = 2021...2026

    private let population: Population

    /// - Parameter refusedOfEach: rows among them that the rules must refuse, of each way that there is.
    /// - Throws: `PopulationError` when they do not go in; never for a positive count of accepted ones.
    public init(_ count: Int, seed: UInt64, refusedOfEach: Int = 0) throws {
        let classes = Self.years.flatMap { year in (1...20).compactMap { ClassCode(year: year, stage: .primary, number: $0) } }
        var planted = PlantedCounts.nothing
        planted.refusedOfEach = refusedOfEach
        population = try Population(
            seed: seed, plan: PopulationPlan(
                schools: [PopulationSchool(
                    code: Self.school.text, competent: Self.county.text, division: Self.county.text, divisionName: "广东省广州市天河区",
                    isUrban: true, classes: classes)],
                pupils: count, planted: planted))
    }

    public var count: Int { population.pupils.count }
    public var classes: [ClassCode] { population.plan.schools.flatMap(\.classes) }

    /// The row as a workbook has it, every column of `filled` with a text.
    public func row(_ index: Int) -> PopulationRow {
        var row = population.row(of: population.pupils[index])
        row.cells[.guardian1Employer] = "示例市第一机械厂"
        row.cells[.guardian2Employer] = "示例市人民商场"
        return row
    }

    /// The record as an import stores it.
    public func record(_ index: Int) -> StudentRecord { RowReader.read(row(index).rawRow).record }

    /// The sixty columns of the 2013 template that are filled.
    public static let filled: Set<StudentField> = {
        let empty: Set<StudentField> = [
            .formerName, .idValidity, .bloodType, .talents, .auxiliaryNumber, .email, .homepage, .guardian1RelationNote,
            .guardian2RelationNote, .guardian1Position, .guardian2Position,
        ]
        return Set(StudentField.allCases.filter { $0 <= .migrantChild }).subtracting(empty)
    }()
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
