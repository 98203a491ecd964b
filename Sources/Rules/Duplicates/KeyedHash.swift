/// SipHash-2-4 under a secret: short texts to 64 bits, so that nobody without the secret can make two texts meet or read a text out of its
/// hash. The libraries at hand have it only behind private doors or with a new seed for each process (`Hasher`), and HMAC-SHA-256 costs
/// twenty times as much; the authors' test vectors hold it to the specification.
///
/// Aumasson, Bernstein: SipHash, a fast short-input PRF (2012).
public struct KeyedHash: Sendable {
    /// Bytes of a secret.
    public static let secretBytes = 16

    private let first, second: UInt64

    /// Nil unless the secret has 16 bytes.
    public init?(secret: [UInt8]) {
        guard secret.count == Self.secretBytes else { return nil }
        first = secret[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        second = secret[8...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// - Parameter domain: texts of two kinds that are equal have unequal hashes where the kinds' numbers differ.
    public func hash(_ bytes: UnsafeRawBufferPointer, domain: UInt64 = 0) -> UInt64 {
        var state = State(first, second ^ domain)
        let whole = bytes.count & ~7
        var offset = 0
        while offset < whole {
            state.take(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var last = UInt64(bytes.count & 0xFF) << 56, shift: UInt64 = 0
        while offset < bytes.count {
            last |= UInt64(bytes[offset]) << shift
            shift += 8
            offset += 1
        }
        state.take(last)
        return state.end()
    }

    private struct State {
        var a, b, c, d: UInt64

        @inline(__always)
        init(_ first: UInt64, _ second: UInt64) {
            a = first ^ 0x736F_6D65_7073_6575
            b = second ^ 0x646F_7261_6E64_6F6D
            c = first ^ 0x6C79_6765_6E65_7261
            d = second ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func take(_ word: UInt64) {
            d ^= word
            mix()
            mix()
            a ^= word
        }

        @inline(__always)
        mutating func end() -> UInt64 {
            c ^= 0xFF
            mix()
            mix()
            mix()
            mix()
            return a ^ b ^ c ^ d
        }

        @inline(__always)
        private mutating func mix() {
            a = a &+ b
            c = c &+ d
            b = Self.turned(b, 13) ^ a
            d = Self.turned(d, 16) ^ c
            a = Self.turned(a, 32)
            c = c &+ b
            a = a &+ d
            b = Self.turned(b, 17) ^ c
            d = Self.turned(d, 21) ^ a
            c = Self.turned(c, 32)
        }

        @inline(__always)
        private static func turned(_ word: UInt64, _ bits: UInt64) -> UInt64 { word &<< bits | word &>> (64 - bits) }
    }
}
