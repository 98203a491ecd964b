import Rules
import Store

/// Gathers what rules may know about a school before they judge.
public enum RegistrationFacts {
    /// Facts for rows of one school; school and classes stay nil when the directory has no such school.
    public static func facts(for school: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Facts {
        let unit = reading.directory.unit(school).flatMap { $0.tier == .school ? $0 : nil }
        return Facts(
            today: today, school: unit.map(schoolFacts), classes: unit == nil ? nil : try ClassShelf(reading).classes(of: school),
            policies: try PolicyShelf(reading).registrationPolicies(for: school),
            divisions: try DivisionProjection.table(reading))
    }

    /// What the institution register says about a school code; an authority is no school.
    public static func registered(_ code: UnitCode, _ reading: Reading) throws -> FileSubject.Registered {
        guard let unit = reading.directory.unit(code), unit.tier == .school else { return .missing }
        return .found(schoolFacts(unit))
    }

    private static func schoolFacts(_ unit: Unit) -> SchoolFacts {
        SchoolFacts(
            code: unit.code.text, name: unit.name, kind: unit.kind, stages: unit.stages, years: unit.years,
            isPrivate: unit.isPrivate, urbanRural: unit.urban, division: unit.division, isClosed: unit.isClosed)
    }

    /// Tab of the school's review (Q57).
    public enum Tab: String, Sendable, CaseIterable, Codable {
        case present, new, fromAbroad

        /// 在校生 / 新生 / 来华归国.
        public var label: String {
            switch self {
            case .present: "在校生"
            case .new: "新生"
            case .fromAbroad: "来华归国"
            }
        }
    }

    /// 来华归国 by nationality or kind; 新生 who entered in the running school year's first grade; else 在校生.
    public static func tab(of record: StudentRecord, today: CalendarDate) -> Tab {
        if let nationality = record[.nationality], nationality != "CHN" { return .fromAbroad }
        if ["13", "14", "21"].contains(record[.overseasKind] ?? "") { return .fromAbroad }
        let schoolYear = today.month >= 8 ? today.year : today.year - 1
        return ClassCode(record.classCode)?.year == schoolYear ? .new : .present
    }
}
