import Rules

// What is planted, each with its truth.

extension PopulationPlanting {
    /// One child in two or three places.
    mutating func plantDoubles() throws(PopulationError) {
        let counts = plan.planted
        let plans: [(PupilRole, Int, DuplicateKind, (PopulationSchool, PopulationSchool) -> Bool)] = [
            (.idWithinSchool, counts.idWithinSchool, .idDuplicate, Self.isSameSchool),
            (.idWithinCounty, counts.idWithinCounty, .idDuplicate, Self.isSameCounty),
            (.idAcrossProvinces, counts.idAcrossProvinces, .idDuplicate, Self.isOtherProvince),
            (.nsdWithinCounty, counts.nsdWithinCounty, .nsdDuplicate, Self.isSameCounty),
            (.nsdAcrossProvinces, counts.nsdAcrossProvinces, .nsdDuplicate, Self.isOtherProvince),
            (.crossWithinCounty, counts.crossWithinCounty, .nsdCross, Self.isSameCounty),
            (.crossAcrossProvinces, counts.crossAcrossProvinces, .nsdCross, Self.isOtherProvince),
        ]
        for (role, count, kind, condition) in plans {
            for _ in 0..<count {
                guard let (one, other) = pair(where: condition) else { throw .noPlace(role) }
                enterDoubles(at: [one, other], role, kind)
            }
        }
        for _ in 0..<counts.idTriples {
            guard let places = triple() else { throw .noPlace(.idTriple) }
            enterDoubles(at: places, .idTriple, .idDuplicate)
        }
    }

    private mutating func enterDoubles(at places: [Place], _ role: PupilRole, _ kind: DuplicateKind) {
        let child = child(in: places[0])
        let first = drafts.count
        for (index, place) in places.enumerated() {
            let hasID = kind == .idDuplicate || (kind == .nsdCross && index == 0)
            enter(child, at: place, role, kinds: [kind], hasID: hasID)
        }
        link(first..<drafts.count)
    }

    /// Two schools of one county and one of another province.
    private mutating func triple() -> [Place]? {
        let start = chance.number(below: places.count)
        for offset in places.indices {
            let first = places[(start + offset) % places.count]
            let near = partners(of: first, where: Self.isSameCounty)
            let far = partners(of: first, where: Self.isOtherProvince)
            if !near.isEmpty, !far.isEmpty { return [first, chance.pick(near), chance.pick(far)] }
        }
        return nil
    }

    mutating func plantSingles() throws(PopulationError) {
        let counts = plan.planted
        for _ in 0..<counts.withoutID { enterAnywhere(.withoutID, hasID: false) }
        for _ in 0..<counts.wrongCheckDigit {
            enterAnywhere(.wrongCheckDigit, kinds: [.idInvalid], writing: Self.withWrongCheckDigit)
        }
        for _ in 0..<counts.fifteenDigits {
            enterAnywhere(.fifteenDigits, kinds: [.idInvalid], writing: Self.fifteenDigits)
        }
        for refusal in PlantedRefusal.allCases {
            for _ in 0..<counts.refusedOfEach {
                enterAnywhere(.refused, refusal: refusal, hasID: refusal != .guardianNumberMissing)
            }
        }
        let firstGrades = places.filter { $0.classCode.stage == .primary }
        guard let newest = firstGrades.map(\.classCode.year).max() else {
            if counts.underAge > 0 { throw .noPlace(.underAge) }
            return
        }
        for _ in 0..<counts.underAge {
            let place = chance.pick(firstGrades.filter { $0.classCode.year == newest })
            enter(child(in: place, monthsTooYoung: chance.number(in: 1...3)), at: place, .underAge)
        }
    }

    private mutating func enterAnywhere(
        _ role: PupilRole, kinds: Set<DuplicateKind> = [], refusal: PlantedRefusal? = nil, hasID: Bool = true,
        writing number: (String) -> String = { $0 }
    ) {
        let place = chance.pick(places)
        let child = child(in: place)
        enter(child, at: place, role, kinds: kinds, refusal: refusal, hasID: hasID, number: number(child.idNumber))
    }

    /// Who looks like a double and is none.
    mutating func plantInnocents() throws(PopulationError) {
        let counts = plan.planted
        for _ in 0..<counts.twins {
            guard let (place, other) = pair(where: Self.isSameSchool) else { throw .noPlace(.twin) }
            let one = child(in: place)
            enter(one, at: place, .twin)
            enter(relative(of: one, born: one.birthDate), at: other, .twin)
        }
        for _ in 0..<counts.namesakes {
            guard let (place, other) = pair(where: { _, _ in true }) else { throw .noPlace(.namesake) }
            let one = child(in: place)
            enter(one, at: place, .namesake)
            enter(namesake(of: one, in: other), at: other, .namesake)
        }
        for _ in 0..<counts.siblings {
            guard let (place, younger) = siblingPlaces() else { throw .noPlace(.sibling) }
            let elder = child(in: place)
            enter(elder, at: place, .sibling)
            enter(relative(of: elder, born: birthDate(in: younger.classCode)), at: younger, .sibling)
        }
    }

    /// What an authority is to look at: two children under one key, and one child under none, the second time heard wrongly and without
    /// a number.
    mutating func plantForDecision() throws(PopulationError) {
        for _ in 0..<plan.planted.namesakesWithoutID {
            guard let (place, near) = pair(where: Self.isSameCounty) else { throw .noPlace(.namesakeWithoutID) }
            let first = drafts.count, one = child(in: place)
            enter(one, at: place, .namesakeWithoutID, kinds: [.nsdDuplicate], hasID: false)
            enter(namesake(of: one, in: near), at: near, .namesakeWithoutID, kinds: [.nsdDuplicate], hasID: false)
            link(first..<drafts.count)
        }
        for _ in 0..<plan.planted.numbersTaken {
            guard let (place, far) = pair(where: Self.isOtherProvince) else { throw .noPlace(.numberTaken) }
            let first = drafts.count, one = child(in: place)
            enter(one, at: place, .numberTaken, kinds: [.idDuplicate])
            enter(child(underNumberOf: one, in: far), at: far, .numberTaken, kinds: [.idDuplicate])
            link(first..<drafts.count)
        }
        for _ in 0..<plan.planted.heardWrongly {
            guard let (place, far) = pair(where: Self.isOtherProvince) else { throw .noPlace(.heardWrongly) }
            let (one, other) = childHeardWrongly(in: place)
            enter(one, at: place, .heardWrongly)
            enter(other, at: far, .heardWrongly, hasID: false)
        }
    }

    /// Two classes of one school, the second some years below.
    private mutating func siblingPlaces() -> (Place, Place)? {
        let start = chance.number(below: places.count)
        for offset in places.indices {
            let elder = places[(start + offset) % places.count]
            let younger = plan.schools[elder.school].classes.filter {
                $0.stage == elder.classCode.stage && $0.year > elder.classCode.year
            }
            if !younger.isEmpty { return (elder, Place(school: elder.school, classCode: chance.pick(younger))) }
        }
        return nil
    }

    // MARK: Conditions and wrong numbers

    private static func isSameSchool(_ one: PopulationSchool, _ other: PopulationSchool) -> Bool { one.code == other.code }

    private static func isSameCounty(_ one: PopulationSchool, _ other: PopulationSchool) -> Bool {
        one.code != other.code && one.competent == other.competent
    }

    private static func isOtherProvince(_ one: PopulationSchool, _ other: PopulationSchool) -> Bool {
        one.province != other.province
    }

    /// The digit after the right one, so never right.
    private static func withWrongCheckDigit(_ number: String) -> String {
        let wrong = number.last?.wholeNumberValue.map { String(($0 + 1) % 10) } ?? "0"
        return String(number.dropLast()) + wrong
    }

    /// As numbers were written up to 1999: no century, no check digit.
    private static func fifteenDigits(_ number: String) -> String {
        String(number.prefix(6)) + number.dropFirst(8).dropLast()
    }
}
