import struct Crypto.SHA256
import Rules

/// Signed envelopes in one file, for a stick: what a link would carry, where there is no link. The envelopes prove
/// themselves; the frame only says from whom to whom, and that nothing is missing.
///
///     "XUEJIBDL" · version (1 byte) · length and code of the sender · the same of the receiver
///     { length (4 bytes, big-endian) · envelope }* · 0 (4 bytes) · count (8 bytes) · SHA-256 of all before (32 bytes)
public enum Bundle {
    static let magic = Array("XUEJIBDL".utf8)
    static let version: UInt8 = 1

    /// Why a file is not an acceptable bundle.
    public enum Flaw: String, Error, Sendable {
        case notABundle, newerVersion, truncated, damaged
    }
}

/// Gives the bytes of a bundle piece by piece.
public struct BundleWriter: Sendable {
    public private(set) var count: UInt64 = 0
    private var hash = SHA256()

    public init() {}

    /// The first piece. Codes are at most 255 bytes.
    public mutating func header(from: UnitCode, to: UnitCode) -> [UInt8] {
        var bytes = Bundle.magic + [Bundle.version]
        for code in [from, to] {
            let text = Array(code.text.utf8.prefix(255))
            bytes += [UInt8(text.count)] + text
        }
        return put(bytes)
    }

    public mutating func piece(_ envelope: [UInt8]) -> [UInt8] {
        count += 1
        return put(BundleWriter.bigEndian(UInt64(envelope.count), bytes: 4) + envelope)
    }

    /// The last piece.
    public mutating func end() -> [UInt8] {
        let tail = put([0, 0, 0, 0] + BundleWriter.bigEndian(count, bytes: 8))
        return tail + Array(hash.finalize())
    }

    private mutating func put(_ bytes: [UInt8]) -> [UInt8] {
        hash.update(data: bytes)
        return bytes
    }

    static func bigEndian(_ number: UInt64, bytes: Int) -> [UInt8] {
        (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: number >> (UInt64($0) * 8)) }
    }
}

/// Reads a bundle piece by piece; only after the last piece is it known to be whole.
public struct BundleReader {
    public let from: UnitCode
    public let to: UnitCode
    public private(set) var count: UInt64 = 0
    private let read: (Int) throws -> [UInt8]
    private var hash = SHA256()

    /// - Parameter read: gives up to so many bytes; fewer only at the end of the file.
    /// - Throws: `Bundle.Flaw`, and what `read` throws.
    public init(_ read: @escaping (Int) throws -> [UInt8]) throws {
        self.read = read
        var hash = SHA256()
        func take(_ count: Int) throws -> [UInt8] {
            let bytes = try read(count)
            guard bytes.count == count else { throw Bundle.Flaw.truncated }
            hash.update(data: bytes)
            return bytes
        }
        let start = try read(Bundle.magic.count)
        guard start == Bundle.magic else { throw Bundle.Flaw.notABundle }
        hash.update(data: start)
        guard try take(1) == [Bundle.version] else { throw Bundle.Flaw.newerVersion }
        func code() throws -> UnitCode {
            let length = Int(try take(1)[0])
            return UnitCode(String(decoding: try take(length), as: UTF8.self))
        }
        from = try code()
        to = try code()
        self.hash = hash
    }

    /// The next envelope's bytes; nil at the end, when count and hash have been found right.
    public mutating func next() throws -> [UInt8]? {
        let length = number(try take(4))
        guard length > 0 else {
            try finish()
            return nil
        }
        guard length <= UInt64(Envelope.maxBytes) else { throw Bundle.Flaw.damaged }
        count += 1
        return try take(Int(length))
    }

    private mutating func finish() throws {
        let declared = number(try take(8))
        let sum = try read(32)
        guard sum.count == 32 else { throw Bundle.Flaw.truncated }
        guard declared == count, sum == Array(hash.finalize()), try read(1).isEmpty else { throw Bundle.Flaw.damaged }
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        let bytes = try read(count)
        guard bytes.count == count else { throw Bundle.Flaw.truncated }
        hash.update(data: bytes)
        return bytes
    }

    private func number(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
