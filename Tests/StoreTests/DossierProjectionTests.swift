import Protocol
import Rules
import Testing

@testable import Store

@Suite struct DossierProjectionTests {
    private static let neighbour: UnitCode = "2144000002"

    /// The first step of a pupil of the school, under an id that a unit has made with an act.
    private func first(under owner: UnitCode, _ act: ActID) -> [UInt8] {
        Payload.encode(Step(
            hash: Hashing.sha256([0]), dossier: .own(of: owner, act), previous: nil, kind: .enter, by: Bench.school, nextHolder: Bench.school,
            topology: 1, at: 0, record: StudentRecord([.name: "张伟"])))
    }

    @Test(arguments: [(Bench.school, 1, 0), (neighbour, 0, 1)])
    func `a first step under an id that another unit has made is stored, and counts for nothing`(owner: UnitCode, dossiers: Int, void: Int) throws {
        let pair = try Pair()
        let key = try #require(StatementKey(seed: [UInt8](repeating: 9, count: 32)))
        let act = try #require(ActID([UInt8](repeating: 4, count: 16)))
        let stream = StreamID(unit: Bench.school, incarnation: try #require(Incarnation([UInt8](repeating: 1, count: 8))), audience: .up)
        let envelope = try Envelope.seal([Entry(act: act, kind: .step, payload: first(under: owner, act))], stream: stream, after: nil, key: key)
        #expect(try pair.centre.take([envelope.bytes], from: .child(Bench.county)) == [.stored])
        #expect(try (pair.centre.count("dossier"), pair.centre.count("void")) == (dossiers, void))
    }

    @Test func `a node refuses to write a first step under another act's id`() throws {
        let pair = try Pair()
        let (act, other) = try (#require(ActID([UInt8](repeating: 4, count: 16))), #require(ActID([UInt8](repeating: 5, count: 16))))
        let payload = first(under: Bench.school, act)
        #expect { try pair.school.archive.write { _ = try $0.append(.step, payload, as: Bench.school, to: .up, act: other) } } throws: {
            ($0 as? StoreError)?.code == .notAllowed
        }
        _ = try pair.school.archive.write { try $0.append(.step, payload, as: Bench.school, to: .up, act: act) }
        #expect(try pair.school.count("dossier") == 1)
    }
}
