import Rules

/// A file of a dossier: evidence, a scanned document, a photo. The statement is small and travels like any other; the bytes
/// are named by their hash and travel in a lane of their own.
public struct Attachment: Sendable, Hashable {
    public var dossier: DossierID
    /// The home school.
    public var by: UnitCode
    /// SHA-256 of the bytes.
    public var hash: Digest
    /// Bytes, at most `maxBytes`.
    public var size: Int
    /// As the content says: `jpg`, `pdf`…
    public var type: String
    /// `evidence`, `document` or `photo`; a newer program may know others.
    public var purpose: String
    /// As the clerk called the file, without its folder.
    public var name: String
    /// Seconds since 1970, for display.
    public var at: Int64

    /// Largest file (Q62).
    public static let maxBytes = 2 << 20

    public init(
        dossier: DossierID, by: UnitCode, hash: Digest, size: Int, type: String, purpose: String, name: String, at: Int64
    ) {
        self.dossier = dossier
        self.by = by
        self.hash = hash
        self.size = size
        self.type = type
        self.purpose = purpose
        self.name = name
        self.at = at
    }
}

/// The home school takes a file of a dossier back, for good: the same bytes cannot be attached to that dossier again. That it
/// was there, its hash and the reason stay to be seen.
public struct AttachmentWithdrawal: Sendable, Hashable {
    public var dossier: DossierID
    /// The home school, which had attached it.
    public var by: UnitCode
    public var hash: Digest
    /// Chinese.
    public var reason: String
    /// Seconds since 1970, for display.
    public var at: Int64

    public init(dossier: DossierID, by: UnitCode, hash: Digest, reason: String, at: Int64) {
        self.dossier = dossier
        self.by = by
        self.hash = hash
        self.reason = reason
        self.at = at
    }
}

extension Payload {
    public static func encode(_ withdrawal: AttachmentWithdrawal) -> [UInt8] {
        var wire = WireAttachmentWithdrawal()
        wire.dossier = .init(withdrawal.dossier.bytes)
        wire.by = withdrawal.by.text
        wire.hash = .init(withdrawal.hash.bytes)
        wire.reason = withdrawal.reason
        wire.at = withdrawal.at
        return Wire.bytes(wire)
    }

    public static func attachmentWithdrawal(_ payload: [UInt8]) -> AttachmentWithdrawal? {
        guard let wire = try? WireAttachmentWithdrawal(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let hash = Digest(wire.hash) else { return nil }
        return AttachmentWithdrawal(dossier: dossier, by: UnitCode(wire.by), hash: hash, reason: wire.reason, at: wire.at)
    }

    public static func encode(_ attachment: Attachment) -> [UInt8] {
        var wire = WireAttachment()
        wire.dossier = .init(attachment.dossier.bytes)
        wire.by = attachment.by.text
        wire.hash = .init(attachment.hash.bytes)
        wire.size = UInt32(clamping: attachment.size)
        wire.type = attachment.type
        wire.purpose = attachment.purpose
        wire.name = attachment.name
        wire.at = attachment.at
        return Wire.bytes(wire)
    }

    /// Nil also for a file of no bytes or above the limit.
    public static func attachment(_ payload: [UInt8]) -> Attachment? {
        guard let wire = try? WireAttachment(serializedBytes: payload), let dossier = DossierID(wire.dossier),
              let hash = Digest(wire.hash), wire.size > 0, Int(wire.size) <= Attachment.maxBytes else { return nil }
        return Attachment(
            dossier: dossier, by: UnitCode(wire.by), hash: hash, size: Int(wire.size), type: wire.type, purpose: wire.purpose,
            name: wire.name, at: wire.at)
    }
}
