import Features
import Rules
import Testing

@Suite struct PopulationTests {
    private static let plan = PopulationPlan(schools: DemoTree.populationSchools(schoolYear: 2025), pupils: 1500)
    private static let population = try? Population(seed: 20_250_901, plan: plan)

    private func population() throws -> Population { try #require(Self.population) }

    @Test func `The same seed gives the same pupils and rows, another seed gives others`() throws {
        let plan = PopulationPlan(schools: DemoTree.populationSchools(schoolYear: 2025), pupils: 200)
        let one = try Population(seed: 7, plan: plan), again = try Population(seed: 7, plan: plan)
        #expect(one.pupils == again.pupils)
        #expect(one.pupils.map(one.row) == again.pupils.map(again.row))
        #expect(try Population(seed: 8, plan: plan).pupils != one.pupils)
    }

    @Test func `As many rows as wanted, and every planted truth as often as wanted`() throws {
        let population = try population(), counts = population.plan.planted
        #expect(population.pupils.count == 1500)
        #expect(population.pupils.map(\.serial) == Array(1...1500))
        let roles = Dictionary(grouping: population.pupils, by: \.truth.role).mapValues(\.count)
        let expected: [PupilRole: Int] = [
            .idWithinSchool: 2 * counts.idWithinSchool, .idWithinCounty: 2 * counts.idWithinCounty,
            .idAcrossProvinces: 2 * counts.idAcrossProvinces, .idTriple: 3 * counts.idTriples,
            .nsdWithinCounty: 2 * counts.nsdWithinCounty, .nsdAcrossProvinces: 2 * counts.nsdAcrossProvinces,
            .crossWithinCounty: 2 * counts.crossWithinCounty, .crossAcrossProvinces: 2 * counts.crossAcrossProvinces,
            .wrongCheckDigit: counts.wrongCheckDigit, .fifteenDigits: counts.fifteenDigits,
            .underAge: counts.underAge, .withoutID: counts.withoutID, .twin: 2 * counts.twins,
            .sibling: 2 * counts.siblings, .namesake: 2 * counts.namesakes, .heardWrongly: 2 * counts.heardWrongly,
            .namesakeWithoutID: 2 * counts.namesakesWithoutID, .numberTaken: 2 * counts.numbersTaken,
            .refused: counts.refusedOfEach * PlantedRefusal.allCases.count, .ordinary: 1500 - counts.rows,
        ]
        #expect(roles == expected)
    }

    @Test func `The oracle of the duplicate check says of the accepted rows exactly what the truth says`() throws {
        let population = try population()
        let accepted = population.pupils.filter(\.truth.isAccepted)
        let verdicts = DuplicateOracle.verdicts(for: accepted.map { ($0.serial, $0.keyFields) })
        for pupil in accepted {
            let problems = verdicts[pupil.serial] ?? []
            #expect(Set(problems.map(\.kind)) == pupil.truth.kinds, "\(pupil.truth.role)")
            #expect(problems.flatMap(\.peers) == pupil.truth.peers, "\(pupil.truth.role)")
        }
        #expect(Set(verdicts.values.flatMap { $0.map(\.kind) }) == [.idDuplicate, .nsdDuplicate, .nsdCross, .idInvalid])
    }

    @Test func `The rule book accepts and refuses the rows as the truth says`() throws {
        let population = try population()
        let units = Dictionary(uniqueKeysWithValues: DemoTree.units.map { ($0.code.text, $0) })
        for school in population.plan.schools {
            let facts = Facts(
                today: try #require(CalendarDate(compact: "20251010")), school: units[school.code].map(Self.facts),
                classes: Dictionary(uniqueKeysWithValues: school.classes.map { ($0.text, ClassFacts()) }),
                divisions: BuiltInDivisions())
            for row in population.rows(of: school.code) {
                let judgement = RuleBook.judge(row.rawRow, facts: facts)
                let errors = judgement.findings.filter { $0.severity == .error }.map(\.rule)
                #expect(errors == (row.truth.refusal.map { [$0.rule] } ?? []), "\(row.truth.role)")
                guard row.truth.isAccepted else { continue }
                #expect(judgement.problemKinds == (row.truth.hasWrongNumber ? [.wrongIDNumber] : []), "\(row.truth.role)")
                #expect(KeyFields(judgement.record) == population.pupils[row.serial - 1].keyFields)
                let tooYoung = judgement.findings.contains { $0.rule == "Q53-under-age" }
                #expect(tooYoung == (row.truth.role == .underAge), "\(row.truth.role)")
            }
        }
    }

    private static func facts(_ unit: Unit) -> SchoolFacts {
        SchoolFacts(
            code: unit.code.text, name: unit.name, kind: unit.kind, stages: unit.stages, years: unit.years,
            isPrivate: unit.isPrivate, urbanRural: unit.urban, division: unit.division)
    }

    @Test func `A row has all 71 columns, and those that every pupil needs are filled`() throws {
        let population = try population()
        let optional: Set<StudentField> = [
            .formerName, .idValidity, .bloodType, .talents, .auxiliaryNumber, .email, .homepage, .idNumber,
            .guardian1RelationNote, .guardian2RelationNote, .guardian1Employer, .guardian2Employer,
            .guardian1Position, .guardian2Position, .guardian1IDNumber, .guardian2IDNumber,
        ]
        for pupil in population.pupils {
            let cells = population.row(of: pupil).cells
            #expect(cells.count == 71)
            #expect(cells.allSatisfy { !$0.value.isEmpty || optional.contains($0.key) })
        }
    }

    @Test func `Where the doubles are is as their names say`() throws {
        let population = try population()
        func homes(_ pupil: PopulationPupil) -> [PopulationSchool] {
            ([pupil.serial] + pupil.truth.peers).map { population.plan.schools[population.pupils[$0 - 1].school] }
        }
        for pupil in population.pupils {
            let schools = homes(pupil)
            switch pupil.truth.role {
            case .idWithinSchool: #expect(Set(schools.map(\.code)).count == 1)
            case .idWithinCounty, .nsdWithinCounty, .crossWithinCounty, .namesakeWithoutID:
                #expect(Set(schools.map(\.code)).count == 2 && Set(schools.map(\.competent)).count == 1)
            case .idAcrossProvinces, .nsdAcrossProvinces, .crossAcrossProvinces, .numberTaken:
                #expect(Set(schools.map(\.province)).count == 2 && schools.count == 2)
            case .idTriple: #expect(Set(schools.map(\.province)).count == 2 && Set(schools.map(\.code)).count == 3)
            default: #expect(pupil.truth.peers.isEmpty)
            }
        }
    }

    @Test func `Twins and siblings share a household, and minority names carry the middle dot`() throws {
        let population = try population()
        let families = Dictionary(grouping: population.pupils, by: \.household)
        for pupil in population.pupils where pupil.truth.role == .twin || pupil.truth.role == .sibling {
            let family = try #require(families[pupil.household])
            #expect(family.count == 2 && family[0].name != family[1].name)
            #expect((family[0].birthDate == family[1].birthDate) == (pupil.truth.role == .twin))
            let parents = family.map { population.row(of: $0).cells[.guardian2IDNumber] }
            #expect(parents[0] == parents[1])
        }
        #expect(population.pupils.contains { $0.name.contains("·") })
    }

    @Test func `Everybody gets the number that the truth promises`() throws {
        let population = try population(), counts = population.plan.planted
        let totals = population.totals()
        #expect(totals.accepted + totals.refused == totals.rows && totals.clean + totals.problems == totals.accepted)
        #expect(totals.formalWithID + totals.formalWithoutID == totals.clean && totals.provisionalOnly == 0)
        #expect(totals.formalWithoutID == counts.withoutID + counts.crossWithinCounty + counts.crossAcrossProvinces + counts.heardWrongly)
        #expect(totals.suspicions == 2 * (counts.crossWithinCounty + counts.crossAcrossProvinces))
        let early = population.totals(provinceSuffices: true)
        #expect(early.provisionalOnly == 2 * (counts.idAcrossProvinces + counts.nsdAcrossProvinces + counts.numbersTaken) + counts.idTriples)
    }

    @Test func `The least possible number of pupils works, one less is refused with the number`() throws {
        let schools = DemoTree.populationSchools(schoolYear: 2025), least = PlantedCounts()
        let population = try Population(seed: 1, plan: .init(schools: schools, pupils: least.rows, planted: least))
        #expect(population.pupils.count == least.rows)
        #expect(throws: PopulationError.tooFewPupils(minimum: least.rows)) {
            try Population(seed: 1, plan: .init(schools: schools, pupils: least.rows - 1, planted: least))
        }
    }

    @Test func `A plan without two provinces has no place for doubles across provinces`() {
        let schools = DemoTree.populationSchools(schoolYear: 2025).filter { $0.province == "44" }
        #expect(throws: PopulationError.noPlace(.idAcrossProvinces)) {
            try Population(seed: 1, plan: .init(schools: schools, pupils: 500))
        }
    }
}
