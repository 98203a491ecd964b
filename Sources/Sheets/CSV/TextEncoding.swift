/// Encodings in which text files arrive; the raw value is the name that iconv and people know.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "UTF-8"
    /// Includes GBK and GB2312; what Excel and WPS write as plain CSV in China.
    case gb18030 = "GB18030"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
}

extension TextEncoding {
    /// The encoding that a byte order mark announces, and the mark's length.
    static func marked(_ bytes: UnsafeRawBufferPointer) -> (encoding: TextEncoding, length: Int)? {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { return (.utf8, 3) }
        if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] == 0xFE { return (.utf16LittleEndian, 2) }
        if bytes.count >= 2, bytes[0] == 0xFE, bytes[1] == 0xFF { return (.utf16BigEndian, 2) }
        return nil
    }
}

/// Checks a run of UTF-8 that may be cut anywhere.
struct UTF8Scan {
    /// Bytes from the start that are whole, valid characters.
    var validCount = 0
    /// Characters beyond ASCII among them.
    var wideCount = 0
    /// The rest is a character cut short by the end of the run, not a wrong one.
    var isCutShort = false

    init(_ bytes: UnsafeRawBufferPointer) {
        let count = bytes.count
        var i = 0
        while i < count {
            while i + 8 <= count,
                  bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 { i += 8 }
            guard i < count else { break }
            let lead = bytes[i]
            if lead < 0x80 {
                i += 1
                continue
            }
            let length: Int
            var low: UInt8 = 0x80, high: UInt8 = 0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0: length = 3; low = 0xA0
            case 0xED: length = 3; high = 0x9F
            case 0xE1...0xEF: length = 3
            case 0xF0: length = 4; low = 0x90
            case 0xF1...0xF3: length = 4
            case 0xF4: length = 4; high = 0x8F
            default:
                validCount = i
                return
            }
            var k = 1
            while k < length, i + k < count {
                let byte = bytes[i + k]
                guard byte >= low, byte <= high else {
                    validCount = i
                    return
                }
                low = 0x80
                high = 0xBF
                k += 1
            }
            guard k == length else {
                validCount = i
                isCutShort = true
                return
            }
            i += length
            wideCount += 1
        }
        validCount = count
    }
}
