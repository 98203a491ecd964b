import Rules

/// Two registrations under one key on which the demo has an authority rule: they are two children, not one. What follows can be told
/// beforehand, so it belongs to the truth.
public struct DemoDecision: Sendable, Hashable {
    public let kind: DuplicateKind
    /// Who stands above both schools and rules.
    public let ruler: UnitCode
    public let one, other: PopulationPupil
    /// Who keeps the number; nil where neither has one.
    public let upheld: PopulationPupil?

    /// What the authority writes, in Chinese.
    public var reason: String {
        upheld == nil ? "户口簿、监护人不同，系同名同日出生的两名学生" : "户口簿、监护人不同，系两名学生；号码属前者，后者由学校变更"
    }

    /// Serials of those who are without a problem afterwards.
    public var settled: [Int] { upheld.map { [$0.serial] } ?? [one.serial, other.serial] }

    /// A shared number over two provinces, ruled on at the centre, and equal name, sex and birth date in one county, ruled on there; each
    /// where the population has such a pair.
    public static func all(of population: Population) -> [DemoDecision] {
        [pair(.numberTaken, .idDuplicate, at: .centre, population), pair(.namesakeWithoutID, .nsdDuplicate, at: .county, population)]
            .compactMap { $0 }
    }

    private static func pair(_ role: PupilRole, _ kind: DuplicateKind, at tier: Tier, _ population: Population) -> DemoDecision? {
        let tree = UnitTree(DemoTree.units)
        for one in population.pupils where one.truth.role == role {
            guard one.truth.peers.count == 1, let serial = one.truth.peers.first, serial > one.serial,
                  let other = population.pupils.first(where: { $0.serial == serial }) else { continue }
            let schools = [one, other].map { UnitCode(population.plan.schools[$0.school].code) }
            guard let ruler = tree.lowestCommonAuthority(schools[0], schools[1]), tree.tier(of: ruler) == tier else { continue }
            return DemoDecision(kind: kind, ruler: ruler, one: one, other: other, upheld: kind == .idDuplicate ? one : nil)
        }
        return nil
    }
}
