import Rules
import Testing

@testable import Protocol

@Suite struct EnvelopeTests {
    private let key = StatementKey(seed: [UInt8](repeating: 1, count: 32))
    private let stream = StreamID(
        unit: "440106", incarnation: Incarnation([1, 2, 3, 4, 5, 6, 7, 8])!, audience: .unit("2144000001"))

    private func entry(_ n: UInt8) -> Entry {
        Entry(act: ActID([UInt8](repeating: n, count: 16))!, kind: .policy, payload: [n, n, n])
    }

    private func seal(_ entries: [Entry], after: StreamHead? = nil) throws -> Envelope {
        try Envelope.seal(entries, stream: stream, after: after, key: try #require(key))
    }

    @Test func whatIsSealedComesBack() throws {
        let first = try seal([entry(1), entry(2)])
        let second = try seal([entry(3)], after: first.head)
        let read = try Envelope(bytes: second.bytes)
        try read.verify(try #require(key).publicKey)
        #expect(read.sequence == 2)
        #expect(read.previous == first.hash)
        #expect(read.stream == stream)
        #expect(try read.entries() == [entry(3)])
        #expect(read.hash == second.hash)
    }

    @Test func anotherKeyDoesNotVerify() throws {
        let envelope = try seal([entry(1)])
        let other = try #require(StatementKey(seed: [UInt8](repeating: 2, count: 32)))
        #expect(throws: Envelope.Flaw.badSignature) { try envelope.verify(other.publicKey) }
    }

    @Test func everyFlippedByteIsNoticed() throws {
        let envelope = try seal([entry(1), entry(2)])
        let publicKey = try #require(key).publicKey
        for index in envelope.bytes.indices {
            var bytes = envelope.bytes
            bytes[index] ^= 0x10
            let survived: Bool
            do {
                let read = try Envelope(bytes: bytes)
                try read.verify(publicKey)
                survived = try read.hash != envelope.hash || read.entries() != envelope.entries()
            } catch {
                survived = false
            }
            #expect(!survived, "byte \(index)")
        }
    }

    @Test func aBodyOfAnotherEnvelopeDiffers() throws {
        let one = try WireEnvelope(serializedBytes: try seal([entry(1)]).bytes)
        var two = try WireEnvelope(serializedBytes: try seal([entry(2)]).bytes)
        two.body = one.body
        let mixed = try Envelope(bytes: Wire.bytes(two))
        #expect(throws: Envelope.Flaw.bodyDiffers) { try mixed.verify(try #require(key).publicKey) }
    }

    @Test func anErasedEntryLeavesItsHashAndTheChainVerifies() throws {
        let envelope = try seal([entry(1), entry(2)])
        var wire = try WireEnvelope(serializedBytes: envelope.bytes)
        var body = try WireBody(serializedBytes: try #require(Compression.inflate(Array(wire.body))))
        body.slots[0].erasedHash = .init(Hashing.sha256(Array(body.slots[0].entry)).bytes)
        body.slots[0].entry = .init()
        wire.body = .init(Compression.deflate(Wire.bytes(body)))
        let erased = try Envelope(bytes: Wire.bytes(wire))
        try erased.verify(try #require(key).publicKey)
        #expect(try erased.entries() == [nil, entry(2)])
        #expect(erased.hash == envelope.hash)
    }

    @Test func `what is kept of a link verifies as the whole link did`() throws {
        let envelope = try seal([entry(1), entry(2), entry(3)])
        let kept = try envelope.keeping(1)
        try kept.verify(try #require(key).publicKey)
        #expect(try kept.entries() == [nil, entry(2), nil])
        #expect(kept.hash == envelope.hash && kept.bytes != envelope.bytes)
    }

    @Test func aBodyThatInflatesTooFarIsRefused() {
        let bomb = Compression.deflate([UInt8](repeating: 0, count: Compression.limit + 1))
        #expect(bomb.count < 10_000)
        #expect(Compression.inflate(bomb) == nil)
    }

    @Test func truncatedBytesAreMalformed() throws {
        let bytes = try seal([entry(1)]).bytes
        for length in stride(from: 0, to: bytes.count, by: 7) {
            let survived = (try? Envelope(bytes: Array(bytes.prefix(length)))).map {
                (try? $0.verify(key!.publicKey)) != nil
            } ?? false
            #expect(!survived)
        }
    }
}
