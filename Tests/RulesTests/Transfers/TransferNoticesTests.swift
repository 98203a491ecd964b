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
}
