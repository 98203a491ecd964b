import Rules
import Testing

@testable import Protocol

@Suite struct CasePayloadsTests {
    private let id = DossierID([UInt8](repeating: 7, count: 16))!
    private let digest = Digest([UInt8](repeating: 1, count: 32))!

    private func party(_ n: UInt8) -> CaseParty {
        CaseParty(dossier: DossierID([UInt8](repeating: n, count: 16))!, home: "2144000001", topology: 3)
    }

    @Test func `an opening comes back as it was, its proposal's digest computed anew`() throws {
        let proposal = StudentRecord([.name: "张玮", .sex: "1", .birthDate: "20160305", .idType: "1", .idNumber: "11010519491231002X"])
        let step = Step(
            hash: digest, dossier: id, previous: digest, kind: .prepareChange, by: "2144000001", nextHolder: "2144000001", workflow: 3,
            topology: 3, at: 5, reason: "录入错误",
            opening: CaseOpening(parties: [party(8), party(9)], proposal: proposal, evidence: [digest]))
        let read = try #require(Payload.step(Payload.encode(step)))
        #expect(read.opening?.parties == [party(8), party(9)] && read.opening?.evidence == [digest] && read.opening?.proposal == proposal)
        #expect(read.opening?.proposalDigest == Hashing.keyDigest(of: proposal) && read.record == nil && read.keyDigest == nil)
        #expect(Payload.encode(read) == Payload.encode(step))
    }

    @Test func `a ruling comes back as it was, and one without sense is malformed`() throws {
        let ruling = Ruling(
            party(9), party(8), finding: .same, upheld: party(8).dossier, idNumber: "11010519491231002X", by: "440106", tier: .county,
            position: 4, reason: "已核实", at: 6)
        #expect(Payload.ruling(Payload.encode(ruling)) == ruling)
        #expect(Entry(act: ActID([UInt8](repeating: 1, count: 16))!, kind: .ruling, payload: Payload.encode(ruling)).dossier == party(8).dossier)
        var senseless = ruling
        senseless.upheld = party(10).dossier
        #expect(Payload.ruling(Payload.encode(senseless)) == nil)
    }

    @Test func `a request for an override comes back as it was, and one about no step is malformed`() throws {
        let request = OverrideRequest(dossier: id, by: "2144000001", position: 3, head: digest, reason: "久拖未办", at: 9)
        let payload = Payload.encode(request)
        #expect(Payload.overrideRequest(payload) == request)
        #expect(Entry(act: ActID([UInt8](repeating: 1, count: 16))!, kind: .overrideRequest, payload: payload).dossier == id)
        var headless = try WireOverrideRequest(serializedBytes: payload)
        headless.head = .init([1, 2])
        #expect(Payload.overrideRequest(Wire.bytes(headless)) == nil && Payload.overrideRequest([1]) == nil)
    }

    @Test func `a repeal of a hand-over comes back as it was, and one in favour of itself is malformed`() throws {
        let repeal = HandOverRepeal(
            dossier: id, handOver: digest, left: "2144000001", counting: Hashing.sha256([2]), home: "2144000002", by: "440000", position: 2,
            isLifted: true, at: 9)
        let payload = Payload.encode(repeal)
        #expect(Payload.handOverRepeal(payload) == repeal)
        #expect(Entry(act: ActID([UInt8](repeating: 1, count: 16))!, kind: .handOverRepeal, payload: payload).dossier == id)
        var wire = try WireHandOverRepeal(serializedBytes: payload)
        wire.counting = wire.handOver
        #expect(Payload.handOverRepeal(Wire.bytes(wire)) == nil && Payload.handOverRepeal([1]) == nil)
    }

    @Test func `a step of a kind that is not known yet says which`() {
        var wire = WireStep()
        wire.dossier = .init(id.bytes)
        wire.kind = "graduate"
        #expect(Payload.step(Wire.bytes(wire)) == nil && Payload.unknownStepKind(Wire.bytes(wire)) == "graduate")
        wire.kind = "closeCase"
        #expect(Payload.unknownStepKind(Wire.bytes(wire)) == nil && Payload.unknownStepKind([1]) == nil)
    }
}
