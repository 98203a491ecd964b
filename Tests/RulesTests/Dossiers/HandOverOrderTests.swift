import Testing

@testable import Rules

@Suite struct HandOverOrderTests {
    private typealias T = TransferTree

    private static let cited = Digest([UInt8](repeating: 3, count: 32))!
    private static let facts = DossierFacts(
        supplements: [Supplement(dossier: DossierID(repeating: 1), by: T.yuelu, number: 4, changes: [.phone: "1"])],
        numbers: [IssuedNumber(dossier: DossierID(repeating: 1), number: "G1", cites: cited, at: 0)])

    private static func step(heldBack: Bool = false, in tree: UnitTree = T.units) -> Step? {
        var dossier = Dossier.standing(.enrolled)
        (dossier.home, dossier.provisionalNumber) = (T.yuelu, "L430104201609010001")
        let order = HandOverOrder(
            source: T.yuelu, target: T.first, targetVersion: 7, writer: .centre, stand: .enrolled, record: StudentRecord([.name: "张伟"]),
            isNumberHeldBack: heldBack)
        return order.step(after: dossier, facts, at: 9, in: tree)
    }

    @Test func `it carries record, numbers, words and the place of the last supplement`() throws {
        let step = try #require(Self.step())
        let archive = try #require(step.archive)
        #expect(step.kind == .handOver && step.by == .centre && step.nextHolder == T.first && step.provisionalNumber == "L430104201609010001")
        #expect(archive.from == T.yuelu && archive.topology == 7 && archive.supplement == 4 && archive.words.numbers.map(\.number) == ["G1"])
    }

    @Test func `a number that is not official yet stays behind, and an unknown home gives none`() {
        #expect(Self.step(heldBack: true)?.archive?.words.numbers == [])
        #expect(Self.step(in: UnitTree([])) == nil)
    }
}
