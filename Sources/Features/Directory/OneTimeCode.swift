import Protocol
import Rules

/// What an invitation prints: a secret, and the fingerprint of the root's key that the new node will trust.
public struct OneTimeCode: Sendable, Hashable {
    /// 10 random bytes.
    public let secret: [UInt8]
    /// First 10 bytes of the SHA-256 of the root's statement key.
    public let fingerprint: [UInt8]

    public init(secret: [UInt8], root: StatementPublicKey) {
        self.secret = secret
        fingerprint = Self.fingerprint(of: root)
    }

    /// Reads a typed code: any case, dashes and spaces ignored, o for 0, i and l for 1. Nil when it is not a code.
    public init?(_ text: String) {
        guard let bytes = Base32.decode(text), bytes.count == 20 else { return nil }
        secret = Array(bytes[0..<10])
        fingerprint = Array(bytes[10..<20])
    }

    /// 32 letters and digits in groups of four.
    public var text: String {
        let letters = Array(Base32.encode(secret + fingerprint))
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
            .joined(separator: "-")
    }

    /// The secret as it is shown to the parent.
    public var secretText: String { Base32.encode(secret) }

    /// What the parent keeps of a shown secret.
    public static func hash(ofSecret text: String) -> Digest? {
        Base32.decode(text).map { Hashing.sha256(Array("xueji invitation 1\n".utf8) + $0) }
    }

    public func isFingerprint(of root: StatementPublicKey) -> Bool { Self.fingerprint(of: root) == fingerprint }

    private static func fingerprint(of root: StatementPublicKey) -> [UInt8] {
        Array(Hashing.sha256(root.bytes).bytes.prefix(10))
    }
}

/// Crockford's base 32: no letters that are mistaken for one another.
enum Base32 {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = (buffer << 8) | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int((buffer >> UInt32(bits)) & 31)])
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { text.append(alphabet[Int((buffer << UInt32(5 - bits)) & 31)]) }
        return text
    }

    /// Nil for other characters, and for bits left over that are not zero.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.uppercased() where character != "-" && character != " " {
            let plain: Character = switch character {
            case "O": "0"
            case "I", "L": "1"
            default: character
            }
            guard let value = alphabet.firstIndex(of: plain) else { return nil }
            buffer = (buffer << 5) | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8((buffer >> UInt32(bits)) & 255))
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        return buffer == 0 && bits < 5 ? bytes : nil
    }
}
