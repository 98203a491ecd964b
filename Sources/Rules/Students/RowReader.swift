/// Turns a pupil's row as typed into the record as stored: texts to codes, names without spaces, dates as `YYYYMMDD`.
///
/// Nothing is dropped: what cannot be read stays in the record as it was typed, so that a rule can speak about it.
/// Each repair that changes more than blanks at the ends is told as a notice. Source: Q17–Q19, Q24, Q27, Q38, Q68.
public enum RowReader {
    public static func read(_ row: RawRow) -> (record: StudentRecord, notices: [Finding]) {
        let read = mend(row)
        return (read.record, read.mendings.map { MendingRules.finding(for: $0) })
    }

    static func mend(_ row: RawRow) -> ReadRow {
        var result = ReadRow()
        var stage: Stage?
        for field in StudentField.allCases {
            guard let cell = row[field] else { continue }
            if field == .entryWay, stage == nil { stage = self.stage(of: row) }
            if cell.kind == .error { result.noteBroken(field) }
            take(cell, of: field, stage: stage, into: &result)
        }
        return result
    }

    private static func stage(of row: RawRow) -> Stage? {
        row[.classCode].flatMap { ClassCode(compact($0.text)) }?.stage
    }

    private static func take(_ cell: RawCell, of field: StudentField, stage: Stage?, into result: inout ReadRow) {
        let found = TextTraits(cell.text)
        let isClean = found.isDisjoint(with: [.space, .zeroWidth, .fullWidth, .composable])
        let text = found.isDisjoint(with: [.space, .zeroWidth]) ? cell.text : TextMending.trimmed(cell.text)
        switch FieldShape.all[field.rawValue] {
        case .option(let table):
            if let code = table.code(of: text, stage: stage) {
                result.put(code, traits: [], in: field)
            } else {
                result.put(text, traits: found.union(.notAnOption), in: field)
            }
        case .name: takeName(text, found, field, into: &result)
        case .text: takeText(text, found, field, into: &result)
        case .identityNumber: takeIdentityNumber(text, found, field, into: &result)
        case .digits:
            takeMended(isClean ? text : compact(text), text, found, field, into: &result)
        case .telephone:
            takeMended(isClean ? text : TextMending.trimmed(TextMending.halfWidth(text)), text, found, field, into: &result)
        case .day:
            let half = isClean ? text : compactDate(text)
            takeMended(DateReading.day(half) ?? text, text, found, field, into: &result)
        case .month:
            let half = isClean ? text : compactDate(text)
            takeMended(DateReading.month(half) ?? text, text, found, field, into: &result)
        case .validity:
            let half = isClean ? text : TextMending.withoutSpaces(TextMending.halfWidth(text))
            takeMended(DateReading.validity(half) ?? text, text, found, field, into: &result)
        case .distance:
            let half = isClean ? text : compact(text)
            takeMended(distance(half) ?? half, text, found, field, into: &result)
        }
    }

    /// Stores a mended value and tells about full-width characters.
    private static func takeMended(
        _ value: String, _ text: String, _ found: TextTraits, _ field: StudentField, into result: inout ReadRow
    ) {
        let isMended = value != text
        result.put(value, traits: isMended ? TextTraits(value) : found, in: field)
        if isMended, found.contains(.fullWidth) { result.note(.fullWidth, field, before: text) }
    }

    private static func takeName(_ text: String, _ found: TextTraits, _ field: StudentField, into result: inout ReadRow) {
        guard !found.isDisjoint(with: [.space, .zeroWidth, .dot, .composable]) else {
            result.put(text, traits: found, in: field)
            return
        }
        let unspaced = TextMending.withoutSpaces(text)
        let dotted = found.contains(.dot) ? TextMending.withMiddleDots(unspaced) : unspaced
        let composed = found.contains(.composable) ? TextMending.composed(dotted) : dotted
        result.put(composed, traits: TextTraits(composed), in: field)
        if unspaced != text { result.note(.nameSpaces, field, before: text) }
        if dotted != unspaced { result.note(.nameDot, field, before: text) }
        // Equal under Swift's ==, which compares canonically: only the scalars tell.
        if !composed.unicodeScalars.elementsEqual(dotted.unicodeScalars) { result.note(.nameComposed, field, before: text) }
    }

    private static func takeText(_ text: String, _ found: TextTraits, _ field: StudentField, into result: inout ReadRow) {
        guard !found.isDisjoint(with: [.zeroWidth, .lineBreak]) else {
            result.put(text, traits: found, in: field)
            return
        }
        let visible = found.contains(.zeroWidth) ? TextMending.withoutZeroWidth(text) : text
        let flat = found.contains(.lineBreak) ? TextMending.onOneLine(visible) : visible
        result.put(flat, traits: TextTraits(flat), in: field)
        if flat != visible { result.note(.lineBreak, field, before: text) }
    }

    private static func takeIdentityNumber(
        _ text: String, _ found: TextTraits, _ field: StudentField, into result: inout ReadRow
    ) {
        let half = found.contains(.fullWidth) ? TextMending.halfWidth(text) : text
        let unspaced = found.isDisjoint(with: [.space, .zeroWidth]) ? half : TextMending.withoutSpaces(half)
        let bare = withoutApostrophe(unspaced)
        let capital = TextMending.upperCased(bare)
        let isMended = capital != text
        result.put(capital, traits: isMended ? TextTraits(capital) : found, in: field)
        guard isMended else { return }
        if half != text { result.note(.fullWidth, field, before: text) }
        if bare.utf8.count != half.utf8.count { result.note(.idBlanks, field, before: text) }
        if capital != bare { result.note(.idCapitals, field, before: text) }
    }

    /// An identity number as the record will hold it, for whoever must know numbers before rows are judged.
    static func identityNumber(_ text: String) -> String {
        TextMending.upperCased(withoutApostrophe(compact(text)))
    }

    /// Excel's mark for text, where it became part of the value.
    private static func withoutApostrophe(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, ["'", "`", "\u{2018}", "\u{2019}"].contains(first) else { return text }
        return String(text.unicodeScalars.dropFirst())
    }

    private static func compact(_ text: String) -> String {
        TextMending.withoutSpaces(TextMending.halfWidth(text))
    }

    /// Half-width, with one space kept between a day and a time of day.
    private static func compactDate(_ text: String) -> String {
        TextMending.trimmed(TextMending.withoutZeroWidth(TextMending.halfWidth(text)))
    }

    /// `2` and `2.` as `2.0`; nil unless digits with at most one decimal place.
    private static func distance(_ text: String) -> String? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, TextMending.isDigits(whole) else { return nil }
        let kilometres = whole.drop { $0 == "0" }
        let tenth = parts.count == 2 ? String(parts[1]) : ""
        guard tenth.isEmpty || tenth.utf8.count == 1 && TextMending.isDigits(tenth) else { return nil }
        return (kilometres.isEmpty ? "0" : String(kilometres)) + "." + (tenth.isEmpty ? "0" : tenth)
    }
}
