import Rules

extension PopulationRow {
    init(_ pupil: PopulationPupil, of population: Population) {
        let schools = population.plan.schools
        let household = PopulationHousehold(
            id: pupil.household, seed: population.seed, home: pupil.home, of: schools)
        var chance = SeededChance(seed: population.seed, stream: 2, of: pupil.serial)
        serial = pupil.serial
        truth = pupil.truth
        numberCells = []
        cells = Dictionary(uniqueKeysWithValues: StudentField.allCases.prefix(71).map { ($0, "") })
        cells.merge(Self.person(pupil, household)) { $1 }
        cells.merge(Self.study(pupil, schools[pupil.school], household, &chance)) { $1 }
        cells.merge(Self.family(household)) { $1 }
        if let refusal = pupil.truth.refusal { spoil(refusal, pupil) }
    }

    private static func person(_ pupil: PopulationPupil, _ household: PopulationHousehold) -> [StudentField: String] {
        [
            .name: pupil.name, .sex: sexText(pupil.sex), .birthDate: pupil.birthDate.compact,
            .birthplace: household.hukouDivision + "000000", .nativePlace: household.hukouName,
            .ethnicity: household.ethnicity, .nationality: "中国", .overseasKind: "否",
            .idType: pupil.truth.hasResidentID ? "居民身份证" : "其他", .idNumber: pupil.idNumber,
            .health: "健康或良好", .politicalStatus: "群众",
            .hukouType: household.isRural ? "农业户口" : "非农业户口", .hukouDivision: household.hukouDivision + "000000",
            .currentAddress: household.address, .mailingAddress: household.address, .homeAddress: household.address,
            .phone: household.father.phone, .onlyChild: pupil.truth.role == .twin || pupil.truth.role == .sibling ? "否" : "是",
            .preschool: "是", .orphan: "否", .martyrChild: "否", .disability: "无残疾", .inclusiveEducation: "非随班就读",
        ]
    }

    private static func study(
        _ pupil: PopulationPupil, _ school: PopulationSchool, _ household: PopulationHousehold, _ chance: inout SeededChance
    ) -> [StudentField: String] {
        let isSenior = pupil.classCode.stage == .senior
        // The truth table of Q34: registered as rural in another county, at a town school, in compulsory education.
        let isMigrant = !isSenior && household.isRural && school.isUrban && household.hukouDivision != school.division
        let isLeftBehind = household.parentIsAway && !isMigrant && household.hukouDivision == school.division
        let tenths = chance.number(in: 2...60)
        return [
            .schoolCode: school.code, .classCode: pupil.classCode.text, .entryMonth: "\(pupil.classCode.year)09",
            .entryWay: isSenior ? "统一招生考试/普通入学" : "就近入学", .studyWay: isSenior ? "住校" : "走读",
            .studentSource: "正常入学", .numberInClass: "\(chance.number(in: 1...60))",
            .postcode: school.province == "44" ? "510000" : school.province == "43" ? "410000" : "100000",
            .leftBehind: isLeftBehind ? "单亲留守儿童" : "非留守儿童", .migrantChild: isMigrant ? "是" : "否",
            .needsAid: "否", .boardingSubsidy: "否", .governmentPlace: "否",
            .distance: "\(tenths / 10).\(tenths % 10)", .transport: tenths < 15 ? "步行" : "家长自行接送", .schoolBus: "否",
        ]
    }

    private static func family(_ household: PopulationHousehold) -> [StudentField: String] {
        let division = household.hukouDivision + "000000"
        return [
            .guardian1Name: household.father.name, .guardian1Relation: "父亲",
            .guardian1Address: household.parentIsAway ? "广东省东莞市示例工业园宿舍1栋" : household.address,
            .guardian1Division: division, .guardian1Phone: household.father.phone, .guardian1IsGuardian: "是",
            .guardian1IDType: "居民身份证", .guardian1IDNumber: household.father.idNumber,
            .guardian1Ethnicity: household.father.ethnicity,
            .guardian2Name: household.mother.name, .guardian2Relation: "母亲", .guardian2Address: household.address,
            .guardian2Division: division, .guardian2Phone: household.mother.phone, .guardian2IsGuardian: "是",
            .guardian2IDType: "居民身份证", .guardian2IDNumber: household.mother.idNumber,
            .guardian2Ethnicity: household.mother.ethnicity,
        ]
    }

    /// Plants what must get the row refused, and nothing else.
    private mutating func spoil(_ refusal: PlantedRefusal, _ pupil: PopulationPupil) {
        switch refusal {
        case .distanceWithUnit: cells[.distance] = "2公里"
        case .unknownClass: cells[.classCode] = pupil.classCode.cohort + "99"
        case .scientificNumber: cells[.idNumber] = "\(pupil.idNumber.prefix(1)).\(pupil.idNumber.dropFirst().prefix(5))E+17"
        case .numberInsteadOfText:
            cells[.idNumber] = "\(pupil.idNumber.prefix(15))000"
            numberCells = [.idNumber]
        case .numberMissing: cells[.idNumber] = ""
        case .sexAgainstNumber: cells[.sex] = Self.sexText(pupil.sex == "1" ? "2" : "1")
        case .textNotInList: cells[.health] = "身体很好"
        case .guardianNumberMissing:
            for field in [StudentField.guardian1IDType, .guardian2IDType] { cells[field] = "其他" }
            for field in [StudentField.guardian1IDNumber, .guardian2IDNumber] { cells[field] = "" }
        }
    }

    private static func sexText(_ code: String) -> String { code == "1" ? "男" : "女" }
}
