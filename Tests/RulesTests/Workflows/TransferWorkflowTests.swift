import Testing

@testable import Rules

@Suite struct TransferWorkflowTests {
    private let table = Workflow.registrationWithTransfers

    @Test func `the eighth version has all rows before it, and those of transfers`() throws {
        let place = try #require(Workflow.versions.firstIndex { $0.version == 8 })
        let before = Workflow.versions[place - 1]
        #expect(table.version == 8 && table.rows == before.rows + Workflow.transferRows)
    }

    @Test func `the matrix is the golden one`() {
        #expect(WorkflowMatrix.text(Workflow.transferRows) == """
            enrolled --acceptTransfer/homeSchool--> transferAccepted @competentAuthority [transferable] {opensCase}
            transferAccepted --passTransfer/holdingAuthority--> transferAccepted @homeProvince [notWithdrawn] {}
            transferAccepted --approveTransfer/holdingAuthority--> transferCleared @groupAuthority [notWithdrawn] {}
            transferAccepted --returnTransfer/holdingAuthority--> asBefore @homeSchool [] {reason}
            transferCleared --returnTransfer/holdingAuthority--> asBefore @homeSchool [] {reason}
            transferAccepted --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
            transferCleared --deleteByRuling/authorityAbove--> deleted @nobody [ruledAgainst] {override+reason}
            transferAccepted --approveTransfer/overridingAuthority--> transferCleared @groupAuthority [requested+overdue+notWithdrawn] {override+reason}
            transferAccepted --returnTransfer/overridingAuthority--> asBefore @homeSchool [requested+overdue] {override+reason}
            """)
    }

    /// The pupil of one school on the way to another: the dossier's own chain.
    private typealias T = TransferTree
    private static let id = DossierID(repeating: 7)
    private static func hash(_ n: Int) -> Digest { Digest((0..<32).map { $0 == 0 ? UInt8(n) : 0 })! }

    private static func step(
        _ n: Int, _ kind: StepKind, after: Int?, by: UnitCode, next: UnitCode?, to receiving: UnitCode? = nil, table: Int = 8
    ) -> Step {
        let opening = receiving.map { CaseOpening(parties: [CaseParty(dossier: DossierID(repeating: 5), home: $0, topology: 1)]) }
        return Step(
            hash: hash(n), dossier: id, previous: after.map(hash), kind: kind, by: by, nextHolder: next, workflow: table, topology: 1, at: 0,
            record: kind == .enter ? StudentRecord([.name: "张伟", .idType: "Z", .classCode: "2022101", .schoolCode: T.yuelu.text]) : nil,
            keyDigest: kind == .enter ? hash(90) : nil, reason: kind == .returnTransfer ? "材料不全" : nil, opening: opening)
    }

    private static let before = [
        step(1, .enter, after: nil, by: T.yuelu, next: T.yuelu, table: 1), step(2, .review, after: 1, by: T.yuelu, next: T.yuelu, table: 1),
        step(3, .submit, after: 2, by: T.yuelu, next: "430104", table: 1), step(4, .approve, after: 3, by: "430104", next: T.yuelu, table: 1),
    ]

    private func fold(_ steps: [Step]) throws -> Dossier {
        let dossier = try #require(Fold.dossier(Self.id, DossierFacts(steps: steps), topology: T.units))
        #expect(Fold.dossier(Self.id, DossierFacts(steps: steps.reversed()), topology: T.units) == dossier)
        return dossier
    }

    private static func handOver(_ n: Int, after: Int, by: UnitCode = .centre, length: Int = 7) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: hash(after), kind: .handOver, by: by, nextHolder: T.first, workflow: 8, topology: 1, at: 0,
            record: before[0].record, keyDigest: hash(90),
            archive: ArchiveHandOver(from: T.yuelu, topology: 1, stand: .enrolled, length: length, supplement: 0))
    }

    @Test func `accepted, agreed by county and province, handed over by the centre: one pen, and then another home`() throws {
        let accepted = Self.step(5, .acceptTransfer, after: 4, by: T.yuelu, next: "430104", to: T.first)
        let passed = Self.step(6, .passTransfer, after: 5, by: "430104", next: "430000")
        let cleared = Self.step(7, .approveTransfer, after: 6, by: "430000", next: .centre)
        var steps = Self.before
        for (step, holder) in [(accepted, "430104"), (passed, "430000"), (cleared, UnitCode.centre)] as [(Step, UnitCode)] {
            steps.append(step)
            let dossier = try fold(steps)
            #expect(dossier.holder == holder && dossier.home == T.yuelu && dossier.state == .enrolled && dossier.void.isEmpty)
            #expect(dossier.openCase?.stand.isTransfer == true && dossier.transferObstacle != nil)
        }
        let given = try fold(steps + [Self.handOver(8, after: 7)])
        #expect(given.home == T.first && given.holder == T.first && given.openCase == nil && given.chain.count == 8)
        let alone = try fold([Self.handOver(8, after: 7)])
        #expect(alone.state == given.state && alone.holder == given.holder && alone.record == given.record && alone.length == 8)
    }

    @Test func `returned at any station the pen is the school's again, and the pupil stands as before`() throws {
        let accepted = Self.step(5, .acceptTransfer, after: 4, by: T.yuelu, next: "430104", to: T.first)
        let cleared = Self.step(6, .approveTransfer, after: 5, by: "430104", next: .centre)
        for (steps, by, after) in [([accepted], "430104", 5), ([accepted, cleared], .centre, 6)] as [([Step], UnitCode, Int)] {
            let dossier = try fold(Self.before + steps + [Self.step(9, .returnTransfer, after: after, by: by, next: T.yuelu)])
            #expect(dossier.holder == T.yuelu && dossier.openCase == nil && dossier.stand == .enrolled && dossier.void.isEmpty)
        }
    }

    @Test func `whoever has the pen when a school was given away gives it back, though it is not the lowest above both any more`() throws {
        let accepted = Self.step(5, .acceptTransfer, after: 4, by: T.yuelu, next: "430104", to: T.first)
        let cleared = Self.step(6, .approveTransfer, after: 5, by: "430104", next: .centre)
        var back = Self.step(9, .returnTransfer, after: 6, by: .centre, next: T.yuelu)
        back.topology = 2
        var tree = T.units
        var moved = try #require(tree.unit(T.yuelu))
        (moved.competent, moved.version) = ("440105", 2)
        tree.put(moved)
        let dossier = try #require(Fold.dossier(Self.id, DossierFacts(steps: Self.before + [accepted, cleared, back]), topology: tree))
        #expect(dossier.holder == T.yuelu && dossier.openCase == nil && dossier.void.isEmpty)
    }

    @Test func `nobody else hands over or agrees, and no second case begins`() throws {
        let accepted = Self.step(5, .acceptTransfer, after: 4, by: T.yuelu, next: "430104", to: T.first)
        for forged in [
            Self.step(9, .acceptTransfer, after: 5, by: T.yuelu, next: "430104", to: T.haizhu),
            Self.step(9, .approveTransfer, after: 5, by: "440106", next: .centre),
            Self.step(9, .approveTransfer, after: 5, by: "430104", next: "430000"),
            Self.step(9, .passTransfer, after: 5, by: "430104", next: .centre),
            Self.step(9, .returnTransfer, after: 5, by: .centre, next: T.yuelu),
            Self.handOver(9, after: 5, by: "430000"), Self.handOver(9, after: 5, by: "430104"),
        ] {
            let dossier = try fold(Self.before + [accepted, forged])
            #expect(dossier.holder == "430104" && dossier.home == T.yuelu && dossier.void == [forged.hash])
        }
    }

    @Test func `an override by the province over the county prevails; after the hand-over it is void`() throws {
        let accepted = Self.step(5, .acceptTransfer, after: 4, by: T.yuelu, next: "430104", to: T.first)
        let cleared = Self.step(6, .approveTransfer, after: 5, by: "430104", next: .centre)
        var over = Self.step(7, .returnTransfer, after: 5, by: "430000", next: T.yuelu)
        over.reason = "不符合条件"
        let dossier = try fold(Self.before + [accepted, cleared, over])
        #expect(dossier.holder == T.yuelu && dossier.void == [cleared.hash] && dossier.overrides == [over.hash])
        let late = try fold(Self.before + [accepted, cleared, over, Self.handOver(8, after: 6, length: 6)])
        #expect(late.home == T.first && late.void == [over.hash])
    }
}
