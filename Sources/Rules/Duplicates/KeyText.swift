import Foundation

/// The normal forms in which names and document numbers are compared: what looks the same to a clerk must be the same key.
///
/// Names: NFKC, white space removed, the look-alikes of the middle dot to `·` (Q18). Numbers: NFKC, white space removed,
/// upper-case (Q56, Q68). White space is Unicode's `White_Space` and the four information separators U+001C…U+001F;
/// invisible format characters such as U+200B are not white space and stay, so that nothing is guessed.
public enum KeyText {
    /// A name as it is compared. Plain Chinese or ASCII text without spaces and full stops comes back as it is.
    public static func name(_ raw: String) -> String {
        isPlain(raw, name: true) ? raw : folded(raw) { isDot($0) ? middleDot : $0 }
    }

    /// A document number as it is compared.
    public static func number(_ raw: String) -> String {
        isPlain(raw, name: false) ? raw : folded(raw) { $0 }.uppercased()
    }

    /// A code or a date as it is compared: NFKC without white space.
    public static func code(_ raw: String) -> String {
        isPlain(raw, name: false) ? raw : folded(raw) { $0 }
    }

    /// Whether `name(_:)` leaves these UTF-8 bytes as they are, found without decoding. False only means "not obvious".
    public static func isPlainName(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            let length: Int
            switch lead {
            case 0x21...0x7F: length = lead == fullStop ? 0 : 1
            case 0xC2: length = follows(bytes, index, 0xB7...0xB7) ? 2 : 0
            // From U+3400 on, ideographs that no normal form changes; the compatibility ones start at U+F900 and U+2F800.
            case 0xE3: length = follows(bytes, index, 0x90...0xBF) ? 3 : 0
            case 0xE4...0xE9: length = 3
            case 0xF0: length = follows(bytes, index, 0xA0...0xAE) ? 4 : 0
            default: length = 0
            }
            if length == 0 { return false }
            index += length
        }
        return true
    }

    /// Whether `number(_:)` and `code(_:)` leave these UTF-8 bytes as they are: visible ASCII without small letters.
    public static func isPlainNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.allSatisfy { (0x21...0x60).contains($0) }
    }

    private static func follows(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ range: ClosedRange<UInt8>) -> Bool {
        index + 1 < bytes.count && range.contains(bytes[index + 1])
    }

    private static func isPlain(_ raw: String, name: Bool) -> Bool {
        raw.utf8.withContiguousStorageIfAvailable { name ? isPlainName($0) : isPlainNumber($0) } ?? false
    }

    private static func folded(_ raw: String, _ replace: (Unicode.Scalar) -> Unicode.Scalar) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in compatibilityForm(raw).unicodeScalars where !isSpace(scalar) {
            scalars.append(replace(scalar))
        }
        return String(scalars)
    }

    /// NFKC, in two steps: the one-step mapping of Foundation on Linux leaves half-width kana and Jamo uncomposed
    /// (`ｶﾞ` would not become `ガ`).
    private static func compatibilityForm(_ raw: String) -> String {
        raw.decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
    }

    private static let fullStop: UInt8 = 0x2E
    private static let middleDot: Unicode.Scalar = "\u{B7}"

    /// `・ • ‧ ∙ . ●`; `．` and the half-width `･` have become `.` and `・` by NFKC.
    private static func isDot(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30FB, 0x2022, 0x2027, 0x2219, 0x2E, 0xFF0E, 0x25CF: true
        default: false
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
