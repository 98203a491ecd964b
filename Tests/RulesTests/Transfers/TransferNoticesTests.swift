import Testing

@testable import Rules

@Suite struct TransferNoticesTests {
    private typealias T = TransferTree
    private static func hash(_ n: UInt8) -> Digest { Digest([UInt8](repeating: n, count: 32))! }

    private static func step(_ n: UInt8, _ kind: StepKind, by: UnitCode, next: UnitCode, opens: Bool = false) -> Step {
        let party = CaseParty(dossier: DossierID(repeating: 5), home: T.first, topology: 1)
        return Step(
            hash: hash(n), dossier: DossierID(repeating: 1), previous: hash(n - 1), kind: kind, by: by, nextHolder: next, workflow: 8, topology: 1,
            at: Int64(n), reason: kind == .returnTransfer ? "材料不全" : nil, opening: opens ? CaseOpening(parties: [party]) : nil)
    }

    private static func notices(_ chain: [Step]) -> [TransferNotice] {
        var dossier = Dossier.standing(.enrolled)
        dossier.id = DossierID(repeating: 1)
        dossier.chain = chain
        return dossier.transferNotices
    }

    private static let accepted = step(2, .acceptTransfer, by: T.yuelu, next: "430104", opens: true)

    @Test func `each step of the case is told with its station, its holder and its place in the dossier`() {
        let notices = Self.notices([
            Self.step(1, .approve, by: "430104", next: T.yuelu), Self.accepted, Self.step(3, .approveTransfer, by: "430104", next: .centre),
            Self.step(4, .handOver, by: .centre, next: T.first),
        ])
        #expect(notices.map(\.station) == [.releasingAuthority, .ferry, .placing])
        #expect(notices.map(\.holder) == ["430104", .centre, T.first] && notices.map(\.length) == [2, 3, 4])
        #expect(notices.map(\.outcome) == [.underWay, .underWay, .completed] && notices.allSatisfy { $0.opened == Self.hash(2) })
    }

    @Test func `after its return a case has no more notices, though a merger takes the pupil to that very school`() {
        let notices = Self.notices([
            Self.accepted, Self.step(3, .returnTransfer, by: "430104", next: T.yuelu), Self.step(4, .handOver, by: .centre, next: T.first),
        ])
        #expect(notices.map(\.outcome) == [.underWay, .returned] && notices.last?.reason == "材料不全")
    }

    @Test func `a transfer is lost where its acceptance, or the last step that was told, counts no more and its case is over`() {
        var dossier = Dossier.standing(.enrolled)
        let transfer = Self.transfer(told: [(.underWay, 2), (.underWay, 3)])
        #expect(!dossier.hasLost(transfer))
        dossier.void = [Self.hash(2)]
        #expect(dossier.hasLost(transfer))
        dossier.void = [Self.hash(3)]
        #expect(dossier.hasLost(transfer))
        dossier.openCase = OpenCase(stand: .transferAccepted, rest: .enrolled, opened: Self.accepted, opening: CaseOpening(parties: []))
        #expect(!dossier.hasLost(transfer), "its case goes on")
    }

    // MARK: A completion that was lost

    /// An application that was accepted as the dossier's second step, and what was told of it.
    private static func transfer(
        _ application: UInt8 = 5, _ state: TransferState = .underWay, to receiving: UnitCode = T.first,
        told: [(TransferNotice.Outcome, Int)] = [(.underWay, 2)]
    ) -> Transfer {
        let head = TransferHead(application: DossierID(repeating: application), receiving: receiving, releasing: T.yuelu)
        let content = TransferContent(name: "王芳", number: "G1", idNumber: "", cohort: "20251", date: "20260901", reason: "随迁", stay: "1")
        let accept = TransferStep(
            hash: hash(9), head: head, previous: nil, kind: .accept, by: T.yuelu, station: .releasingSchool, next: .releasingAuthority,
            nextHolder: "430104", receivingVersion: 1, releasingVersion: 1, at: 2, dossier: DossierID(repeating: 1), opened: hash(2))
        let notices = told.map { outcome, length in
            TransferNotice(
                head: head, dossier: DossierID(repeating: 1), opened: hash(2), step: hash(UInt8(length)), by: T.yuelu, outcome: outcome,
                station: .releasingAuthority, holder: "430104", length: length, at: 2)
        }
        return Transfer(
            head: head, content: content, chain: [accept], notices: notices, withdrawal: nil, stand: .accepted, state: state,
            station: .releasingAuthority, holder: nil, since: 2, due: "", reason: "", request: nil)
    }

    /// What came back from the new home: the hand-over after three steps, the fourth, and the step after it.
    private static func told(of known: [Transfer], before: [Step] = []) -> TransferNotice? {
        var handOver = step(4, .handOver, by: .centre, next: T.first)
        handOver.archive = ArchiveHandOver(from: T.yuelu, topology: 1, stand: .enrolled, length: 3, supplement: 0)
        var dossier = Dossier.standing(.enrolled)
        dossier.id = DossierID(repeating: 1)
        dossier.chain = before + [handOver, step(5, .prepareRollChange, by: T.first, next: T.first)]
        return dossier.lostCompletion(of: known)
    }

    @Test(arguments: [TransferState.underWay, .withdrawn]) func `a hand-over tells of the completion whose case was lost`(_ state: TransferState) throws {
        let notice = try #require(Self.told(of: [Self.transfer(5, state)]))
        #expect(notice.outcome == .completed && notice.by == .centre && notice.step == Self.hash(4) && notice.opened == Self.hash(2))
        // As it was told before it was lost.
        #expect(notice == Self.notices([
            Self.step(1, .enter, by: T.yuelu, next: T.yuelu), Self.accepted, Self.step(3, .approveTransfer, by: "430104", next: .centre),
            Self.step(4, .handOver, by: .centre, next: T.first),
        ]).last)
    }

    @Test func `it tells of no other transfer, and of none twice`() {
        #expect(Self.told(of: [Self.transfer(to: T.second)]) == nil)
        #expect(Self.told(of: [Self.transfer(5, .withdrawn, told: [(.underWay, 2), (.returned, 3)])]) == nil)
        #expect(Self.told(of: [Self.transfer(told: [(.underWay, 6)])]) == nil)
        #expect(Self.told(of: [Self.transfer(5, .completed, told: [(.underWay, 2), (.completed, 4)]), Self.transfer(6)]) == nil)
        #expect(Self.told(of: [Self.transfer()], before: [Self.step(3, .approveTransfer, by: "430104", next: .centre)]) == nil)
        let last = Self.told(of: [Self.transfer(8), Self.transfer(7, told: [(.underWay, 3)])])
        #expect(last?.head.application == DossierID(repeating: 7))
    }
}
