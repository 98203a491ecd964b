import Protocol

/// What an invitation prints: which code it is, and a secret of 160 bits that both ends prove to know and never show.
public struct OneTimeCode: Sendable, Hashable {
    /// 5 random bytes: names the code.
    public let id: [UInt8]
    public let secret: JoinSecret

    /// Nil unless 5 bytes.
    public init?(id: [UInt8], secret: JoinSecret) {
        guard id.count == 5 else { return nil }
        self.id = id
        self.secret = secret
    }

    /// Reads a typed code: any case, dashes and spaces ignored, o for 0, i and l for 1. Nil when it is not a code.
    public init?(_ text: String) {
        guard let bytes = Base32.decode(text), bytes.count == 25, let secret = JoinSecret(bytes[5...]) else { return nil }
        id = Array(bytes[..<5])
        self.secret = secret
    }

    /// 40 letters and digits in groups of four.
    public var text: String {
        let letters = Array(Base32.encode(id + secret.bytes))
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
            .joined(separator: "-")
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
