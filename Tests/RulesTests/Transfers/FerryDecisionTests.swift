import Testing

@testable import Rules

@Suite struct FerryDecisionTests {
    private typealias T = TransferTree
    private static func hash(_ n: UInt8) -> Digest { Digest([UInt8](repeating: n, count: 32))! }
    private static let head = TransferHead(application: DossierID(repeating: 5), receiving: T.first, releasing: T.yuelu)

    private static let opened = Step(
        hash: hash(9), dossier: DossierID(repeating: 1), previous: hash(1), kind: .acceptTransfer, by: T.yuelu, nextHolder: "430104", workflow: 8,
        topology: 1, at: 0, opening: CaseOpening(parties: [CaseParty(dossier: head.application, home: T.first, topology: 1)]))

    private static func dossier(_ stand: Stand, holder: UnitCode = .centre, problems: [String] = []) -> Dossier {
        var dossier = Dossier.standing(stand)
        (dossier.home, dossier.holder, dossier.problems) = (T.yuelu, holder, problems)
        dossier.record = StudentRecord([.name: "张伟", .studentSource: "2", .studyWay: "2"])
        if let opening = opened.opening { dossier.openCase = OpenCase(stand: stand, rest: .enrolled, opened: opened, opening: opening) }
        return dossier
    }

    private static func transfer(opened: Digest = hash(9), withdrawn: Bool = false) -> Transfer {
        let content = TransferContent(name: "张伟", number: "G1", idNumber: "", cohort: "20221", date: "20260901", reason: "迁居", stay: "1")
        let accept = TransferStep(
            hash: hash(4), head: head, previous: hash(3), kind: .accept, by: T.yuelu, station: .releasingSchool, next: .releasingAuthority,
            nextHolder: "430104", receivingVersion: 1, releasingVersion: 1, at: 0, dossier: DossierID(repeating: 1), opened: opened)
        return Transfer(
            head: head, content: content, chain: [accept], notices: [],
            withdrawal: withdrawn ? TransferWithdrawal(head: head, by: T.first, reason: "不转了", at: 0) : nil, stand: .accepted,
            state: withdrawn ? .withdrawn : .underWay, station: .ferry, holder: .centre, since: 0, due: "", reason: "")
    }

    private static func moved(_ school: UnitCode, to competent: UnitCode, closed: Bool = false) -> UnitTree {
        var tree = T.units
        guard var unit = tree.unit(school) else { return tree }
        (unit.competent, unit.version, unit.isClosed) = (competent, 2, closed)
        tree.put(unit)
        return tree
    }

    @Test func `what is cleared is handed over by the lowest authority above both, and nothing before`() {
        #expect(FerryDecision(Self.dossier(.transferCleared), Self.transfer(), in: T.units) == .handOver)
        #expect(FerryDecision(Self.dossier(.transferAccepted, holder: "430104"), Self.transfer(), in: T.units) == .wait)
        #expect(FerryDecision(Dossier.standing(.enrolled), Self.transfer(), in: T.units) == .wait)
    }

    @Test func `a known withdrawal gives the pen back wherever it is`() {
        for stand in [Stand.transferAccepted, .transferCleared] {
            #expect(FerryDecision(Self.dossier(stand), Self.transfer(withdrawn: true), in: T.units) == .giveBack(.withdrawn("不转了")))
            #expect(FerryDecision(Self.dossier(stand), Self.transfer(), in: Self.moved(T.yuelu, to: "430104", closed: true)) == .giveBack(.homeClosed))
        }
    }

    @Test func `a school that has moved or closed, another answer or a problem gives the pen back before the hand-over`() {
        let cleared = Self.dossier(.transferCleared)
        #expect(FerryDecision(cleared, Self.transfer(opened: Self.hash(8)), in: T.units) == .giveBack(.answeredOtherwise))
        #expect(FerryDecision(cleared, Self.transfer(), in: Self.moved(T.first, to: "440106", closed: true)) == .giveBack(.receivingClosed))
        #expect(FerryDecision(cleared, Self.transfer(), in: Self.moved(T.yuelu, to: "440105")) == .giveBack(.moved), "the province is above both now")
        #expect(FerryDecision(cleared, Self.transfer(), in: Self.moved(T.first, to: "440105")) == .handOver, "the centre still is the lowest above both")
        #expect(FerryDecision(Self.dossier(.transferCleared, problems: ["id_dup"]), Self.transfer(), in: T.units) == .giveBack(.problem(["id_dup"])))
    }

    @Test func `the pupil comes by regular entry, with the grade and the way of studying that were asked for`() {
        let record = Self.transfer().record(of: Self.dossier(.transferCleared))
        #expect(record[.studentSource] == "1" && record[.studyWay] == "1" && record[.grade] == "20221" && record[.name] == "张伟")
    }
}
