/// What the six digits of a GB/T 2260 code say by themselves: two of the province, two of the prefecture, two of the county.
public enum DivisionCode {
    public enum Level: Int, Sendable, Hashable, Comparable {
        case province = 1, prefecture, county

        public static func < (lhs: Level, rhs: Level) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// Nil unless the text is six ASCII digits that do not begin with 00.
    public static func level(of code: String) -> Level? {
        guard let number = number(of: code) else { return nil }
        if number % 10_000 == 0 { return .province }
        return number % 100 == 0 ? .prefecture : .county
    }

    /// The code above in the standard's own order, its virtual layers (市辖区, 县) included; nil for a province.
    public static func parent(of code: String) -> String? {
        switch level(of: code) {
        case .county: String(code.prefix(4)) + "00"
        case .prefecture: String(code.prefix(2)) + "0000"
        case .province, nil: nil
        }
    }

    /// Whether the code is as exact as the template wants it (Q19): a county, a city that has none, or one of the
    /// regions that the standard does not divide.
    public static func reachesCounty(_ code: String) -> Bool {
        switch level(of: code) {
        case .county: true
        case .prefecture: citiesWithoutCounties.contains(code)
        case .province: undividedRegions.contains(code)
        case nil: false
        }
    }

    /// 东莞、中山、三沙(until 2020)、儋州、嘉峪关: their own code stands in addresses and ID numbers.
    public static let citiesWithoutCounties: Set<String> = ["441900", "442000", "460300", "460400", "620200"]

    static let undividedRegions: Set<String> = ["710000", "810000", "820000"]

    /// The first six bytes of a text that begins with a county's digits. A prefix by characters would look for clusters.
    static func county(_ text: String) -> String { String(decoding: text.utf8.prefix(6), as: UTF8.self) }

    static func number(of code: String) -> Int32? {
        var number: Int32 = 0
        var count = 0
        for byte in code.utf8 {
            guard (48...57).contains(byte), count < 6 else { return nil }
            number = number * 10 + Int32(byte - 48)
            count += 1
        }
        return count == 6 && number >= 100_000 ? number : nil
    }

    static func text(of number: Int32) -> String { String(number) }
}
