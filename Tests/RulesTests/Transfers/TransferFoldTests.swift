import Testing

@testable import Rules

/// The state of a transfer is of the set of facts: whatever their order, and whichever of them has not come.
@Suite struct TransferFoldTests {
    private typealias T = TransferTree

    private static func hash(_ n: Int) -> Digest { Digest((0..<32).map { $0 == 0 ? UInt8(n) : 0 })! }
    private static let head = TransferHead(application: DossierID(repeating: 5), receiving: T.first, releasing: T.yuelu)
    private static let dossier = DossierID(repeating: 9)
    private static let content = TransferContent(
        name: "张伟", number: "G1", idNumber: "", cohort: "20221", date: "20260910", reason: "随父母迁居", stay: "1")

    private static func step(
        _ n: Int, _ kind: TransferStepKind, after: Int?, by: UnitCode, _ station: TransferStation, to next: TransferStation, _ holder: UnitCode,
        cohort: String = "", opened: Int? = nil, reason: String = "", inStead: Bool = false, version: Int = 1
    ) -> TransferStep {
        TransferStep(
            hash: hash(n), head: head, previous: after.map(hash), kind: kind, by: by, station: station, next: next, nextHolder: holder,
            receivingVersion: version, releasingVersion: 1, at: Int64(n), reason: reason,
            content: kind == .apply || kind == .amend ? content : nil, cohort: cohort, dossier: opened == nil ? nil : dossier,
            opened: opened.map(hash), due: "2026-09-2\(n % 10)", isInStead: inStead)
    }

    /// Across provinces, with both provinces, to the acceptance.
    private static let run = [
        step(1, .apply, after: nil, by: T.first, .receivingSchool, to: .receivingSchool, T.first),
        step(2, .submit, after: 1, by: T.first, .receivingSchool, to: .receivingAuthority, "440106"),
        step(3, .pass, after: 2, by: "440106", .receivingAuthority, to: .receivingProvince, "440000"),
        step(4, .pass, after: 3, by: "440000", .receivingProvince, to: .forwarding, .centre),
        step(5, .pass, after: 4, by: .centre, .forwarding, to: .releasingSchool, T.yuelu),
        step(6, .accept, after: 5, by: T.yuelu, .releasingSchool, to: .releasingAuthority, "430104", opened: 50),
    ]

    private static func notice(
        _ n: Int, opened: Int = 50, by: UnitCode = "430104", _ outcome: TransferNotice.Outcome, _ station: TransferStation, _ holder: UnitCode,
        length: Int, reason: String = "", inStead: Bool = false
    ) -> TransferNotice {
        TransferNotice(
            head: head, dossier: dossier, opened: hash(opened), step: hash(n), by: by, outcome: outcome, station: station, holder: holder,
            length: length, isInStead: inStead, reason: reason, at: Int64(n))
    }

    private static let withdrawal = TransferWithdrawal(head: head, by: T.first, reason: "家长改变主意", at: 40)

    /// Folds in several orders; all must agree.
    private func fold(_ facts: TransferFacts, in tree: UnitTree = T.units) -> Transfer? {
        let transfer = TransferFold.transfer(facts, topology: tree)
        var other = facts
        for turn in 0..<4 {
            other.steps = turn % 2 == 0 ? facts.steps.reversed() : Array(facts.steps.dropFirst(2) + facts.steps.prefix(2))
            other.notices = turn < 2 ? facts.notices.reversed() : facts.notices
            other.withdrawals.reverse()
            #expect(TransferFold.transfer(other, topology: tree) == transfer)
        }
        return transfer
    }

    @Test func `each step moves it to the next unit, and a part of the facts shows a part of the way`() throws {
        let holders: [UnitCode] = [T.first, "440106", "440000", .centre, T.yuelu, "430104"]
        for count in 1...6 {
            let transfer = try #require(fold(TransferFacts(steps: Array(Self.run.prefix(count)))))
            #expect(transfer.holder == holders[count - 1] && transfer.chain.count == count)
            #expect(transfer.state == (count == 1 ? .prepared : .underWay))
        }
        #expect(fold(TransferFacts(steps: Array(Self.run.dropFirst()))) == nil, "without its beginning nothing is shown")
        #expect(fold(TransferFacts(steps: Self.run))?.dossier == Self.dossier)
    }

    @Test func `nobody but the holder takes a step, and only to a unit that comes next`() {
        let begin = Array(Self.run.prefix(2))
        for forged in [
            Self.step(30, .pass, after: 2, by: "440105", .receivingAuthority, to: .receivingProvince, "440000"),
            Self.step(30, .pass, after: 2, by: "440106", .receivingAuthority, to: .releasingSchool, T.yuelu),
            Self.step(30, .pass, after: 2, by: "440106", .forwarding, to: .releasingSchool, T.yuelu),
            Self.step(30, .accept, after: 2, by: "440106", .receivingAuthority, to: .releasingAuthority, "430104", opened: 50),
            Self.step(30, .pass, after: 2, by: T.first, .receivingAuthority, to: .forwarding, .centre),
            Self.step(30, .sendBack, after: 2, by: "440106", .receivingAuthority, to: .receivingSchool, T.second),
            Self.step(30, .amend, after: 2, by: T.first, .receivingSchool, to: .receivingSchool, T.first),
        ] {
            let transfer = fold(TransferFacts(steps: begin + [forged]))
            #expect(transfer?.holder == "440106" && transfer?.chain.count == 2)
        }
        let skipped = Self.step(30, .pass, after: 2, by: "440106", .receivingAuthority, to: .forwarding, .centre)
        #expect(fold(TransferFacts(steps: begin + [skipped]))?.holder == .centre, "policy may leave the province out")
    }

    @Test func `a return goes to the receiving school, which mends and submits again`() {
        let back = Self.step(7, .sendBack, after: 5, by: T.yuelu, .releasingSchool, to: .receivingSchool, T.first, reason: "该生存在在办业务")
        var steps = Array(Self.run.prefix(5)) + [back]
        let returned = fold(TransferFacts(steps: steps))
        #expect(returned?.state == .returned && returned?.holder == T.first && returned?.reason == "该生存在在办业务")
        steps.append(Self.step(8, .amend, after: 7, by: T.first, .receivingSchool, to: .receivingSchool, T.first))
        #expect(fold(TransferFacts(steps: steps))?.state == .prepared)
        steps.append(Self.step(9, .submit, after: 8, by: T.first, .receivingSchool, to: .receivingAuthority, "440106"))
        #expect(fold(TransferFacts(steps: steps))?.holder == "440106")
    }

    @Test func `notices tell where the case is; they wait for nothing, and those of an earlier case are not heard`() {
        let passed = Self.notice(51, .underWay, .releasingProvince, "430000", length: 5)
        let cleared = Self.notice(52, by: "430000", .underWay, .ferry, .centre, length: 6)
        let done = Self.notice(53, by: .centre, .completed, .placing, T.first, length: 7)
        #expect(fold(TransferFacts(steps: Self.run, notices: [passed]))?.holder == "430000")
        #expect(fold(TransferFacts(steps: Self.run, notices: [cleared]))?.station == .ferry)
        let other = Self.notice(54, opened: 60, .returned, .receivingSchool, T.first, length: 9)
        #expect(fold(TransferFacts(steps: Self.run, notices: [passed, cleared, other]))?.station == .ferry)
        let completed = fold(TransferFacts(steps: Self.run, notices: [done, passed]))
        #expect(completed?.state == .completed && completed?.holder == nil && completed?.due.isEmpty == true)
        let back = Self.notice(55, .returned, .receivingSchool, T.first, length: 5, reason: "材料不全")
        let returned = fold(TransferFacts(steps: Self.run, notices: [back]))
        #expect(returned?.state == .returned && returned?.reason == "材料不全" && returned?.holder == T.first)
    }

    @Test func `a withdrawal ends it at any station; against a hand-over it comes too late`() {
        for count in 1...6 {
            let transfer = fold(TransferFacts(steps: Array(Self.run.prefix(count)), withdrawals: [Self.withdrawal]))
            #expect(transfer?.state == .withdrawn && transfer?.holder == nil && transfer?.reason == "家长改变主意")
        }
        var forged = Self.withdrawal
        forged.by = T.yuelu
        #expect(fold(TransferFacts(steps: Self.run, withdrawals: [forged]))?.state == .underWay)
        let done = Self.notice(53, by: .centre, .completed, .placing, T.first, length: 7)
        #expect(fold(TransferFacts(steps: Self.run, withdrawals: [Self.withdrawal], notices: [done]))?.state == .completed)
    }

    @Test func `the province above the holder may act in its stead, and prevails at a fork`() {
        let begin = Array(Self.run.prefix(2))
        let instead = Self.step(31, .sendBack, after: 2, by: "440000", .receivingAuthority, to: .receivingSchool, T.first, inStead: true)
        #expect(fold(TransferFacts(steps: begin + [instead, Self.run[2]]))?.state == .returned)
        let foreign = Self.step(31, .sendBack, after: 2, by: "430000", .receivingAuthority, to: .receivingSchool, T.first, inStead: true)
        #expect(fold(TransferFacts(steps: begin + [foreign, Self.run[2]]))?.holder == "440000")
        let plain = Self.notice(51, .underWay, .ferry, .centre, length: 5)
        let over = Self.notice(52, by: "430000", .returned, .receivingSchool, T.first, length: 5, inStead: true)
        #expect(fold(TransferFacts(steps: Self.run, notices: [plain, over]))?.state == .returned)
    }

    @Test func `the receiving authority sets the grade, and a mended application begins anew`() {
        var steps = Self.run
        steps[2] = Self.step(3, .pass, after: 2, by: "440106", .receivingAuthority, to: .receivingProvince, "440000", cohort: "20211")
        #expect(fold(TransferFacts(steps: steps))?.cohort == "20211")
        #expect(fold(TransferFacts(steps: Self.run))?.cohort == "20221")
    }

    @Test func `a request is about the present step, and ends with it`() {
        let begin = Array(Self.run.prefix(2))
        let request = TransferRequest(head: Self.head, by: T.first, step: Self.hash(2), reason: "已两次联系", at: 30)
        #expect(fold(TransferFacts(steps: begin, requests: [request]))?.request == request)
        #expect(fold(TransferFacts(steps: begin + [Self.run[2]], requests: [request]))?.request == nil)
        let later = TransferRequest(head: Self.head, by: T.first, step: Self.hash(50), reason: "已两次联系", at: 30)
        #expect(fold(TransferFacts(steps: Self.run, requests: [later]))?.request == later)
    }

    @Test func `who does not know a school's newest record relies on the carrier, who knows it does not`() {
        let moved = Self.step(2, .submit, after: 1, by: T.first, .receivingSchool, to: .receivingAuthority, "440105", version: 2)
        #expect(fold(TransferFacts(steps: [Self.run[0], moved]))?.holder == "440105")
        var tree = T.units
        tree.put(Unit(code: T.first, name: "学校", tier: .school, competent: "440106", kind: "211", stages: [.primary], version: 2))
        #expect(fold(TransferFacts(steps: [Self.run[0], moved]), in: tree)?.state == .prepared)
        tree.put(Unit(code: T.first, name: "学校", tier: .school, competent: "440105", kind: "211", stages: [.primary], version: 2))
        #expect(fold(TransferFacts(steps: [Self.run[0], moved]), in: tree)?.holder == "440105")
    }
}
