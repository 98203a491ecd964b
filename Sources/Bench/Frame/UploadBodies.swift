import Features
import Protocol
import Rules

/// Files as people send them: 240 KB each, pictures by their first bytes, no two alike; the same for the same seed.
struct UploadBodies: Sendable {
    static let bytes = 240 << 10

    private let block: [UInt8]

    init(seed: UInt64) {
        var chance = SeededChance(seed: seed, stream: 31, of: 0)
        var block: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0]
        block.reserveCapacity(Self.bytes + 8)
        while block.count < Self.bytes { withUnsafeBytes(of: chance.next()) { block.append(contentsOf: $0) } }
        self.block = Array(block.prefix(Self.bytes))
    }

    func body(_ number: Int) -> [UInt8] {
        var body = block
        withUnsafeBytes(of: UInt64(number).bigEndian) { stamp in for (place, byte) in stamp.enumerated() { body[16 + place] = byte } }
        return body
    }

    func digest(_ number: Int) -> Digest { Hashing.sha256(body(number)) }
}
