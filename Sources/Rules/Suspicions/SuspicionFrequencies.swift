import Foundation

/// How often values occur in the records of one search: what two strangers share by chance.
struct SuspicionFrequencies: Sendable {
    private(set) var records = 0
    private var surnames: [ArraySlice<UInt32>: Int] = [:]
    private var characters: [UInt32: Int] = [:]
    private var givenCharacters = 0
    private var syllables: [UInt32: Int] = [:]
    private var givenNames: [ArraySlice<UInt32>: Int] = [:]
    private var wholeSounds: [UInt64: Int] = [:]
    private var dates: [Int32: Int] = [:]
    /// Share of pairs of strangers at each level of the birth date.
    private(set) var birthShares = [Double](repeating: 0, count: BirthLikeness.allCases.count)
    /// Share of records with a resident ID.
    private(set) var withResidentID = 0.0
    /// Of two records of one origin: how probably both have it as their native place, and both a school there.
    private(set) var nativeAtOrigin = 0.0, schoolAtOrigin = 0.0
    /// How probably two characters of given names look or sound alike, and how probably they sound nearly alike.
    private var alikeChance = 0.04, nearChance = 0.08

    init() {}

    /// Takes the counts of a register that is complete.
    mutating func finish(_ register: SuspicionRegister) {
        records = register.records.count
        for record in register.records where record.name != 0 {
            let name = register.names[Int(record.name)]
            surnames[name.surname, default: 0] += 1
            givenNames[name.given, default: 0] += 1
            for character in name.given {
                characters[character, default: 0] += 1
                syllables[register.book.sound(character), default: 0] += 1
                givenCharacters += 1
            }
            wholeSounds[register.sounds[Int(record.name)].whole, default: 0] += 1
        }
        for record in register.records where record.birthDate != 0 { dates[record.birthDate, default: 0] += 1 }
        withResidentID = Double(register.records.count { $0.hasResidentID }) / Double(max(records, 1))
        countBirthShares()
        countPlaces(register)
        countAlikeCharacters(register.book)
    }

    private mutating func countPlaces(_ register: SuspicionRegister) {
        var native = (same: 0, all: 0), school = (same: 0, all: 0)
        for record in register.records where record.hukou != 0 {
            if record.nativePlace != 0 {
                native.all += 1
                if record.nativePlace == record.hukou { native.same += 1 }
            }
            if record.schoolCounty != 0 {
                school.all += 1
                if register.schools[record.schoolCounty].dropFirst() == register.places[record.hukou] { school.same += 1 }
            }
        }
        let square = { (share: (same: Int, all: Int)) in
            let part = Double(share.same) / Double(max(share.all, 1))
            return part * part
        }
        (nativeAtOrigin, schoolAtOrigin) = (square(native), square(school))
    }

    /// Over the commonest characters.
    private mutating func countAlikeCharacters(_ book: CharacterBook) {
        let often = characters.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(300)
        var alike = 0.0, near = 0.0, all = 0.0
        for one in often {
            for other in often where one.key < other.key {
                let weight = Double(one.value) * Double(other.value)
                all += weight
                if book.soundAlike(one.key, other.key) || book.lookAlike(one.key, other.key) {
                    alike += weight
                } else if book.soundNear(one.key, other.key) {
                    near += weight
                }
            }
        }
        guard all > 0 else { return }
        alikeChance = max(alike / all, 0.01)
        nearChance = alikeChance + near / all
    }

    /// Over all pairs of dates, each as often as it occurs; of very many dates the rarest are left out.
    private mutating func countBirthShares() {
        let often = dates.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6000)
        var counts = [Double](repeating: 0, count: birthShares.count)
        for (index, one) in often.enumerated() {
            counts[Int(BirthLikeness.equal.rawValue)] += Double(one.value) * Double(one.value - 1) / 2
            for other in often[(index + 1)...] {
                counts[Int(BirthLikeness(Int(one.key), Int(other.key)).rawValue)] += Double(one.value) * Double(other.value)
            }
        }
        let all = counts.reduce(0, +)
        birthShares = counts.map { all > 0 ? $0 / all : 0 }
    }

    /// Share of a value that `count` records have, the two at hand aside; never nothing, for others may have it. A small
    /// file cannot show how rare a value is; a thousand records are thought behind it.
    func share(_ count: Int, atLeast least: Double = 0.2) -> Double {
        max(Double(count - 2) / Double(max(records, 50)), least / Double(max(records, 1000)))
    }

    func date(_ date: Int32) -> Double { share(dates[date] ?? 0, atLeast: 1) }

    func surname(_ name: SuspicionName) -> Double { share(surnames[name.surname] ?? 0, atLeast: 1) }

    func character(_ character: UInt32) -> Double {
        Double(max((characters[character] ?? 0) - 2, 1)) / Double(max(givenCharacters, 50))
    }

    private func syllable(_ sound: UInt32) -> Double {
        Double(max((syllables[sound] ?? 0) - 2, 1)) / Double(max(givenCharacters, 50))
    }

    /// How probably a stranger's name stands at this level beside the two names. Names are taken for a surname and
    /// characters drawn apart from each other, unless the file shows them more often together.
    func name(_ level: NameLikeness, _ one: SuspicionName, _ other: SuspicionName, count: Int, sound: UInt64, _ book: CharacterBook) -> Double {
        guard one.isSplit, other.isSplit else { return long(level, count: count) }
        let surname = one.surname == other.surname ? surname(one) : alikeChance
        switch level {
        case .unknown: return 1
        case .equal: return max(share(count), surname * given(one.given))
        case .sound: return max(share(wholeSounds[sound] ?? 0), surname * one.given.reduce(1) { $0 * syllable(book.sound($1)) })
        case .shape: return surname * alike(one, other, chance: alikeChance)
        case .near: return surname * alike(one, other, chance: nearChance)
        case .swapped: return surname * given(one.given)
        case .dropped: return surname * 0.4 * (one.given.count < other.given.count ? given(one.given) : given(other.given))
        case .surname: return max(share(givenNames[one.given] ?? 0, atLeast: 1), given(one.given))
        case .edit: return 1e-4
        case .partly: return self.surname(one) * 2 * (one.given.first(where: other.given.contains).map(character) ?? 0.05)
        case .surnameOnly: return self.surname(one)
        case .different: return 1
        }
    }

    private func long(_ level: NameLikeness, count: Int) -> Double {
        switch level {
        case .equal: share(count)
        case .sound, .shape, .near, .swapped, .dropped, .surname, .edit: 1e-4
        case .partly: 2e-3
        case .unknown, .surnameOnly, .different: 1
        }
    }

    private func given(_ characters: ArraySlice<UInt32>) -> Double { characters.reduce(1) { $0 * character($1) } }

    private func alike(_ one: SuspicionName, _ other: SuspicionName, chance: Double) -> Double {
        zip(one.given, other.given).reduce(1) { $0 * ($1.0 == $1.1 ? character($1.0) : chance) }
    }
}
