import Protocol
import Rules
import Testing

@Suite("Seals on keys")
struct KeySealTests {
    @Test func `A seal names heads of its own unit's streams only`() throws {
        let incarnation = try #require(Incarnation(Array(repeating: 1, count: 8)))
        let hash = try #require(Digest(Array(repeating: 2, count: 32)))
        func seal(of unit: UnitCode) -> KeySeal {
            let head = StreamHead(stream: StreamID(unit: unit, incarnation: incarnation, audience: .up), sequence: 3, hash: hash)
            return KeySeal(unit: "330102", issuer: "330100", generation: 2, isRevocation: true, heads: [head], reason: "失窃", at: 5)
        }
        #expect(Payload.seal(Payload.encode(seal(of: "330102"))) == seal(of: "330102"))
        #expect(Payload.seal(Payload.encode(seal(of: "330106"))) == nil)
    }
}
