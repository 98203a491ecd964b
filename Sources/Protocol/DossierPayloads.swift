import Rules
import SwiftProtobuf

/// Facts about dossiers to and from their wire form. Reading validates once; a nil is a malformed payload.
public enum Payload {
    static func wire(_ record: StudentRecord) -> WireRecord { wire(sorted: record.filled) }

    private static func wire(sorted values: [(field: StudentField, value: String)]) -> WireRecord {
        var wire = WireRecord()
        wire.fields = values.map { UInt32($0.field.rawValue) }
        wire.values = values.map(\.value)
        return wire
    }

    /// Fields that this version does not know are skipped here; the bytes keep them.
    static func record(_ wire: WireRecord) -> StudentRecord? {
        guard wire.fields.count == wire.values.count else { return nil }
        var record = StudentRecord()
        for (number, value) in zip(wire.fields, wire.values) {
            if let field = StudentField(rawValue: Int(number)) { record[field] = value }
        }
        return record
    }

    /// Fields that this version does not know are skipped here; the bytes keep them.
    private static func values(_ wire: WireRecord) -> [StudentField: String]? {
        guard wire.fields.count == wire.values.count else { return nil }
        var values: [StudentField: String] = [:]
        for (number, value) in zip(wire.fields, wire.values) {
            if let field = StudentField(rawValue: Int(number)) { values[field] = value }
        }
        return values
    }

    /// The step's hash covers its content, not the act nor the envelope it came in.
    public static func stepHash(_ payload: [UInt8]) -> Digest { Hashing.sha256(Array("xueji step 1\n".utf8) + payload) }

    /// Encodes a step; its `hash` and `keyDigest` are not part of the content.
    public static func encode(_ step: Step) -> [UInt8] {
        var wire = WireStep()
        wire.dossier = .init(step.dossier.bytes)
        wire.previous = .init(step.previous?.bytes ?? [])
        wire.kind = step.kind.rawValue
        wire.by = step.by.text
        wire.nextHolder = step.nextHolder?.text ?? ""
        wire.workflow = UInt32(step.workflow)
        wire.topology = UInt32(step.topology)
        wire.at = step.at
        if let record = step.record { wire.record = self.wire(record) }
        wire.provisionalNumber = step.provisionalNumber ?? ""
        wire.reason = step.reason ?? ""
        if let archive = step.archive { wire.archive = self.wire(archive) }
        if let opening = step.opening { wire.opening = self.wire(opening) }
        return Wire.bytes(wire)
    }

    public static func step(_ payload: [UInt8]) -> Step? {
        guard let wire = try? WireStep(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let kind = StepKind(rawValue: wire.kind), wire.previous.isEmpty || wire.previous.count == 32
        else { return nil }
        var record: StudentRecord?
        if wire.hasRecord {
            guard let read = Payload.record(wire.record) else { return nil }
            record = read
        }
        let carried = wire.hasArchive ? archive(wire.archive) : nil
        let opened = wire.hasOpening ? opening(wire.opening) : nil
        guard (carried == nil) == (kind != .handOver), (opened != nil) == wire.hasOpening else { return nil }
        return Step(
            hash: stepHash(payload), dossier: dossier, previous: Digest(wire.previous), kind: kind,
            by: UnitCode(wire.by), nextHolder: wire.nextHolder.isEmpty ? nil : UnitCode(wire.nextHolder),
            workflow: Int(wire.workflow), topology: Int(wire.topology), at: wire.at, record: record,
            keyDigest: record.map { Hashing.keyDigest(of: $0) },
            provisionalNumber: wire.provisionalNumber.isEmpty ? nil : wire.provisionalNumber,
            reason: wire.reason.isEmpty ? nil : wire.reason, archive: carried, opening: opened)
    }

    private static func wire(_ archive: ArchiveHandOver) -> WireHandOver {
        var wire = WireHandOver()
        wire.from = archive.from.text
        wire.topology = UInt32(archive.topology)
        wire.stand = archive.stand.rawValue
        wire.length = UInt32(archive.length)
        wire.supplement = UInt32(archive.supplement)
        wire.verdicts = archive.words.verdicts.map { .init(encode($0)) }
        wire.numbers = archive.words.numbers.map { .init(encode($0)) }
        wire.answers = archive.words.answers.map { .init(encode($0)) }
        wire.attachments = archive.attachments.map { .init($0) }
        wire.rulings = archive.words.rulings.map { .init(encode($0)) }
        if archive.roll != RollStanding() { wire.roll = self.wire(archive.roll) }
        return wire
    }

    /// Words that this version cannot read are left out here; the bytes keep them.
    private static func archive(_ wire: WireHandOver) -> ArchiveHandOver? {
        guard !wire.from.isEmpty, let stand = Stand(rawValue: wire.stand) else { return nil }
        guard let roll = wire.hasRoll ? standing(wire.roll) : RollStanding() else { return nil }
        return ArchiveHandOver(
            from: UnitCode(wire.from), topology: Int(wire.topology), stand: stand, length: Int(wire.length),
            supplement: Int(wire.supplement),
            words: DossierWords(
                verdicts: wire.verdicts.compactMap { verdict(Array($0)) }, numbers: wire.numbers.compactMap { number(Array($0)) },
                answers: wire.answers.compactMap { answer(Array($0)) }, rulings: wire.rulings.compactMap { ruling(Array($0)) }),
            attachments: wire.attachments.map { Array($0) }, roll: roll)
    }

    public static func encode(_ supplement: Supplement) -> [UInt8] {
        var wire = WireSupplement()
        wire.dossier = .init(supplement.dossier.bytes)
        wire.by = supplement.by.text
        wire.number = UInt32(supplement.number)
        wire.changes = self.wire(sorted: supplement.changes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        return Wire.bytes(wire)
    }

    public static func supplement(_ payload: [UInt8]) -> Supplement? {
        guard let wire = try? WireSupplement(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let changes = values(wire.changes) else { return nil }
        return Supplement(dossier: dossier, by: UnitCode(wire.by), number: Int(wire.number), changes: changes)
    }

    public static func encode(_ verdict: Verdict) -> [UInt8] {
        var wire = WireVerdict()
        wire.dossier = .init(verdict.dossier.bytes)
        wire.keyDigest = .init(verdict.keyDigest.bytes)
        wire.by = verdict.by.text
        wire.tier = verdict.tier.rawValue
        wire.position = verdict.position
        wire.problems = verdict.problems
        wire.peers = verdict.peers.map { peer in
            var card = WirePeerCard()
            card.dossier = .init(peer.dossier.bytes)
            card.problem = peer.problem
            card.name = peer.name
            card.sex = peer.sex
            card.birthDate = peer.birthDate
            card.school = peer.school.text
            card.schoolName = peer.schoolName
            return card
        }
        wire.at = verdict.at
        return Wire.bytes(wire)
    }

    public static func verdict(_ payload: [UInt8]) -> Verdict? {
        guard let wire = try? WireVerdict(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let digest = Digest(wire.keyDigest), let tier = Tier(rawValue: wire.tier) else { return nil }
        let peers = wire.peers.compactMap { card in
            DossierID(card.dossier).map {
                PeerCard(
                    dossier: $0, problem: card.problem, name: card.name, sex: card.sex, birthDate: card.birthDate,
                    school: UnitCode(card.school), schoolName: card.schoolName)
            }
        }
        return Verdict(
            dossier: dossier, keyDigest: digest, by: UnitCode(wire.by), tier: tier, position: wire.position,
            problems: wire.problems, peers: peers, at: wire.at)
    }

    public static func encode(_ number: IssuedNumber) -> [UInt8] {
        var wire = WireIssuedNumber()
        wire.dossier = .init(number.dossier.bytes)
        wire.number = number.number
        wire.cites = .init(number.cites.bytes)
        wire.at = number.at
        return Wire.bytes(wire)
    }

    public static func number(_ payload: [UInt8]) -> IssuedNumber? {
        guard let wire = try? WireIssuedNumber(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let cites = Digest(wire.cites) else { return nil }
        return IssuedNumber(dossier: dossier, number: wire.number, cites: cites, at: wire.at)
    }

    public static func encode(_ answer: IdentityAnswer) -> [UInt8] {
        var wire = WireIdentityAnswer()
        wire.dossier = .init(answer.dossier.bytes)
        wire.keyDigest = .init(answer.keyDigest.bytes)
        wire.answer = answer.answer
        wire.position = answer.position
        return Wire.bytes(wire)
    }

    public static func answer(_ payload: [UInt8]) -> IdentityAnswer? {
        guard let wire = try? WireIdentityAnswer(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let digest = Digest(wire.keyDigest) else { return nil }
        return IdentityAnswer(dossier: dossier, keyDigest: digest, answer: wire.answer, position: wire.position)
    }
}
