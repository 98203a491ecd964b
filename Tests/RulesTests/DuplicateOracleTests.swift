import Rules
import Testing

/// The index held against the oracle: any order, split, replay, removal and return gives the same groups.
@Suite struct DuplicateOracleTests {
    /// A small stable generator; the numbers of a failing run are those of its seed.
    struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Few values for each field, so that every kind of group comes about.
    private func person(_ chance: inout Chance) -> KeyFields {
        KeyFields(
            name: ["张伟", "张 伟", "李娜", "买买提・艾力", "买买提·艾力", ""].randomElement(using: &chance)!,
            sex: ["1", "2"].randomElement(using: &chance)!,
            birthDate: ["20161105", "20161106", ""].randomElement(using: &chance)!,
            idType: ["1", "1", "Z", "A"].randomElement(using: &chance)!,
            idNumber: ["110102201611054337", "１１０１０２201611054337", "440106201611050012", "11010120091215290x", ""]
                .randomElement(using: &chance)!)
    }

    private func expectAgreement(
        _ index: InMemoryDuplicateIndex<Int>, _ people: [Int: KeyFields], seed: UInt64
    ) throws {
        let verdicts = DuplicateOracle.verdicts(for: people.map { ($0.key, $0.value) })
        for (subject, fields) in people {
            #expect(index.problems(of: subject) == verdicts[subject] ?? [], "seed \(seed)")
            #expect(try index.problems(of: subject, with: fields) == verdicts[subject] ?? [], "seed \(seed)")
        }
    }

    @Test(arguments: 1...UInt64(40))
    func `Any history of insertions, replays and removals agrees with the oracle`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        var index = InMemoryDuplicateIndex<Int>()
        var people: [Int: KeyFields] = [:]
        for _ in 0..<120 {
            let subject = Int.random(in: 0..<30, using: &chance)
            switch Int.random(in: 0..<5, using: &chance) {
            case 0:
                _ = index.remove(subject)
                people[subject] = nil
            case 1:
                if let fields = people[subject] { #expect(index.insert(subject, fields).isEmpty) }
            default:
                let fields = person(&chance)
                _ = index.insert(subject, fields)
                people[subject] = fields
            }
        }
        try expectAgreement(index, people, seed: seed)
    }

    @Test(arguments: 1...UInt64(40))
    func `The changed groups name everybody whose verdict changes`(seed: UInt64) {
        var chance = Chance(state: seed)
        var index = InMemoryDuplicateIndex<Int>()
        var verdicts: [Int: [DuplicateProblem<Int>]] = [:]
        for _ in 0..<80 {
            let subject = Int.random(in: 0..<20, using: &chance)
            let leaves = Int.random(in: 0..<4, using: &chance) == 0
            let changed = leaves ? index.remove(subject) : index.insert(subject, person(&chance))
            let judgedAnew = Set(changed.flatMap { $0.members.map(\.subject) } + [subject])
            for other in 0..<20 {
                let now = index.problems(of: other)
                #expect(now == verdicts[other] ?? [] || judgedAnew.contains(other), "seed \(seed)")
                verdicts[other] = now
            }
        }
    }

    @Test(arguments: 1...UInt64(20))
    func `Two orders of the same people give the same groups`(seed: UInt64) {
        var chance = Chance(state: seed)
        let people = (0..<40).map { ($0, person(&chance)) }
        var one = InMemoryDuplicateIndex<Int>(), other = InMemoryDuplicateIndex<Int>()
        for (subject, fields) in people { _ = one.insert(subject, fields) }
        for (subject, fields) in people.shuffled(using: &chance) { _ = other.insert(subject, fields) }
        for key in Set(people.flatMap { $0.1.keys }) { #expect(one.members(of: key) == other.members(of: key)) }
    }

    @Test func `The oracle finds each kind once, on both sides`() {
        let verdicts = DuplicateOracle.verdicts(for: [
            ("a", DuplicatePeople.zhangWei), ("b", DuplicatePeople.zhangWeiAtAnotherSchool),
            ("c", DuplicatePeople.zhangWeiWithoutID), ("d", DuplicatePeople.zhangWeiOnPassport),
            ("e", DuplicatePeople.anotherZhangWei), ("f", DuplicatePeople.wrongCheckDigit),
            ("g", DuplicatePeople.twinSisters[0]), ("h", DuplicatePeople.twinSisters[1]),
        ])
        #expect(verdicts["a"] == [
            DuplicateProblem(kind: .idDuplicate, peers: ["b"]), DuplicateProblem(kind: .nsdCross, peers: ["c", "d"]),
        ])
        #expect(verdicts["e"] == [DuplicateProblem(kind: .nsdCross, peers: ["c", "d"])])
        #expect(verdicts["f"] == [DuplicateProblem(kind: .idInvalid)])
        #expect(verdicts["g"] == nil && verdicts["h"] == nil)
    }
}
