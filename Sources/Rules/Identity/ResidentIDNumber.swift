/// The resident identity number (公民身份号码) of GB 11643-1999: region 6, birth date 8, sequence 3, check character.
///
/// Works on bytes: a check runs over every row of every import.
public enum ResidentIDNumber {
    /// Judges the raw string: blanks and full-width digits are faults here. Whoever mends first says so with a notice.
    ///
    /// Order: length, characters, calendar date, future date, check digit, region; so a number with two faults has the
    /// verdict that helps most.
    public static func judge(
        _ raw: String, on today: CalendarDate, divisions: any DivisionLookup
    ) -> ResidentIDVerdict {
        let bytes = Array(raw.utf8)
        let isASCII = bytes.allSatisfy { $0 < 0x80 }
        let length = isASCII ? bytes.count : raw.unicodeScalars.count
        guard length == 18 || length == 15 else { return .badLength }
        guard isASCII, let digits = digits(of: bytes) else { return .badCharacters }
        if length == 15 {
            guard let upgraded = upgraded(fifteen: raw), birthDate(of: upgraded) != nil else { return .badDate }
            return .old15(upgraded: upgraded)
        }
        guard let birth = date(in: digits) else { return .badDate }
        guard birth <= today else { return .futureDate }
        let expected = checkCharacters[remainder(of: digits)]
        guard expected == bytes[17] || (expected == upperX && bytes[17] == lowerX) else {
            return .badCheckDigit(expected: Character(Unicode.Scalar(expected)))
        }
        if bytes[17] == lowerX { return .lowercaseX }
        return region(of: DivisionCode.county(raw), in: divisions)
    }

    /// Whether length, characters, calendar date and check digit hold, and nothing else: no region, no future date. An
    /// upper-case X only. This is the audit of the duplicate check (`id_bad`).
    public static func isWellFormed(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 18, bytes[17] != lowerX, let digits = digits(of: bytes) else { return false }
        return date(in: digits) != nil && checkCharacters[remainder(of: digits)] == bytes[17]
    }

    /// The check character for the first seventeen digits; nil unless these are seventeen ASCII digits.
    /// ISO 7064 MOD 11-2.
    public static func checkDigit(for17 digits: String) -> Character? {
        let bytes = Array(digits.utf8)
        guard bytes.count == 17, bytes.allSatisfy(isDigit) else { return nil }
        return Character(Unicode.Scalar(checkCharacters[remainder(of: bytes.map { Int($0 &- 48) })]))
    }

    /// `1` for an odd sequence number, `2` for an even one (GB/T 2261.1); nil unless the text has the shape of a number.
    public static func sex(of number: String) -> String? {
        let bytes = Array(number.utf8)
        guard bytes.count == 18, let digits = digits(of: bytes) else { return nil }
        return digits[16] % 2 == 1 ? "1" : "2"
    }

    /// The birth date in an eighteen-digit number; nil when the shape or the day is impossible.
    public static func birthDate(of number: String) -> CalendarDate? {
        let bytes = Array(number.utf8)
        guard bytes.count == 18, let digits = digits(of: bytes) else { return nil }
        return date(in: digits)
    }

    /// The eighteen-digit form of a number of fifteen, given to people born in 19xx. The 1989 rule that kept the
    /// sequences 996–999 for centenarians was dropped in 1999 and is not applied.
    public static func upgraded(fifteen: String) -> String? {
        let bytes = Array(fifteen.utf8)
        guard bytes.count == 15, bytes.allSatisfy(isDigit) else { return nil }
        let seventeen = Array(bytes[0..<6]) + [49, 57] + Array(bytes[6...])
        let check = checkCharacters[remainder(of: seventeen.map { Int($0 &- 48) })]
        return String(decoding: seventeen + [check], as: UTF8.self)
    }

    /// Half-width digits and letters, no blanks or invisible marks, upper-case X: what a record stores and what is compared.
    /// Text that is no number comes out as clean as it can be, for a verdict of its own.
    public static func normalised(_ text: String) -> String {
        if text.utf8.allSatisfy({ isDigit($0) || $0 == upperX }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x00...0x20, 0x7F, 0xA0, 0xAD, 0x2000...0x200F, 0x2028...0x202F, 0x205F...0x2064, 0x3000, 0xFEFF: continue
            case 0xFF01...0xFF5E: result.unicodeScalars.append(upper(UInt8(scalar.value - 0xFEE0)))
            case 0x61...0x7A: result.unicodeScalars.append(upper(UInt8(scalar.value)))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // MARK: - Parts

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    /// Indexed by the weighted sum modulo 11.
    private static let checkCharacters = Array("10X98765432".utf8)
    private static let upperX = UInt8(ascii: "X")
    private static let lowerX = UInt8(ascii: "x")

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func upper(_ byte: UInt8) -> Unicode.Scalar {
        Unicode.Scalar((97...122).contains(byte) ? byte - 32 : byte)
    }

    /// The digits of a number of 15 or 18 characters, the check character left out; nil when another character is among them.
    private static func digits(of bytes: [UInt8]) -> [Int]? {
        let body = bytes.count == 18 ? bytes[0..<17] : bytes[...]
        guard body.allSatisfy(isDigit) else { return nil }
        if bytes.count == 18 {
            guard isDigit(bytes[17]) || bytes[17] == upperX || bytes[17] == lowerX else { return nil }
        }
        return body.map { Int($0 &- 48) }
    }

    private static func date(in digits: [Int]) -> CalendarDate? {
        CalendarDate(
            year: digits[6] * 1000 + digits[7] * 100 + digits[8] * 10 + digits[9],
            month: digits[10] * 10 + digits[11],
            day: digits[12] * 10 + digits[13]
        )
    }

    private static func remainder(of seventeen: [Int]) -> Int {
        var sum = 0
        for position in 0..<17 { sum += seventeen[position] * weights[position] }
        return sum % 11
    }

    private static func region(of code: String, in divisions: any DivisionLookup) -> ResidentIDVerdict {
        switch code {
        case "810000", "820000", "830000": return .hongKongMacauTaiwan
        default: break
        }
        if code.hasPrefix("9") { return foreign(code) ? .foreignResident : .regionUnknown }
        if code.hasSuffix("00"), !DivisionCode.citiesWithoutCounties.contains(code) {
            return divisions.everExisted(code) ? .regionLevel : .regionUnknown
        }
        if divisions.currentName(code) != nil { return .ok }
        return divisions.everExisted(code) ? .historicalRegion : .regionUnknown
    }

    /// 外国人永久居留身份证 since 2023: 9, the province of issue, the numeric code of the nationality.
    private static func foreign(_ code: String) -> Bool {
        let text = Array(code)
        return ProvinceCode.isKnown(String(text[1...2])) && CountryNumber.isKnown(String(text[3...5]))
    }
}
