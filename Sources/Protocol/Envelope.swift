import Rules

/// The next link of one stream: verified once, stored as bytes, relayed as bytes.
public struct Envelope: Sendable, Hashable {
    /// At most this many entries are accepted…
    public static let maxEntries = 500
    /// …and this many sealed: an envelope is applied as a whole, and for so long people wait at the write gate above.
    public static let sealedEntries = 100
    /// Or this many bytes of entries, whichever comes first (one larger entry travels alone up to the wire limit).
    public static let maxEntryBytes = 1 << 20
    /// What a node accepts as one envelope on the wire, in bytes.
    public static let maxBytes = 4 << 20

    public let stream: StreamID
    public let sequence: UInt64
    /// Hash of the link before; nil for the first.
    public let previous: Digest?
    /// Names the statement key that signed.
    public let keyID: [UInt8]
    /// Hash of the header: identifies the link.
    public let hash: Digest
    public let bytes: [UInt8]

    private let headerBytes: [UInt8]
    private let signature: [UInt8]
    private let root: Digest
    /// How many entries the header says are in it.
    public let count: Int
    private let body: [UInt8]

    public var head: StreamHead { StreamHead(stream: stream, sequence: sequence, hash: hash) }

    /// Why bytes are not an acceptable envelope.
    public enum Flaw: String, Error, Sendable {
        case malformed, tooLarge, unknownAlgorithm, badSignature, bodyDiffers
    }

    /// Seals entries as the next link after `previous`.
    public static func seal(
        _ entries: [Entry], stream: StreamID, after previous: StreamHead?, key: StatementKey
    ) throws -> Envelope {
        var body = WireBody()
        body.slots = entries.map { entry in
            var slot = WireSlot()
            slot.entry = .init(entry.bytes)
            return slot
        }
        var header = WireEnvelopeHeader()
        header.unit = stream.unit.text
        header.incarnation = .init(stream.incarnation.bytes)
        header.audience = stream.audience.text
        header.sequence = (previous?.sequence ?? 0) + 1
        header.previous = .init(previous?.hash.bytes ?? [])
        header.root = .init(rootHash(entries.map { Hashing.sha256($0.bytes) }).bytes)
        header.count = UInt32(entries.count)
        header.algorithm = 1
        header.keyID = .init(key.publicKey.id)
        let headerBytes = Wire.bytes(header)
        var envelope = WireEnvelope()
        envelope.header = .init(headerBytes)
        envelope.signature = .init(try key.sign(signedText(headerBytes)))
        envelope.body = .init(Compression.deflate(Wire.bytes(body)))
        return try Envelope(bytes: Wire.bytes(envelope))
    }

    /// Reads the outer shell; call `verify` before trusting anything in it.
    public init(bytes: [UInt8]) throws(Flaw) {
        guard bytes.count <= Envelope.maxBytes else { throw .tooLarge }
        guard let wire = try? WireEnvelope(serializedBytes: bytes),
              let header = try? WireEnvelopeHeader(serializedBytes: Array(wire.header)),
              let incarnation = Incarnation(header.incarnation), let audience = Audience(header.audience),
              let root = Digest(header.root), header.sequence > 0, header.keyID.count == 8, !header.unit.isEmpty,
              header.previous.isEmpty == (header.sequence == 1), header.previous.isEmpty || header.previous.count == 32
        else { throw .malformed }
        guard header.algorithm == 1 else { throw .unknownAlgorithm }
        guard header.count <= Envelope.maxEntries else { throw .tooLarge }
        stream = StreamID(unit: UnitCode(header.unit), incarnation: incarnation, audience: audience)
        sequence = header.sequence
        previous = Digest(header.previous)
        keyID = Array(header.keyID)
        headerBytes = Array(wire.header)
        signature = Array(wire.signature)
        body = Array(wire.body)
        self.root = root
        count = Int(header.count)
        hash = Hashing.sha256(headerBytes)
        self.bytes = bytes
    }

    /// Checks signature and that the body is the one signed for. One Ed25519 verification per envelope.
    public func verify(_ key: StatementPublicKey) throws(Flaw) {
        guard key.verifies(signature, of: Envelope.signedText(headerBytes)) else { throw .badSignature }
        let hashes = try slots().map { $0.hash }
        guard hashes.count == count, Envelope.rootHash(hashes) == root else { throw .bodyDiffers }
    }

    /// The entries, nil in the place of one that was erased or that is not an entry to this program.
    public func entries() throws(Flaw) -> [Entry?] {
        try slots().map { slot in slot.entry.flatMap { Entry(bytes: $0) } }
    }

    /// The same link with all entries but one erased: it verifies as before.
    public func keeping(_ place: Int) throws(Flaw) -> Envelope {
        var body = WireBody()
        body.slots = try slots().enumerated().map { index, open in
            var slot = WireSlot()
            if index == place, let entry = open.entry { slot.entry = .init(entry) } else { slot.erasedHash = .init(open.hash.bytes) }
            return slot
        }
        var wire = WireEnvelope()
        wire.header = .init(headerBytes)
        wire.signature = .init(signature)
        wire.body = .init(Compression.deflate(Wire.bytes(body)))
        return try Envelope(bytes: Wire.bytes(wire))
    }

    private struct OpenSlot {
        let entry: [UInt8]?
        let hash: Digest
    }

    private func slots() throws(Flaw) -> [OpenSlot] {
        guard let inflated = Compression.inflate(body), let wire = try? WireBody(serializedBytes: inflated) else {
            throw .malformed
        }
        var result: [OpenSlot] = []
        result.reserveCapacity(wire.slots.count)
        for slot in wire.slots {
            if slot.entry.isEmpty {
                guard let hash = Digest(slot.erasedHash) else { throw .malformed }
                result.append(OpenSlot(entry: nil, hash: hash))
            } else {
                let bytes = Array(slot.entry)
                result.append(OpenSlot(entry: bytes, hash: Hashing.sha256(bytes)))
            }
        }
        return result
    }

    private static func rootHash(_ hashes: [Digest]) -> Digest { Hashing.sha256(hashes.flatMap(\.bytes)) }

    private static func signedText(_ header: [UInt8]) -> [UInt8] { Array("xueji envelope 1\n".utf8) + header }
}
