/// Which number formats show a number as a day.
enum NumberFormat {
    /// Built-in formats (ECMA-376 18.8.30): 14–17 and 22 everywhere; 27–36 and 50–58 in the Chinese, Japanese and Korean
    /// editions. 18–21 and 45–47 are times of day, 48 a number, 49 text.
    static func isDate(builtIn id: Int) -> Bool {
        switch id {
        case 14...17, 22, 27...36, 50...58: true
        default: false
        }
    }

    /// A format code shows a day when its first section has a year, a day or an era, or a month that is no minute.
    static func isDate(code: String) -> Bool {
        var hasYearOrDay = false, hasMonth = false, hasTime = false, hasDigit = false, hasEra = false
        var bytes = Array(code.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case 0x22: skip(&bytes, to: 0x22)
            case 0x5B:
                // `[h]`, `[mm]`, `[s]` count time that has passed; all else in brackets is colour, language or condition.
                let inner = bytes.prefix { $0 != 0x5D }
                if let first = inner.first, [0x68, 0x6D, 0x73].contains(first | 0x20), inner.allSatisfy({ $0 == first }) { hasTime = true }
                skip(&bytes, to: 0x5D)
            case 0x5C, 0x5F, 0x2A: _ = bytes.popFirst()
            case 0x3B: bytes = []
            case 0x79, 0x59, 0x64, 0x44: hasYearOrDay = true
            case 0x6D, 0x4D: hasMonth = true
            case 0x68, 0x48, 0x73, 0x53: hasTime = true
            case 0x65: hasEra = true
            case 0x30, 0x23, 0x3F: hasDigit = true
            case 0x47 where bytes.starts(with: "eneral".utf8): return false
            default: break
            }
        }
        // `ss.0` has a digit too, but no year or day; a code with both is broken and no date.
        if hasDigit, !hasTime { return false }
        return hasYearOrDay || hasEra && !hasDigit || hasMonth && !hasTime
    }

    private static func skip(_ bytes: inout ArraySlice<UInt8>, to end: UInt8) {
        while let byte = bytes.popFirst(), byte != end {}
    }
}
