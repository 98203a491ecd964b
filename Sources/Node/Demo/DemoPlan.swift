import Features
import Protocol
import Rules

/// What a demo is to do.
public struct DemoPlan: Sendable {
    public static let standardSeed: UInt64 = 20_250_901
    public static let standardPupils = 1200

    public var seed: UInt64
    /// Rows in all workbooks together.
    public var pupils: Int
    /// Folder of the whole demo, with one folder per node in it.
    public var folder: String
    /// This program's file.
    public var executable: String
    /// When it runs.
    public var today: CalendarDate
    /// Whether every node is killed once on the way and started again.
    public var crashes: Bool

    public init(
        seed: UInt64 = standardSeed, pupils: Int = standardPupils, folder: String, executable: String, today: CalendarDate,
        crashes: Bool = false
    ) {
        self.seed = seed
        self.pupils = pupils
        self.folder = folder
        self.executable = executable
        self.today = today
        self.crashes = crashes
    }

    /// Year in which the newest classes entered: new classes begin in September.
    var schoolYear: Int { today.month >= 9 ? today.year : today.year - 1 }

    /// Which version of the template a school still uses.
    static func template(of school: UnitCode) -> Template.Version {
        switch school {
        case "3444000103": .v2016
        case "3143000105": .v2020
        default: .v2013
        }
    }

    func population() throws(DemoFailure) -> Population {
        let schools = DemoTree.populationSchools(schoolYear: schoolYear)
        do throws(PopulationError) {
            return try Population(seed: seed, plan: PopulationPlan(schools: schools, pupils: pupils))
        } catch {
            throw DemoFailure(error)
        }
    }
}
