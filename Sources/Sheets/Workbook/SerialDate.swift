/// Days as spreadsheets count them.
enum SerialDate {
    /// Day 1 is 1 January 1900 (and day 60 the 29 February 1900 that never was), or day 0 is 1 January 1904.
    enum System: Sendable, Hashable { case from1900, from1904 }

    /// `YYYYMMDD`; nil for a time of day alone and outside the years up to 9999.
    static func text(_ serial: Double, _ system: System) -> String? {
        // Day 0 with a fraction is a time of day; Excel itself cannot tell it from the first day of 1904.
        guard serial >= 1, serial < 2_958_466 else { return nil }
        let day = Int(serial.rounded(.down))
        switch system {
        case .from1904:
            guard day <= 2_957_003 else { return nil }
            return civil(daysSince1970: day - 24_107)
        case .from1900:
            if day == 60 { return "19000229" }
            return civil(daysSince1970: day < 60 ? day - 25_568 : day - 25_569)
        }
    }

    /// Civil-from-days, proleptic Gregorian.
    private static func civil(daysSince1970: Int) -> String {
        let shifted = daysSince1970 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return String(year * 10_000 + month * 100 + day)
    }
}
