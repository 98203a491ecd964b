import Rules

/// Makes the pupils of a plan: first what is planted, then ordinary pupils up to the wanted number.
///
/// No two pupils share a number, or name, sex and birth date, unless it is planted.
struct PopulationPlanting {
    /// A class as a place for a pupil.
    struct Place: Hashable {
        let school: Int
        let classCode: ClassCode
    }

    /// A child before it is entered anywhere.
    struct Child {
        var household: PopulationHousehold
        var name: String
        var isMale: Bool
        var birthDate: CalendarDate
        var idNumber: String
    }

    let seed: UInt64
    let plan: PopulationPlan
    let places: [Place]
    /// Places by year and stage of entry.
    let cohorts: [String: [Place]]
    var chance: SeededChance
    private(set) var drafts: [PopulationPupil] = []
    private var usedNumbers = Set<String>()
    private var usedPersons = Set<String>()
    private var households = 0

    init(seed: UInt64, plan: PopulationPlan) {
        self.seed = seed
        self.plan = plan
        chance = SeededChance(seed: seed, stream: 0, of: 0)
        places = plan.schools.enumerated().flatMap { index, school in
            school.classes.map { Place(school: index, classCode: $0) }
        }
        cohorts = Dictionary(grouping: places, by: \.classCode.cohort)
    }

    mutating func pupils() throws(PopulationError) -> [PopulationPupil] {
        guard plan.pupils >= plan.planted.rows else { throw .tooFewPupils(minimum: plan.planted.rows) }
        guard !places.isEmpty else { throw .noPlace(.ordinary) }
        try plantDoubles()
        try plantSingles()
        try plantInnocents()
        try plantForDecision()
        for index in 0..<(plan.pupils - drafts.count) {
            let place = places[index % places.count]
            enter(child(in: place), at: place, .ordinary)
        }
        return mixed()
    }

    // MARK: Places

    /// A random place, and another of the same year and stage for which the condition holds; nil when there is none.
    mutating func pair(where condition: (PopulationSchool, PopulationSchool) -> Bool) -> (Place, Place)? {
        let start = chance.number(below: places.count)
        for offset in places.indices {
            let first = places[(start + offset) % places.count]
            let partners = partners(of: first, where: condition)
            if !partners.isEmpty { return (first, chance.pick(partners)) }
        }
        return nil
    }

    func partners(of place: Place, where condition: (PopulationSchool, PopulationSchool) -> Bool) -> [Place] {
        (cohorts[place.classCode.cohort] ?? []).filter {
            condition(plan.schools[place.school], plan.schools[$0.school])
        }
    }

    // MARK: Children

    /// A child of a new family, of the usual age for the class or some months too young for it.
    mutating func child(in place: Place, monthsTooYoung: Int = 0) -> Child {
        households += 1
        let household = PopulationHousehold(id: households, seed: seed, home: place.school, of: plan.schools)
        while true {
            let birth = birthDate(in: place.classCode, monthsTooYoung: monthsTooYoung)
            if let child = newChild(of: household, birth) { return child }
        }
    }

    /// A brother or sister of another name.
    mutating func relative(of child: Child, born birth: CalendarDate) -> Child {
        while true {
            if let other = newChild(of: child.household, birth), other.name != child.name { return other }
        }
    }

    /// Another child who shares name, sex and birth date, but neither family nor number.
    mutating func namesake(of child: Child, in place: Place) -> Child {
        var other = self.child(in: place)
        other.name = child.name
        other.isMale = child.isMale
        other.birthDate = child.birthDate
        other.idNumber = newNumber(other.household.hukouDivision, child.birthDate, isMale: child.isMale)
        return other
    }

    /// A child whose name can be heard as another of the same sound, and the same child so written.
    mutating func childHeardWrongly(in place: Place) -> (Child, Child) {
        while true {
            let one = child(in: place)
            var other = one
            other.name = PopulationNames.heard(one.name)
            if other.name != one.name, usedPersons.insert("\(other.name)|\(other.isMale)|\(other.birthDate.compact)").inserted { return (one, other) }
        }
    }

    /// Another child, of another name and family, of the sex and birth date that the number of the first says, and entered under it.
    mutating func child(underNumberOf one: Child, in place: Place) -> Child {
        while true {
            let family = child(in: place).household
            guard var other = newChild(of: family, one.birthDate), other.isMale == one.isMale, other.name != one.name else { continue }
            other.idNumber = one.idNumber
            return other
        }
    }

    /// From 1 September to 31 August of the usual year, or in the months after.
    mutating func birthDate(in code: ClassCode, monthsTooYoung: Int = 0) -> CalendarDate {
        let age = switch code.stage {
        case .primary: 6
        case .junior: 12
        case .senior: 15
        }
        let month = monthsTooYoung > 0 ? 8 + monthsTooYoung : chance.number(in: 1...12)
        let year = code.year - age - (month > 8 && monthsTooYoung == 0 ? 1 : 0)
        let day = chance.number(in: 1...CalendarDate.daysIn(month: month, of: year))
        return CalendarDate(year: year, month: month, day: day) ?? CalendarDate(daysSince1970: 0)
    }

    /// Nil when another child has this name, sex and birth date already.
    private mutating func newChild(of household: PopulationHousehold, _ birth: CalendarDate) -> Child? {
        let isMale = chance.happens(onceIn: 2)
        let name = household.childName(isMale: isMale, &chance)
        guard usedPersons.insert("\(name)|\(isMale)|\(birth.compact)").inserted else { return nil }
        let number = newNumber(household.hukouDivision, birth, isMale: isMale)
        return Child(household: household, name: name, isMale: isMale, birthDate: birth, idNumber: number)
    }

    private mutating func newNumber(_ division: String, _ birth: CalendarDate, isMale: Bool) -> String {
        while true {
            let number = PopulationHousehold.residentID(
                division: division, birth: birth, sequence: chance.number(below: 500), isMale: isMale)
            if usedNumbers.insert(String(number.prefix(17))).inserted { return number }
        }
    }

    // MARK: Entering

    /// Enters a child at a place. `number` is what is written instead of the child's own number.
    mutating func enter(
        _ child: Child, at place: Place, _ role: PupilRole, kinds: Set<DuplicateKind> = [],
        refusal: PlantedRefusal? = nil, hasID: Bool = true, number: String? = nil
    ) {
        drafts.append(PopulationPupil(
            serial: drafts.count, school: place.school, classCode: place.classCode, household: child.household.id,
            home: child.household.home, name: child.name, sex: child.isMale ? "1" : "2", birthDate: child.birthDate,
            idNumber: hasID ? number ?? child.idNumber : "",
            truth: PupilTruth(
                role: role, refusal: refusal, kinds: kinds, peers: [], hasPeerInProvince: false, hasResidentID: hasID)))
    }

    /// Makes pupils of a range each other's peers.
    mutating func link(_ range: Range<Int>) {
        for one in range {
            let peers = range.filter { $0 != one }
            drafts[one].truth.peers = peers
            drafts[one].truth.hasPeerInProvince = peers.contains { province(of: $0) == province(of: one) }
        }
    }

    private func province(of draft: Int) -> String { plan.schools[drafts[draft].school].province }

    /// In the order of schools, mixed within each, with serials to match.
    private mutating func mixed() -> [PopulationPupil] {
        let bySchool = Dictionary(grouping: drafts, by: \.school)
        let order = plan.schools.indices.flatMap { chance.shuffled(bySchool[$0] ?? []) }
        var serials = Array(repeating: 0, count: order.count)
        for (index, draft) in order.enumerated() { serials[draft.serial] = index + 1 }
        return order.map { draft in
            var pupil = draft
            pupil.serial = serials[draft.serial]
            pupil.truth.peers = draft.truth.peers.map { serials[$0] }.sorted()
            return pupil
        }
    }
}
