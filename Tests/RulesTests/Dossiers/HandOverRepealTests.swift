import Testing

@testable import Rules

/// Of two hand-overs of one dossier one counts, also where only the other one is known.
@Suite struct HandOverRepealTests {
    private static let (county, beside): (UnitCode, UnitCode) = ("440106", "440105")
    private static let (old, lost, won): (UnitCode, UnitCode, UnitCode) = ("2144000001", "2144000002", "2144000003")
    private static let id = DossierID(repeating: 7)
    private static let tree = UnitTree(
        [
            Unit(code: .centre, name: "教育部", tier: .centre, competent: nil), Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
            Unit(code: county, name: "天河区", tier: .county, competent: "440000"), Unit(code: beside, name: "海珠区", tier: .county, competent: "440000"),
        ] + [old, lost, won].map { Unit(code: $0, name: "学校\($0)", tier: .school, competent: $0 == won ? beside : county, kind: "211") })

    private static func hash(_ n: UInt8) -> Digest { Digest([UInt8](repeating: n, count: 32))! }

    private static func handOver(_ n: UInt8, to school: UnitCode, by: UnitCode, length: Int) -> Step {
        Step(
            hash: hash(n), dossier: id, previous: hash(1), kind: .handOver, by: by, nextHolder: school, workflow: 2, topology: 1, at: 0,
            record: StudentRecord([.name: "张伟"]), archive: ArchiveHandOver(from: old, topology: 1, stand: .reviewed, length: length, supplement: 0))
    }

    private let entered = Step(
        hash: Self.hash(1), dossier: Self.id, previous: nil, kind: .enter, by: Self.old, nextHolder: Self.old, workflow: 2, topology: 1, at: 0,
        record: StudentRecord([.name: "张伟"]), keyDigest: Self.hash(90))
    private let shorter = Self.handOver(5, to: Self.lost, by: Self.county, length: 2)
    private let longer = Self.handOver(6, to: Self.won, by: "440000", length: 3)

    private func fold(_ steps: [Step], _ repeals: [HandOverRepeal] = []) throws -> Dossier {
        let dossier = try #require(Fold.dossier(Self.id, DossierFacts(steps: steps, repeals: repeals), topology: Self.tree))
        #expect(Fold.dossier(Self.id, DossierFacts(steps: steps.reversed(), repeals: repeals.reversed()), topology: Self.tree) == dossier)
        return dossier
    }

    private func due(_ steps: [Step], _ repeals: [HandOverRepeal] = []) throws -> [HandOverRepeal] {
        HandOverRepeal.due(try fold(steps, repeals), DossierFacts(steps: steps, repeals: repeals), at: 9, in: Self.tree)
    }

    @Test func `who knows both sees the longer one count, and the lowest authority above all schools repeals the other`() throws {
        let dossier = try fold([entered, shorter, longer])
        #expect(dossier.home == Self.won && dossier.outrun == [shorter])
        let words = try due([entered, shorter, longer])
        #expect(words == [HandOverRepeal(
            dossier: Self.id, handOver: shorter.hash, left: Self.lost, counting: longer.hash, home: Self.won, by: "440000", position: 1, at: 9)])
        let said = try fold([entered, shorter, longer], words)
        #expect(said.home == Self.won && said.outrun.isEmpty && said.chain == dossier.chain)
        #expect(try due([entered, shorter, longer], words).isEmpty)
    }

    @Test func `where the other one alone is known no step counts any more, whatever came before it`() throws {
        let words = try due([entered, shorter, longer])
        #expect(try fold([shorter]).home == Self.lost)
        #expect(try fold([shorter], words).chain.isEmpty && fold([entered, shorter], words).chain.isEmpty)
    }

    @Test func `nobody repeals but an authority above both its schools`() throws {
        for unit in [Self.beside, Self.lost, Self.won] {
            var forged = try #require(try due([entered, shorter, longer]).first)
            forged.by = unit
            #expect(try fold([shorter], [forged]).home == Self.lost)
        }
    }

    @Test func `a hand-over that the counting one follows is history, not outrun`() throws {
        var next = longer
        next.previous = shorter.hash
        next.archive?.from = Self.lost
        #expect(try fold([entered, shorter, next]).outrun.isEmpty)
    }

    @Test func `it stands again when the one that counted is gone`() throws {
        let words = try due([entered, shorter, longer])
        let facts = DossierFacts(steps: [entered, shorter], repeals: words)
        let lifts = HandOverRepeal.lifts(by: "440000", facts, at: 10)
        #expect(lifts.map(\.isLifted) == [true] && lifts.map(\.position) == [2])
        #expect(try fold([entered, shorter], words + lifts).home == Self.lost)
        #expect(HandOverRepeal.lifts(by: "440000", DossierFacts(steps: [longer], repeals: words), at: 10).isEmpty)
        #expect(HandOverRepeal.lifts(by: Self.county, facts, at: 10).isEmpty)
    }

    @Test func `two that were repealed for each other are both judged by their own order`() throws {
        var words = try due([entered, shorter, longer])
        words.append(HandOverRepeal(
            dossier: Self.id, handOver: longer.hash, left: Self.won, counting: shorter.hash, home: Self.lost, by: "440000", position: 2, at: 9))
        #expect(try fold([entered, shorter, longer], words).home == Self.won)
    }
}
