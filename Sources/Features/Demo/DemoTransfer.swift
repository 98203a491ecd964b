import Rules

/// A pupil who moves to the other province once everyone has a number. Who it is follows from the population, so that the truth counts
/// with it.
public struct DemoTransfer: Sendable, Hashable {
    public let pupil: PopulationPupil
    public let releasing, receiving: UnitCode
    /// Of the receiving school, in the pupil's year of entry.
    public let classCode: ClassCode

    /// The first ordinary pupil of one province for whose year a school of another has a class; nil where there is none.
    public static func planned(in population: Population) -> DemoTransfer? {
        let tree = UnitTree(DemoTree.units)
        let schools = population.plan.schools
        guard let first = schools.first.map({ UnitCode($0.code) }) else { return nil }
        for pupil in population.pupils {
            let home = UnitCode(schools[pupil.school].code)
            guard pupil.truth.role == .ordinary, pupil.truth.isClean, pupil.truth.kinds.isEmpty, pupil.truth.number() == .formalWithID,
                  tree.lowestCommonAuthority(home, first) == .centre,
                  let code = schools[0].classes.first(where: { $0.year == pupil.classCode.year && $0.stage == pupil.classCode.stage })
            else { continue }
            return DemoTransfer(pupil: pupil, releasing: home, receiving: first, classCode: code)
        }
        return nil
    }
}
