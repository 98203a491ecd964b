import Testing

@testable import Rules

/// A node that has only the hand-over has the same state as one that has everything, in any order.
@Suite struct FoldHandOverTests {
    private static let county: UnitCode = "440106"
    private static let (old, new, third): (UnitCode, UnitCode, UnitCode) = ("2144000001", "2144000002", "2144000003")
    private static let id = DossierID(repeating: 7)
    private static let tree = UnitTree(
        [
            Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
            Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
            Unit(code: "440106", name: "天河区", tier: .county, competent: "440000"),
            Unit(code: "440105", name: "海珠区", tier: .county, competent: "440000"),
        ] + [old, new, third].map { Unit(code: $0, name: "学校\($0)", tier: .school, competent: "440106", kind: "211") })

    private static func hash(_ n: Int) -> Digest {
        Digest((0..<32).map { $0 == 0 ? UInt8(truncatingIfNeeded: n &* 167) : $0 == 1 ? UInt8(n >> 8) : $0 == 2 ? UInt8(n & 255) : 0 })!
    }

    private static func step(
        _ n: Int, _ kind: StepKind, after: Int?, by: UnitCode, next: UnitCode?, workflow: Int = 1, number: String? = nil
    ) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: after.map(hash), kind: kind, by: by, nextHolder: next, workflow: workflow, topology: 1,
            at: 0, record: kind == .enter ? record : nil, keyDigest: kind == .enter ? hash(900) : nil, provisionalNumber: number)
    }

    private static let record = StudentRecord([
        .name: "张伟", .idType: "Z", .schoolCode: old.text, .classCode: "2022001", .phone: "1",
    ])

    private static func handOver(
        _ n: Int, after: Int, from: UnitCode = old, to: UnitCode = new, by: UnitCode = county, stand: Stand = .enrolled, length: Int = 4,
        supplement: Int = 0, words: DossierWords = DossierWords(), number: String? = nil
    ) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: hash(after), kind: .handOver, by: by, nextHolder: to, workflow: 2, topology: 1, at: 0,
            record: record, keyDigest: hash(900), provisionalNumber: number,
            archive: ArchiveHandOver(from: from, topology: 1, stand: stand, length: length, supplement: supplement, words: words))
    }

    private static func verdict(_ by: UnitCode, _ tier: Tier, _ position: Int64, _ problems: [String] = []) -> Verdict {
        Verdict(dossier: id, keyDigest: hash(900), by: by, tier: tier, position: position, problems: problems, peers: [], at: 0)
    }

    private static let journey = [
        step(1, .enter, after: nil, by: old, next: old), step(2, .review, after: 1, by: old, next: old),
        step(3, .submit, after: 2, by: old, next: county), step(4, .approve, after: 3, by: county, next: old, number: "L1"),
    ]

    private func fold(_ facts: DossierFacts) throws -> Dossier {
        let dossier = try #require(Fold.dossier(Self.id, facts, topology: Self.tree))
        var other = facts
        other.steps.reverse()
        other.verdicts.reverse()
        other.supplements.reverse()
        #expect(Fold.dossier(Self.id, other, topology: Self.tree) == dossier)
        return dossier
    }

    /// What every node must agree on.
    private func line(_ dossier: Dossier) -> [String] {
        [
            dossier.home.text, dossier.holder?.text ?? "", dossier.head?.description ?? "", dossier.state.rawValue, dossier.number ?? "",
            dossier.problems.joined(separator: ","), dossier.keyDigest?.description ?? "", "\(dossier.length)",
            dossier.record.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ";"),
        ]
    }

    @Test func `the new home has the pupil as he stood, without the steps before`() throws {
        let words = DossierWords(numbers: [IssuedNumber(dossier: Self.id, number: "G1", cites: Self.hash(4), at: 0)])
        let given = Self.handOver(5, after: 4, words: words, number: "L1")
        let here = try fold(DossierFacts(steps: [given]))
        let everywhere = try fold(DossierFacts(steps: Self.journey + [given], numbers: words.numbers))
        #expect(line(here) == line(everywhere))
        #expect(here.home == Self.new && here.holder == Self.new && here.state == .enrolled && here.formalNumber == "G1")
        #expect(here.parked.isEmpty && everywhere.void.isEmpty && everywhere.parked.isEmpty)
        #expect(everywhere.chain.map(\.hash) == (1...5).map(Self.hash))
        #expect(here.record.classCode.isEmpty && here.record.schoolCode == Self.new.text && here.record[.phone] == "1")
        #expect(here.length == 5 && everywhere.length == 5)
    }

    @Test func `a later step of the former home is void, and so is one by anybody but the new home`() throws {
        let given = Self.handOver(5, after: 4, number: "L1")
        let late = Self.step(6, .applyForDeletion, after: 4, by: Self.old, next: Self.county)
        let forged = Self.step(7, .applyForDeletion, after: 5, by: Self.old, next: Self.county, workflow: 2)
        let own = Self.step(8, .applyForDeletion, after: 5, by: Self.new, next: Self.county, workflow: 2)
        let dossier = try fold(DossierFacts(steps: Self.journey + [late, forged, given]))
        #expect(dossier.void == [late.hash, forged.hash] && dossier.state == .enrolled)
        #expect(try fold(DossierFacts(steps: Self.journey + [late, given, own])).state == .deletionRequested)
    }

    @Test func `a longer branch that a number cites does not undo a hand-over`() throws {
        let given = Self.handOver(5, after: 2, stand: .reviewed, length: 2)
        let number = IssuedNumber(dossier: Self.id, number: "G1", cites: Self.hash(4), at: 0)
        let everywhere = try fold(DossierFacts(steps: Self.journey + [given], numbers: [number]))
        #expect(everywhere.state == .reviewed && everywhere.home == Self.new)
        #expect(line(everywhere) == line(try fold(DossierFacts(steps: [given], numbers: [number]))))
    }

    @Test func `only the lowest authority above both may write it, from a stand at rest, by both schools' records`() throws {
        for (by, to, stand) in [
            ("440000", Self.new, Stand.enrolled), ("440105", Self.new, .enrolled), (Self.old, Self.new, .enrolled), (Self.county, Self.old, .enrolled),
            (Self.county, "440105", .enrolled), (Self.county, Self.new, .submitted), (Self.county, Self.new, .deleted), (Self.county, Self.new, .none),
        ] as [(UnitCode, UnitCode, Stand)] {
            let forged = Self.handOver(5, after: 4, to: to, by: by, stand: stand)
            let dossier = try fold(DossierFacts(steps: Self.journey + [forged]))
            #expect(dossier.home == Self.old && dossier.state == .enrolled && dossier.void == [forged.hash])
        }
        var early = Self.handOver(5, after: 4)
        early.archive?.topology = 2
        #expect(try fold(DossierFacts(steps: Self.journey + [early])).home == Self.old)
        var tree = Self.tree
        tree.put(Unit(code: Self.new, name: "学校", tier: .school, competent: "440105", kind: "211", version: 2))
        let moved = Fold.dossier(Self.id, DossierFacts(steps: [Self.handOver(5, after: 4)]), topology: tree)
        #expect(moved?.home == Self.new)
    }

    @Test func `supplements of the former home end, those of the new one count from there`() throws {
        let given = Self.handOver(5, after: 4, supplement: 3)
        func supplement(_ by: UnitCode, _ number: Int, _ changes: [StudentField: String]) -> Supplement {
            Supplement(dossier: Self.id, by: by, number: number, changes: changes)
        }
        let late = supplement(Self.old, 9, [.phone: "9"])
        let placed = supplement(Self.new, 4, [.classCode: "2022007"])
        let stale = supplement(Self.new, 3, [.phone: "3"])
        let dossier = try fold(DossierFacts(steps: Self.journey + [given], supplements: [late, stale, placed]))
        #expect(dossier.record[.phone] == "1" && dossier.record.classCode == "2022007")
    }

    @Test func `listed words count as if they had come; a newer one replaces them; a county that is not above is not heard`() throws {
        let listed = DossierWords(verdicts: [Self.verdict(.centre, .centre, 4)])
        let given = Self.handOver(5, after: 1, stand: .entered, length: 1, words: listed)
        #expect(try fold(DossierFacts(steps: [given])).state == .clean)
        #expect(try fold(DossierFacts(steps: [given], verdicts: [Self.verdict(.centre, .centre, 5, ["id_dup"])])).state == .problem)
        #expect(try fold(DossierFacts(steps: [given], verdicts: [Self.verdict(.centre, .centre, 3, ["id_dup"])])).state == .clean)
        #expect(try fold(DossierFacts(steps: [given], verdicts: [Self.verdict("440105", .county, 9, ["id_dup"])])).state == .clean)
    }

    @Test func `of two hand-overs the one with the longer chain counts, and back home is home again`() throws {
        let first = Self.handOver(5, after: 4, supplement: 2)
        let back = Self.handOver(6, after: 5, from: Self.new, to: Self.old, length: 5, supplement: 4)
        let steps = Self.journey + [first, back]
        let earlier = Supplement(dossier: Self.id, by: Self.old, number: 2, changes: [.phone: "2"])
        let dossier = try fold(DossierFacts(steps: steps, supplements: [earlier]))
        #expect(dossier.home == Self.old && dossier.record[.phone] == "1" && dossier.length == 6)
        #expect(line(try fold(DossierFacts(steps: [back, first]))) == line(dossier))
    }

    // MARK: Random sets

    /// One run of business: `all` is what the county has, `atHome` what the node of the present home would have.
    private struct Run {
        var all = DossierFacts()
        var atHome = DossierFacts()
        private var last = 0
        private var chance: SmallChance

        init(seed: Int) {
            chance = SmallChance(state: UInt64(seed) &* 7_919 &+ 3)
            let moves = chance.below(3)
            for move in 0...moves {
                for _ in 0..<chance.below(6) + 1 { act() }
                if move < moves { handOver() }
            }
        }

        private mutating func fresh() -> Digest {
            last += 1
            return hash(last)
        }

        private mutating func add(_ step: Step) {
            all.steps.append(step)
            atHome.steps.append(step)
        }

        /// A step that the table allows, now and then with a twin beside it; a supplement; a word.
        private mutating func act() {
            let dossier = Fold.dossier(id, all, topology: tree)
            let (stand, home) = (dossier?.stand ?? .none, dossier?.home ?? old)
            let rows = Workflow.registrationWithHandOver.steps(from: stand).filter { row in
                row.step != .handOver && row.to != .deleted && row.holder != .superiorAuthority && row.holder != .centre
            }
            let row = rows[chance.below(rows.count)]
            for _ in 0..<(chance.below(4) == 0 ? 2 : 1) {
                let isNew = row.effects.contains(.newRecord)
                add(Step(
                    hash: fresh(), dossier: id, previous: dossier?.head, kind: row.step, by: row.by == .homeSchool ? home : county,
                    nextHolder: row.holder == .homeSchool ? home : county, workflow: 2, topology: 1, at: 0, record: isNew ? record : nil,
                    keyDigest: isNew ? hash(900 + chance.below(2)) : nil,
                    provisionalNumber: row.effects.contains(.drawProvisionalNumber) ? "L\(last)" : nil))
                if dossier == nil { break }
            }
            if chance.below(2) == 0 { supplement(by: home, "\(last)", isLate: false) }
            if chance.below(2) == 0 { word() }
        }

        private mutating func supplement(by home: UnitCode, _ phone: String, isLate: Bool) {
            let floor = Fold.dossier(id, all, topology: tree)?.handOver?.archive?.supplement ?? 0
            let number = max(all.supplements.map(\.number).max() ?? 0, floor) + 1
            let one = Supplement(dossier: id, by: home, number: number, changes: [.phone: phone])
            all.supplements.append(one)
            if !isLate { atHome.supplements.append(one) }
        }

        private mutating func word() {
            last += 1
            let (by, tier) = chance.below(2) == 0 ? (UnitCode.centre, Tier.centre) : (county, .county)
            let one = Verdict(
                dossier: id, keyDigest: hash(900 + chance.below(2)), by: by, tier: tier, position: Int64(last),
                problems: chance.below(2) == 0 ? [] : ["id_dup"], peers: [], at: 0)
            all.verdicts.append(one)
            atHome.verdicts.append(one)
        }

        /// By the county, from what it has folded; then come things that were written without knowing of it, and words that the
        /// hand-over did not list are sent after it.
        private mutating func handOver() {
            guard let at = Fold.dossier(id, all, topology: tree),
                  Workflow.registrationWithHandOver.row(.handOver, from: at.stand) != nil else { return }
            let target = [old, new, third].filter { $0 != at.home }[chance.below(2)]
            let earlier = at.handOver?.archive
            let given = Step(
                hash: fresh(), dossier: id, previous: at.head, kind: .handOver, by: county, nextHolder: target, workflow: 2, topology: 1,
                at: 0, record: at.record, keyDigest: at.keyDigest, provisionalNumber: at.provisionalNumber,
                archive: ArchiveHandOver(
                    from: at.home, topology: 1, stand: at.stand, length: at.length,
                    supplement: max(all.supplements.map(\.number).max() ?? 0, earlier?.supplement ?? 0),
                    words: (all.words + (earlier?.words ?? DossierWords())).counting))
            // Who was home before keeps what it had.
            atHome = target == old || all.steps.contains { $0.nextHolder == target && $0.archive != nil } ? own(target) : DossierFacts()
            add(given)
            guard chance.below(2) == 0 else { return }
            all.steps.append(Step(
                hash: fresh(), dossier: id, previous: at.head, kind: .amend, by: at.home, nextHolder: at.home, workflow: 2, topology: 1,
                at: 0, record: record, keyDigest: hash(901)))
            if at.home != target { supplement(by: at.home, "late", isLate: true) }
            word()
        }

        /// Of all facts, those that a school once home has kept: what was written while it was home came to it.
        private func own(_ school: UnitCode) -> DossierFacts {
            var kept = DossierFacts()
            kept.steps = all.steps.filter { $0.by == school || $0.nextHolder == school || $0.archive?.from == school }
            kept.supplements = all.supplements.filter { $0.by == school }
            return kept
        }
    }

    @Test(arguments: 0..<400) func `a random set folds to the same in any order, and at the new home to the same as everywhere`(_ seed: Int) throws {
        let run = Run(seed: seed)
        var chance = SmallChance(state: UInt64(seed) &+ 11)
        let whole = try #require(Fold.dossier(Self.id, run.all, topology: Self.tree))
        for _ in 0..<4 {
            var other = run.all
            chance.shuffle(&other.steps)
            chance.shuffle(&other.verdicts)
            chance.shuffle(&other.supplements)
            #expect(Fold.dossier(Self.id, other, topology: Self.tree) == whole)
        }
        let part = try #require(Fold.dossier(Self.id, run.atHome, topology: Self.tree))
        #expect(line(part) == line(whole))
        #expect(part.verdicts == whole.verdicts && part.stand == whole.stand)
    }
}

/// A small generator for the sets of this file.
private struct SmallChance {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }

    mutating func shuffle<T>(_ items: inout [T]) {
        guard items.count > 1 else { return }
        for place in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(place, below(place + 1)) }
    }
}
