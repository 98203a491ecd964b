import Rules
import Testing

@testable import Protocol

@Suite struct RecoveryPayloadsTests {
    private let stream = StreamID(unit: "2144000001", incarnation: Incarnation([1, 2, 3, 4, 5, 6, 7, 8])!, audience: .up)

    @Test func `drops, addresses, moves and vouching requests come back`() throws {
        let drop = DroppedEntry(
            stream: stream, sequence: 4, slot: 2, entryHash: Hashing.sha256([1]), dossier: DossierID(Array(repeating: 9, count: 16)),
            by: "440106", reason: "程序缺陷", at: 7)
        #expect(Payload.drop(Payload.encode(drop)) == drop)
        var nobody = drop
        nobody.dossier = nil
        #expect(Payload.drop(Payload.encode(nobody)) == nobody)
        let address = NodeAddress(unit: "440106", address: "https://tianhe.example:8081", at: 9)
        #expect(Payload.address(Payload.encode(address)) == address)
        let move = UnitMove(unit: "2144000001", from: "440106", to: "440105", version: 2, address: "", at: 9)
        #expect(Payload.move(Payload.encode(move)) == move)
        let merger = UnitMerger(source: "2144000001", target: "2144000002", version: 3, targetVersion: 2, at: 9)
        #expect(Payload.merger(Payload.encode(merger)) == merger)
        let request = VouchRequest(unit: "440106", envelopes: [[1, 2], [3]])
        #expect(VouchRequest(bytes: request.bytes) == request)
    }

    @Test func `what names no unit or no place is not taken for one`() {
        #expect(Payload.drop([]) == nil)
        #expect(Payload.address([]) == nil)
        #expect(Payload.move([]) == nil)
        let itself = UnitMerger(source: "2144000001", target: "2144000001", version: 3, targetVersion: 2, at: 9)
        #expect(Payload.merger([]) == nil && Payload.merger(Payload.encode(itself)) == nil)
        #expect(VouchRequest(bytes: []) == nil)
        let long = NodeAddress(unit: "440106", address: String(repeating: "a", count: 301), at: 0)
        #expect(Payload.address(Payload.encode(long)) == nil)
    }
}
