import Rules
import SwiftProtobuf

/// Cases and rulings to and from their wire form. Reading validates once; a nil is a malformed payload.
extension Payload {
    static func wire(_ opening: CaseOpening) -> WireCaseOpening {
        var wire = WireCaseOpening()
        wire.parties = opening.parties.map { self.wire($0) }
        if let proposal = opening.proposal { wire.proposal = self.wire(proposal) }
        wire.evidence = opening.evidence.map { .init($0.bytes) }
        wire.fields = opening.fields.map { UInt32($0.rawValue) }
        wire.supplement = UInt32(opening.supplement)
        if let change = opening.change { wire.change = self.wire(change) }
        return wire
    }

    static func opening(_ wire: WireCaseOpening) -> CaseOpening? {
        var proposal: StudentRecord?
        if wire.hasProposal {
            guard let read = record(wire.proposal) else { return nil }
            proposal = read
        }
        let parties = wire.parties.compactMap { party($0) }
        let evidence = wire.evidence.compactMap { Digest($0) }
        let change = wire.hasChange ? self.change(wire.change) : nil
        guard (change != nil) == wire.hasChange, parties.count == wire.parties.count, evidence.count == wire.evidence.count else { return nil }
        return CaseOpening(
            parties: parties, proposal: proposal, proposalDigest: proposal.map { Hashing.keyDigest(of: $0) }, evidence: evidence,
            fields: wire.fields.compactMap { StudentField(rawValue: Int($0)) }, supplement: Int(wire.supplement), change: change)
    }

    private static func wire(_ party: CaseParty) -> WireCaseParty {
        var wire = WireCaseParty()
        wire.dossier = .init(party.dossier.bytes)
        wire.home = party.home.text
        wire.topology = UInt32(party.topology)
        return wire
    }

    private static func party(_ wire: WireCaseParty) -> CaseParty? {
        guard !wire.home.isEmpty else { return nil }
        return DossierID(wire.dossier).map { CaseParty(dossier: $0, home: UnitCode(wire.home), topology: Int(wire.topology)) }
    }

    public static func encode(_ ruling: Ruling) -> [UInt8] {
        var wire = WireRuling()
        wire.first = self.wire(ruling.first)
        wire.second = self.wire(ruling.second)
        wire.finding = ruling.finding.rawValue
        wire.upheld = .init(ruling.upheld?.bytes ?? [])
        wire.idNumber = ruling.idNumber
        wire.by = ruling.by.text
        wire.tier = ruling.tier.rawValue
        wire.position = ruling.position
        wire.reason = ruling.reason
        wire.at = ruling.at
        return Wire.bytes(wire)
    }

    public static func ruling(_ payload: [UInt8]) -> Ruling? {
        guard let wire = try? WireRuling(serializedBytes: payload), let first = party(wire.first), let second = party(wire.second),
              let finding = Ruling.Finding(rawValue: wire.finding), let tier = Tier(rawValue: wire.tier),
              wire.upheld.isEmpty || wire.upheld.count == 16 else { return nil }
        let ruling = Ruling(
            first, second, finding: finding, upheld: DossierID(wire.upheld), idNumber: wire.idNumber, by: UnitCode(wire.by),
            tier: tier, position: wire.position, reason: wire.reason, at: wire.at)
        return ruling.isSound ? ruling : nil
    }

    public static func encode(_ request: EvidenceRequest) -> [UInt8] {
        var wire = WireEvidenceRequest()
        wire.dossier = .init(request.dossier.bytes)
        wire.by = request.by.text
        wire.position = request.position
        wire.text = request.text
        wire.at = request.at
        return Wire.bytes(wire)
    }

    public static func evidenceRequest(_ payload: [UInt8]) -> EvidenceRequest? {
        guard let wire = try? WireEvidenceRequest(serializedBytes: payload), let dossier = DossierID(wire.dossier) else { return nil }
        return EvidenceRequest(dossier: dossier, by: UnitCode(wire.by), position: wire.position, text: wire.text, at: wire.at)
    }

    public static func encode(_ request: OverrideRequest) -> [UInt8] {
        var wire = WireOverrideRequest()
        wire.dossier = .init(request.dossier.bytes)
        wire.by = request.by.text
        wire.position = request.position
        wire.head = .init(request.head.bytes)
        wire.reason = request.reason
        wire.at = request.at
        return Wire.bytes(wire)
    }

    public static func overrideRequest(_ payload: [UInt8]) -> OverrideRequest? {
        guard let wire = try? WireOverrideRequest(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let head = Digest(wire.head) else { return nil }
        return OverrideRequest(
            dossier: dossier, by: UnitCode(wire.by), position: wire.position, head: head, reason: wire.reason, at: wire.at)
    }

    public static func encode(_ repeal: HandOverRepeal) -> [UInt8] {
        var wire = WireHandOverRepeal()
        wire.dossier = .init(repeal.dossier.bytes)
        wire.handOver = .init(repeal.handOver.bytes)
        wire.left = repeal.left.text
        wire.counting = .init(repeal.counting.bytes)
        wire.home = repeal.home.text
        wire.by = repeal.by.text
        wire.position = repeal.position
        wire.isLifted = repeal.isLifted
        wire.at = repeal.at
        return Wire.bytes(wire)
    }

    public static func handOverRepeal(_ payload: [UInt8]) -> HandOverRepeal? {
        guard let wire = try? WireHandOverRepeal(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let handOver = Digest(wire.handOver), let counting = Digest(wire.counting), handOver != counting else { return nil }
        return HandOverRepeal(
            dossier: dossier, handOver: handOver, left: UnitCode(wire.left), counting: counting, home: UnitCode(wire.home),
            by: UnitCode(wire.by), position: wire.position, isLifted: wire.isLifted, at: wire.at)
    }

    /// The kind of a step, or of the roll change that it opens, that this program does not know: it waits for one that does.
    public static func unknownStepKind(_ payload: [UInt8]) -> String? {
        guard let wire = try? WireStep(serializedBytes: payload) else { return nil }
        if StepKind(rawValue: wire.kind) == nil { return wire.kind }
        guard wire.hasOpening, wire.opening.hasChange, RollChangeKind(rawValue: wire.opening.change.kind) == nil else { return nil }
        return wire.opening.change.kind
    }
}
