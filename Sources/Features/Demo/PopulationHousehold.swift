import Rules

/// A synthetic family: what twins, siblings and both records of one child have in common. Drawn from the seed and the
/// household's number alone.
struct PopulationHousehold {
    let id: Int
    /// Position of the school near which it lives.
    let home: Int
    /// Six digits, where the family is registered, and its full name.
    let hukouDivision, hukouName: String
    let isRural: Bool
    /// A parent works away from home.
    let parentIsAway: Bool
    let ethnicity: String
    let address: String
    let surname: String
    /// Second part of the children's names among peoples who take the father's name, else nil.
    let patronymic: String?
    let father, mother: Parent

    struct Parent {
        let name, idNumber, phone, ethnicity: String
    }

    init(id: Int, seed: UInt64, home position: Int, of schools: [PopulationSchool]) {
        let home = schools[position]
        var chance = SeededChance(seed: seed, stream: 1, of: id)
        self.id = id
        self.home = position
        let isMigrant = chance.happens(onceIn: 10)
        let outside = chance.pick(PopulationNames.divisions.filter { $0.code != home.division })
        hukouDivision = isMigrant ? outside.code : home.division
        hukouName = isMigrant ? outside.name : home.divisionName
        isRural = isMigrant ? chance.happens(onceIn: 2) : !home.isUrban
        parentIsAway = !isMigrant && isRural && chance.happens(onceIn: 6)
        let street = chance.pick(PopulationNames.streets), number = chance.number(in: 1...300)
        let building = chance.number(in: 1...20), floor = chance.number(in: 1...30), room = chance.number(in: 1...6)
        address = "\(home.divisionName)\(street)\(number)号\(building)栋\(floor)0\(room)室"
        let takesFathersName = chance.happens(onceIn: 25)
        surname = chance.pick(PopulationNames.surnames)
        let fatherGiven = chance.pick(takesFathersName ? PopulationNames.patronymicMen : PopulationNames.givenMen)
        patronymic = takesFathersName ? fatherGiven : nil
        ethnicity = takesFathersName
            ? chance.pick(["维吾尔族", "哈萨克族"])
            : chance.happens(onceIn: 12) ? chance.pick(PopulationNames.ethnicities) : "汉族"
        let years = (father: chance.number(in: 1974...1988), mother: chance.number(in: 1976...1990))
        father = Parent(
            name: takesFathersName ? fatherGiven + "·" + chance.pick(PopulationNames.patronymicMen) : surname + fatherGiven,
            idNumber: Self.number(hukouDivision, year: years.father, isMale: true, &chance),
            phone: Self.phone(id * 2), ethnicity: ethnicity)
        mother = Parent(
            name: takesFathersName
                ? chance.pick(PopulationNames.patronymicWomen) + "·" + chance.pick(PopulationNames.patronymicMen)
                : chance.pick(PopulationNames.surnames) + chance.pick(PopulationNames.givenWomen),
            idNumber: Self.number(hukouDivision, year: years.mother, isMale: false, &chance),
            phone: Self.phone(id * 2 + 1), ethnicity: ethnicity)
    }

    /// A child's name.
    func childName(isMale: Bool, _ chance: inout SeededChance) -> String {
        if let patronymic {
            return chance.pick(isMale ? PopulationNames.patronymicMen : PopulationNames.patronymicWomen) + "·" + patronymic
        }
        let characters = isMale ? PopulationNames.boys : PopulationNames.girls
        let first = chance.pick(characters)
        return surname + first + (chance.happens(onceIn: 6) ? "" : chance.pick(characters))
    }

    /// A well-formed resident ID number. `sequence` is 0…499; its last digit follows the sex.
    static func residentID(division: String, birth: CalendarDate, sequence: Int, isMale: Bool) -> String {
        let order = String(1000 + sequence * 2 % 1000 + (isMale ? 1 : 0)).dropFirst()
        let digits = division + birth.compact + order
        return digits + (ResidentIDNumber.checkDigit(for17: digits).map(String.init) ?? "")
    }

    private static func number(
        _ division: String, year: Int, isMale: Bool, _ chance: inout SeededChance
    ) -> String {
        let birth = CalendarDate(year: year, month: chance.number(in: 1...12), day: chance.number(in: 1...28))
        return birth.map {
            residentID(division: division, birth: $0, sequence: chance.number(below: 500), isMale: isMale)
        } ?? ""
    }

    /// 169 is a prefix that no operator has: these numbers reach nobody.
    private static func phone(_ number: Int) -> String {
        "169" + String(100_000_000 + number % 100_000_000).dropFirst()
    }
}
