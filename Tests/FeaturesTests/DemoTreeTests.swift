import Features
import Rules
import Testing

@Suite struct DemoTreeTests {
    @Test func `One centre, two provinces, two cities, three counties, seven schools on thirteen nodes`() {
        let tiers = Dictionary(grouping: DemoTree.units, by: \.tier).mapValues(\.count)
        #expect(tiers == [.centre: 1, .province: 2, .city: 2, .county: 3, .school: 7])
        #expect(DemoTree.nodes.count == 13)
        #expect(DemoTree.places.filter { !$0.hasOwnNode }.allSatisfy { $0.node == $0.unit.competent })
    }

    @Test func `A pupil of one province is to go to a school of the other that has the year, by the same choice each time`() throws {
        let plan = PopulationPlan(schools: DemoTree.populationSchools(schoolYear: 2026), pupils: 300)
        let transfer = try #require(DemoTransfer.planned(in: try Population(seed: 5, plan: plan)))
        let tree = UnitTree(DemoTree.units)
        #expect(tree.lowestCommonAuthority(transfer.releasing, transfer.receiving) == .centre)
        #expect(transfer.pupil.truth.role == .ordinary && transfer.pupil.truth.number() == .formalWithID)
        let receiving = try #require(DemoTree.units.first { $0.code == transfer.receiving })
        #expect(DemoTree.classCodes(of: receiving, schoolYear: 2026).contains(transfer.classCode))
        #expect(transfer.classCode.text.prefix(5) == transfer.pupil.classCode.text.prefix(5))
        #expect(DemoTransfer.planned(in: try Population(seed: 5, plan: plan)) == transfer)
    }

    @Test func `Every path ends at the centre and every unit stands after its authority`() {
        let tree = UnitTree(DemoTree.units)
        var seen = Set<UnitCode>()
        for unit in DemoTree.units {
            #expect(tree.path(of: unit.code).last == .centre)
            #expect(unit.competent.map(seen.contains) ?? (unit.code == .centre))
            seen.insert(unit.code)
        }
        #expect(seen.count == DemoTree.units.count)
    }

    @Test func `Exactly one school stands directly under a city, in a county's area`() {
        let direct = DemoTree.units.filter { $0.tier == .school && $0.competent != $0.territorial }
        #expect(direct.map(\.competent) == ["440100"])
        #expect(direct.map(\.division) == ["440106"])
    }

    @Test func `School codes and divisions are of the real tables and fit the kind of school`() throws {
        let divisions = BuiltInDivisions()
        for unit in DemoTree.units where unit.tier != .centre {
            #expect(divisions.currentName(unit.division) != nil, "\(unit.code)")
            guard unit.tier == .school else { continue }
            let code = try #require(SchoolCode(unit.code.text))
            let kind = try #require(SchoolKind[unit.kind])
            #expect(code.category == kind.category && code.province.prefix(2) == unit.division.prefix(2))
            #expect(unit.stages.isSubset(of: kind.stages) && Set(unit.years.keys) == unit.stages)
        }
    }

    @Test func `Every grade of a school has its classes and the population uses just these`() {
        for school in DemoTree.populationSchools(schoolYear: 2025) {
            let unit = DemoTree.units.first { $0.code.text == school.code }
            let cohorts = Set(school.classes.map(\.cohort))
            #expect(cohorts.count == unit?.years.values.reduce(0, +))
            #expect(school.classes.allSatisfy { $0.year <= 2025 } && Set(school.classes).count == school.classes.count)
        }
    }

    @Test func `The import file has a line for every unit below the centre under the contract's header`() {
        let lines = DemoTree.csv.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "code,name,tier,competent,territorial,kind,stages,years,owner,urban")
        #expect(lines.count == DemoTree.units.count + 1 && lines.last == "")
        #expect(lines[1] == "440000,广东省教育厅（演示）,province,000000,,,,,,")
        #expect(lines.contains("3144000102,番禺区示例九年一贯制学校,school,440113,440113,312,1;2,6;3,831,121"))
        #expect(lines.dropLast().allSatisfy { $0.count { $0 == "," } == 9 })
    }
}
