import Foundation

/// Two records held against each other: the level of every field, and how probable that is between strangers.
struct SuspicionComparison: Sendable {
    private(set) var pattern = SuspicionPattern()
    /// By field: log2 of the probability between two children who have nothing to do with each other; 0 for `unknown`.
    private(set) var strangers = SIMD16<Double>(repeating: 0)

    init(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, in register: SuspicionRegister) {
        let frequencies = register.frequencies
        compareName(one, other, register)
        compareBirth(one, other, frequencies)
        if one.sex != 0, other.sex != 0 { set(.sex, (one.sex == other.sex ? SexLikeness.equal : .different).rawValue, 0.5) }
        compareNumbers(one, other, register)
        compareGuardians(one, other, register)
        comparePhones(one, other, register)
        compareAddresses(one, other, register)
        comparePlaces(one, other, register)
        if one.entryMonth != 0, other.entryMonth != 0 { compareEntry(Int(one.entryMonth), Int(other.entryMonth)) }
        compareSchools(one, other, register)
    }

    private mutating func set(_ field: SuspicionField, _ level: UInt8, _ chance: Double) {
        pattern[field] = level
        strangers[field.index] = log2(min(max(chance, 1e-9), 1))
    }

    // MARK: The child

    private mutating func compareName(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        guard one.name != 0, other.name != 0 else { return }
        // Which of the two comes first must not matter.
        let isInOrder = !register.names[Int(other.name)].characters.lexicographicallyPrecedes(register.names[Int(one.name)].characters)
        let (first, second) = isInOrder ? (one.name, other.name) : (other.name, one.name)
        let names = (register.names[Int(first)], register.names[Int(second)])
        let level = first == second ? NameLikeness.equal : NameLikeness(names.0, names.1, register.book)
        let chance = register.frequencies.name(
            level, names.0, names.1, count: register.nameTexts.count(first), sound: register.sounds[Int(first)].whole, register.book)
        set(.name, level.rawValue, chance)
    }

    private mutating func compareBirth(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ frequencies: SuspicionFrequencies) {
        let level = BirthLikeness(Int(one.birthDate), Int(other.birthDate))
        guard level != .unknown else { return }
        let share = frequencies.birthShares[Int(level.rawValue)]
        set(.birthDate, level.rawValue, level == .equal ? frequencies.date(one.birthDate) : max(share, 2e-5))
    }

    private mutating func compareNumbers(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        let share = register.frequencies.withResidentID
        switch (one.hasResidentID, other.hasResidentID) {
        case (true, true):
            let likeness = Self.likeness(register.numbers[one.number], register.numbers[other.number])
            // Of strangers who are born on one day in one county, some have neighbouring numbers.
            set(.number, likeness.rawValue, share * share * (likeness == .near ? 1e-4 : likeness == .sequence ? 0.03 : 1))
        case (false, false) where one.number != 0 && one.number == other.number:
            set(.number, NumberLikeness.sameDocument.rawValue, register.frequencies.share(register.numbers.count(one.number)))
        case (false, false):
            set(.number, NumberLikeness.bothWithout.rawValue, (1 - share) * (1 - share))
        default:
            set(.number, NumberLikeness.oneWithout.rawValue, 2 * share * (1 - share))
        }
    }

    /// Two resident ID numbers that are not the same.
    private static func likeness(_ one: String, _ other: String) -> NumberLikeness {
        guard areNear(one, other) else { return .far }
        return one.utf8.count == 18 && other.utf8.count == 18 && one.utf8.prefix(14).elementsEqual(other.utf8.prefix(14)) ? .sequence : .near
    }

    /// One slip apart: a digit or two neighbours exchanged, whatever the check character; or the old form of the new number.
    static func areNear(_ one: String, _ other: String) -> Bool {
        let one = Array(one.utf8), other = Array(other.utf8)
        switch (one.count, other.count) {
        case (18, 18): return isOneSlip(one.prefix(17), other.prefix(17))
        case (15, 18): return isOneSlip(one[...], (other[0..<6] + other[8..<17])[...])
        case (18, 15): return isOneSlip((one[0..<6] + one[8..<17])[...], other[...])
        default: return min(one.count, other.count) >= 12 && EditDistance.between(one, other, limit: 1) <= 1
        }
    }

    /// Texts of one length that differ in one place, or in two neighbouring ones that are exchanged.
    private static func isOneSlip(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        let changed = zip(one.indices, other.indices).filter { one[$0] != other[$1] }
        guard one.count == other.count, changed.count <= 2 else { return false }
        guard changed.count == 2 else { return true }
        let (first, second) = (changed[0], changed[1])
        return second.0 == first.0 + 1 && one[first.0] == other[second.1] && one[second.0] == other[first.1]
    }

    // MARK: The household

    private mutating func compareGuardians(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        let number = Self.shared(one.guardianNumbers, other.guardianNumbers, rarestIn: register.guardianNumbers)
        if number != 0 {
            return set(.guardian, GuardianLikeness.sameNumber.rawValue, register.frequencies.share(register.guardianNumbers.count(number)))
        }
        let bothNumbered = one.guardianNumbers.0 != 0 && other.guardianNumbers.0 != 0
        let name = Self.shared(one.guardianNames, other.guardianNames, rarestIn: register.guardianNames)
        guard name != 0 else {
            let isKnown = bothNumbered || one.guardianNames.0 != 0 && other.guardianNames.0 != 0
            return isKnown ? set(.guardian, GuardianLikeness.different.rawValue, 1) : ()
        }
        let chance = register.frequencies.share(register.guardianNames.count(name), atLeast: 0.5) * 1.5
        if !bothNumbered { return set(.guardian, GuardianLikeness.sameName.rawValue, chance) }
        let isNear = Self.any(one.guardianNumbers, other.guardianNumbers) { Self.areNear(register.guardianNumbers[$0], register.guardianNumbers[$1]) }
        if isNear { return set(.guardian, GuardianLikeness.nearNumber.rawValue, chance * 1e-4) }
        // Mother here and father there, and each with a number: the name they share stands beside other people's numbers.
        set(.guardian, GuardianLikeness.sameNameOtherNumber.rawValue, chance)
    }

    private mutating func comparePhones(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        guard one.phones.0 != 0, other.phones.0 != 0 else { return }
        let phone = Self.shared(one.phones, other.phones, rarestIn: register.phones)
        if phone != 0 { return set(.phone, PhoneLikeness.equal.rawValue, register.frequencies.share(register.phones.count(phone))) }
        let isNear = Self.any(one.phones, other.phones) { register.phones.isOneSlip($0, $1) }
        set(.phone, (isNear ? PhoneLikeness.near : .different).rawValue, isNear ? 1e-6 : 1)
    }

    private mutating func compareAddresses(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        guard one.address != 0, other.address != 0 else { return }
        if one.address == other.address {
            set(.address, AddressLikeness.equal.rawValue, register.frequencies.share(register.addresses.count(one.address)))
        } else if one.houseNumbers != 0, one.houseNumbers == other.houseNumbers {
            set(.address, AddressLikeness.near.rawValue, register.frequencies.share(register.houses.count(one.houseNumbers), atLeast: 1))
        } else {
            set(.address, AddressLikeness.different.rawValue, 1)
        }
    }

    // MARK: Where from, where to

    private mutating func comparePlaces(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        let frequencies = register.frequencies, places = register.places
        let hukou = one.hukou != 0 && other.hukou != 0, birthplace = one.birthplace != 0 && other.birthplace != 0
        if hukou || birthplace {
            let same = (hukou && one.hukou == other.hukou, birthplace && one.birthplace == other.birthplace)
            let number = same.0 ? one.hukou : same.1 ? one.birthplace : hukou ? one.hukou : one.birthplace
            let peer = same.0 || !same.1 && hukou ? other.hukou : other.birthplace
            let isWhole = (same.0 || !hukou) && (same.1 || !birthplace)
            setPlace(.origin, number, peer, isWhole: isWhole, frequencies.share(places.count(number) / (hukou && birthplace ? 2 : 1), atLeast: 1), places)
        }
        guard one.nativePlace != 0, other.nativePlace != 0 else { return }
        let share = frequencies.share(places.count(one.nativePlace) / 3, atLeast: 1)
        setPlace(
            .nativePlace, one.nativePlace, other.nativePlace, isWhole: true,
            hasOneOrigin ? max(share, frequencies.nativeAtOrigin) : share, places)
    }

    /// Whoever comes from one county often has its school and its native place too: that is not evidence again.
    private var hasOneOrigin: Bool {
        pattern[.origin] == PlaceLikeness.equal.rawValue || pattern[.origin] == PlaceLikeness.half.rawValue
    }

    private mutating func setPlace(_ field: SuspicionField, _ one: Int32, _ other: Int32, isWhole: Bool, _ share: Double, _ places: SuspicionTexts) {
        if one == other { return set(field, (isWhole ? PlaceLikeness.equal : .half).rawValue, share) }
        let isProvince = places[one].utf8.prefix(2).elementsEqual(places[other].utf8.prefix(2))
        set(field, (isProvince ? PlaceLikeness.province : .different).rawValue, isProvince ? 0.05 : 1)
    }

    private mutating func compareEntry(_ one: Int, _ other: Int) {
        let years = abs(one / 100 - other / 100)
        let level = years == 0 ? EntryLikeness.equal : years == 1 ? .neighbouring : .different
        set(.entryMonth, level.rawValue, years == 0 ? 0.3 : years == 1 ? 0.3 : 0.4)
    }

    private mutating func compareSchools(_ one: SuspicionRegister.Record, _ other: SuspicionRegister.Record, _ register: SuspicionRegister) {
        guard one.school != 0, other.school != 0 else { return }
        let share = { (number: Int32) in register.frequencies.share(register.schools.count(number), atLeast: 1) }
        guard one.schoolCounty != 0, other.schoolCounty != 0 else {
            let isSame = one.school == other.school
            return set(.school, (isSame ? SchoolLikeness.same : .different).rawValue, isSame ? share(one.school) : 1)
        }
        let county = share(one.schoolCounty), expected = hasOneOrigin ? max(county, register.frequencies.schoolAtOrigin) : county
        if one.school == other.school {
            set(.school, SchoolLikeness.same.rawValue, share(one.school) / county * expected)
        } else if one.schoolCounty == other.schoolCounty {
            set(.school, SchoolLikeness.county.rawValue, expected)
        } else {
            let isProvince = one.schoolProvince == other.schoolProvince
            set(.school, (isProvince ? SchoolLikeness.province : .different).rawValue, isProvince ? share(one.schoolProvince) : 1)
        }
    }

    /// A text that both have, the rarest if there are two; 0 for none.
    private static func shared(_ one: (Int32, Int32), _ other: (Int32, Int32), rarestIn texts: SuspicionTexts) -> Int32 {
        let first = one.0 == other.0 || one.0 == other.1 ? one.0 : 0, second = one.1 == other.0 || one.1 == other.1 ? one.1 : 0
        return first == 0 || second != 0 && texts.count(second) < texts.count(first) ? second : first
    }

    /// Whether two records have one of two texts in common.
    static func isShared(_ one: (Int32, Int32), _ other: (Int32, Int32)) -> Bool {
        one.0 != 0 && (one.0 == other.0 || one.0 == other.1) || one.1 != 0 && (one.1 == other.0 || one.1 == other.1)
    }

    private static func any(_ one: (Int32, Int32), _ other: (Int32, Int32), _ test: (Int32, Int32) -> Bool) -> Bool {
        for (a, b) in [(one.0, other.0), (one.0, other.1), (one.1, other.0), (one.1, other.1)] where a != 0 && b != 0 {
            if test(a, b) { return true }
        }
        return false
    }
}

extension SuspicionTexts {
    /// Two telephone numbers that differ in one digit or two neighbours exchanged.
    func isOneSlip(_ one: Int32, _ other: Int32) -> Bool {
        let a = self[one].utf8, b = self[other].utf8
        guard a.count == b.count, a.count >= 7, zip(a, b).count(where: { $0 != $1 }) <= 2 else { return false }
        return EditDistance.between(Array(a), Array(b), limit: 1) <= 1
    }
}
