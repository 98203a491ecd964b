/// Numbers as workbooks store them, in shortest plain decimal.
enum PlainDecimal {
    /// Nil when the bytes are no finite decimal number.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        // Up to 15 digits survive every spreadsheet, so they are what was typed; the rest goes through Double as Excel's did.
        if bytes.count <= 15, let first = bytes.first, first != 0x30 || bytes.count == 1,
           bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        return value(bytes).map(text)
    }

    static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        guard !bytes.isEmpty, bytes.count <= 400, bytes.allSatisfy(isNumeric) else { return nil }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    static func text(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        let short = value.description
        guard let mark = short.firstIndex(of: "e") else { return short.hasSuffix(".0") ? String(short.dropLast(2)) : short }
        let exponent = Int(short[short.index(after: mark)...]) ?? 0
        var digits = short[..<mark].filter { $0 != "-" }
        var point = digits.count
        if let dot = digits.firstIndex(of: ".") {
            point = digits.distance(from: digits.startIndex, to: dot)
            digits.remove(at: dot)
        }
        while digits.count > point, digits.last == "0" { digits.removeLast() }
        point += exponent
        let sign = value < 0 ? "-" : ""
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        let split = digits.index(digits.startIndex, offsetBy: point)
        return sign + digits[..<split] + "." + digits[split...]
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
        default: false
        }
    }
}
