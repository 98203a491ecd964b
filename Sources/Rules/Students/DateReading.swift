/// Reads the shapes in which schools type dates. All functions expect trimmed, half-width text and return nil when unsure:
/// a two-digit year or a spreadsheet serial is not guessed at.
enum DateReading {
    /// `20150901`, `2015-9-1`, `2015/09/01`, `2015.9.1`, `2015年9月1日`, with or without a midnight time, as `YYYYMMDD`.
    static func day(_ text: String) -> String? {
        if text.utf8.count == 8, TextMending.isDigits(text) { return CalendarDate(compact: text) == nil ? nil : text }
        guard let groups = groups(in: text) else { return nil }
        let dated = withoutMidnight(groups)
        switch dated.map(\.count) {
        case [8]: return CalendarDate(compact: String(dated[0]))?.compact
        case let counts where counts.count == 3 && counts[0] == 4 && counts[1] <= 2 && counts[2] <= 2:
            guard let year = Int(dated[0]), let month = Int(dated[1]), let day = Int(dated[2]) else { return nil }
            return CalendarDate(year: year, month: month, day: day)?.compact
        default: return nil
        }
    }

    /// `201509`, `2015-9`, `2015年9月`, or a whole day, as `YYYYMM`.
    static func month(_ text: String) -> String? {
        if text.utf8.count == 6, TextMending.isDigits(text) { return CalendarDate(compact: text + "01") == nil ? nil : text }
        guard let groups = groups(in: text) else { return nil }
        let counts = groups.map(\.count)
        if counts == [6] { return first(String(groups[0]) + "01") }
        if counts.count == 2, counts[0] == 4, counts[1] <= 2, let year = Int(groups[0]), let month = Int(groups[1]) {
            return first(CalendarDate(year: year, month: month, day: 1)?.compact)
        }
        return first(day(text))
    }

    /// Validity of a paper (Q24): `YYYY-YYYY`, `YYYYMMDD-YYYYMMDD`, or with 长期 for the end.
    static func validity(_ text: String) -> String? {
        let longTerm = "长期"
        if text == longTerm { return longTerm }
        let endless = text.hasSuffix(longTerm)
        let body = endless ? String(text.dropLast(longTerm.count)) : text
        guard let groups = groups(in: body, also: "—–－-~～至到") else { return nil }
        let counts = groups.map(\.count)
        let isDay = { (part: ArraySlice<Int>) in
            part.count == 1 && part.first == 8 || part.count == 3 && part.first == 4 && part.dropFirst().allSatisfy { $0 <= 2 }
        }
        let half = endless ? counts.count : counts.count / 2
        guard half > 0, endless || counts.count % 2 == 0 else { return nil }
        let years = counts.allSatisfy { $0 == 4 } && half == 1
        let days = isDay(counts[..<half]) && (endless || isDay(counts[half...]))
        guard years || days else { return nil }
        let ends = endless ? [groups[...]] : [groups[..<half], groups[half...]]
        var parts: [String] = []
        for end in ends {
            if years {
                parts.append(String(end[end.startIndex]))
            } else if let read = day(end.joined(separator: "-")) {
                parts.append(read)
            } else {
                return nil
            }
        }
        return (parts + (endless ? [longTerm] : [])).joined(separator: "-")
    }

    private static func first(_ day: String?) -> String? {
        guard let day, CalendarDate(compact: day) != nil else { return nil }
        return String(day.prefix(6))
    }

    /// Runs of digits; nil when the text holds anything but digits and the separators of a date.
    private static func groups(in text: String, also separators: String = "") -> [Substring]? {
        var runs: [Substring] = []
        var start: String.Index?
        for index in text.indices {
            let character = text[index]
            if ("0"..."9").contains(character) {
                start = start ?? index
                continue
            }
            guard "-/.年月日 T:".contains(character) || separators.contains(character) else { return nil }
            if let from = start { runs.append(text[from..<index]) }
            start = nil
        }
        if let from = start { runs.append(text[from...]) }
        return runs.isEmpty ? nil : runs
    }

    private static func withoutMidnight(_ groups: [Substring]) -> [Substring] {
        guard groups.count > 3, groups[3...].allSatisfy({ $0.allSatisfy { $0 == "0" } }) else { return groups }
        return Array(groups[..<3])
    }
}
