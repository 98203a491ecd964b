/// `_x000D_` in cell text stands for a UTF-16 unit that XML cannot hold, `_x005F_` for an underscore (ECMA-376 22.9.2.19).
enum EscapedText {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard hasEscape(bytes) else { return String(decoding: bytes, as: UTF8.self) }
        var units: [UInt16] = []
        let source = Array(String(decoding: bytes, as: UTF8.self).utf16)
        var i = 0
        while i < source.count {
            if let unit = unit(in: source, at: i) {
                units.append(unit)
                i += 7
            } else {
                units.append(source[i])
                i += 1
            }
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// Text that would read as an escape gets its underscore escaped.
    static func encode(_ text: String) -> String {
        guard text.utf8.contains(0x5F), text.contains("_x") else { return text }
        let source = Array(text.utf16)
        var units: [UInt16] = []
        for i in source.indices {
            units.append(source[i])
            if unit(in: source, at: i) != nil { units += Array("x005F_".utf16) }
        }
        return String(decoding: units, as: UTF16.self)
    }

    static func hasEscape(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count >= 7, let first = bytes.firstIndex(of: 0x5F) else { return false }
        return bytes[first...].indices.dropLast(6).contains { bytes[$0] == 0x5F && bytes[$0 + 1] == 0x78 && bytes[$0 + 6] == 0x5F }
    }

    private static func unit(in source: [UInt16], at i: Int) -> UInt16? {
        guard i + 7 <= source.count, source[i] == 0x5F, source[i + 1] == 0x78, source[i + 6] == 0x5F else { return nil }
        var value: UInt16 = 0
        for digit in source[(i + 2)..<(i + 6)] {
            switch digit {
            case 0x30...0x39: value = value << 4 | (digit - 0x30)
            case 0x41...0x46: value = value << 4 | (digit - 0x37)
            case 0x61...0x66: value = value << 4 | (digit - 0x57)
            default: return nil
            }
        }
        return value
    }
}
