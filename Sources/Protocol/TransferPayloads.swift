import Rules
import SwiftProtobuf

/// Facts about transfers to and from their wire form. Reading validates once; a nil is a malformed payload.
extension Payload {
    /// A step's hash covers its content, not the act nor the envelope it came in; so does that of every fact about a transfer.
    public static func transferHash(_ payload: [UInt8]) -> Digest { Hashing.sha256(Array("xueji transfer 1\n".utf8) + payload) }

    private static func wire(_ head: TransferHead) -> WireTransferHead {
        var wire = WireTransferHead()
        wire.application = .init(head.application.bytes)
        wire.receiving = head.receiving.text
        wire.releasing = head.releasing.text
        return wire
    }

    private static func head(_ wire: WireTransferHead) -> TransferHead? {
        guard !wire.receiving.isEmpty, !wire.releasing.isEmpty, wire.receiving != wire.releasing else { return nil }
        return DossierID(wire.application).map {
            TransferHead(application: $0, receiving: UnitCode(wire.receiving), releasing: UnitCode(wire.releasing))
        }
    }

    // MARK: Steps of an application

    /// Encodes a step; its `hash` is not part of the content.
    public static func encode(_ step: TransferStep) -> [UInt8] {
        var wire = WireTransferStep()
        wire.head = self.wire(step.head)
        wire.previous = .init(step.previous?.bytes ?? [])
        wire.kind = step.kind.rawValue
        wire.by = step.by.text
        wire.station = step.station.rawValue
        wire.next = step.next.rawValue
        wire.nextHolder = step.nextHolder.text
        wire.receivingVersion = UInt32(step.receivingVersion)
        wire.releasingVersion = UInt32(step.releasingVersion)
        wire.at = step.at
        wire.reason = step.reason
        if let content = step.content { wire.content = self.wire(content) }
        wire.cohort = step.cohort
        wire.dossier = .init(step.dossier?.bytes ?? [])
        wire.opened = .init(step.opened?.bytes ?? [])
        wire.due = step.due
        wire.inStead = step.isInStead
        return Wire.bytes(wire)
    }

    public static func transferStep(_ payload: [UInt8]) -> TransferStep? {
        guard let wire = try? WireTransferStep(serializedBytes: payload), let head = head(wire.head),
              let kind = TransferStepKind(rawValue: wire.kind), let station = TransferStation(rawValue: wire.station),
              let next = TransferStation(rawValue: wire.next), wire.previous.isEmpty || wire.previous.count == 32,
              !wire.by.isEmpty, !wire.nextHolder.isEmpty else { return nil }
        return TransferStep(
            hash: transferHash(payload), head: head, previous: Digest(wire.previous), kind: kind, by: UnitCode(wire.by), station: station,
            next: next, nextHolder: UnitCode(wire.nextHolder), receivingVersion: Int(wire.receivingVersion),
            releasingVersion: Int(wire.releasingVersion), at: wire.at, reason: wire.reason,
            content: wire.hasContent ? content(wire.content) : nil, cohort: wire.cohort, dossier: DossierID(wire.dossier),
            opened: Digest(wire.opened), due: wire.due, isInStead: wire.inStead)
    }

    private static func wire(_ content: TransferContent) -> WireTransferContent {
        var wire = WireTransferContent()
        wire.name = content.name
        wire.number = content.number
        wire.idNumber = content.idNumber
        wire.cohort = content.cohort
        wire.date = content.date
        wire.reason = content.reason
        wire.stay = content.stay
        return wire
    }

    private static func content(_ wire: WireTransferContent) -> TransferContent {
        TransferContent(
            name: wire.name, number: wire.number, idNumber: wire.idNumber, cohort: wire.cohort, date: wire.date, reason: wire.reason,
            stay: wire.stay)
    }

    // MARK: What else is said

    public static func encode(_ withdrawal: TransferWithdrawal) -> [UInt8] {
        var wire = WireTransferWithdrawal()
        wire.head = self.wire(withdrawal.head)
        wire.by = withdrawal.by.text
        wire.reason = withdrawal.reason
        wire.at = withdrawal.at
        return Wire.bytes(wire)
    }

    public static func transferWithdrawal(_ payload: [UInt8]) -> TransferWithdrawal? {
        guard let wire = try? WireTransferWithdrawal(serializedBytes: payload), let head = head(wire.head) else { return nil }
        return TransferWithdrawal(head: head, by: UnitCode(wire.by), reason: wire.reason, at: wire.at)
    }

    public static func encode(_ notice: TransferNotice) -> [UInt8] {
        var wire = WireTransferNotice()
        wire.head = self.wire(notice.head)
        wire.dossier = .init(notice.dossier.bytes)
        wire.opened = .init(notice.opened.bytes)
        wire.step = .init(notice.step.bytes)
        wire.by = notice.by.text
        wire.outcome = notice.outcome.rawValue
        wire.station = notice.station.rawValue
        wire.holder = notice.holder.text
        wire.due = notice.due
        wire.length = UInt32(notice.length)
        wire.inStead = notice.isInStead
        wire.reason = notice.reason
        wire.at = notice.at
        return Wire.bytes(wire)
    }

    public static func transferNotice(_ payload: [UInt8]) -> TransferNotice? {
        guard let wire = try? WireTransferNotice(serializedBytes: payload), let head = head(wire.head),
              let dossier = DossierID(wire.dossier), let opened = Digest(wire.opened), let step = Digest(wire.step),
              let outcome = TransferNotice.Outcome(rawValue: wire.outcome), let station = TransferStation(rawValue: wire.station)
        else { return nil }
        return TransferNotice(
            head: head, dossier: dossier, opened: opened, step: step, by: UnitCode(wire.by), outcome: outcome, station: station,
            holder: UnitCode(wire.holder), due: wire.due, length: Int(wire.length), isInStead: wire.inStead, reason: wire.reason, at: wire.at)
    }

    public static func encode(_ head: TransferHead, file: Attachment) -> [UInt8] {
        var wire = WireTransferFile()
        wire.head = self.wire(head)
        wire.attachment = .init(encode(file))
        return Wire.bytes(wire)
    }

    /// The application and the file; the file's dossier is the application, and it is the receiving school's.
    public static func transferFile(_ payload: [UInt8]) -> (head: TransferHead, file: Attachment)? {
        guard let wire = try? WireTransferFile(serializedBytes: payload), let head = head(wire.head),
              let file = attachment(Array(wire.attachment)), file.dossier == head.application, file.by == head.receiving else { return nil }
        return (head, file)
    }

    public static func encode(_ request: TransferRequest) -> [UInt8] {
        var wire = WireTransferRequest()
        wire.head = self.wire(request.head)
        wire.by = request.by.text
        wire.step = .init(request.step.bytes)
        wire.reason = request.reason
        wire.at = request.at
        return Wire.bytes(wire)
    }

    public static func transferRequest(_ payload: [UInt8]) -> TransferRequest? {
        guard let wire = try? WireTransferRequest(serializedBytes: payload), let head = head(wire.head), let step = Digest(wire.step)
        else { return nil }
        return TransferRequest(head: head, by: UnitCode(wire.by), step: step, reason: wire.reason, at: wire.at)
    }
}
