import Rules

/// 全国学籍号 (Q44): a letter and 18 characters.
public enum NationalStudentNumber {
    /// L + six-digit division of the school's area + birth date + four digits.
    public static func provisional(division: String, birthDate: String, tail: Int) -> String {
        let text = String(tail)
        return "L" + division + birthDate + String(repeating: "0", count: max(0, 4 - text.count)) + text
    }

    /// G + resident ID number.
    public static func formal(residentID: String) -> String { "G" + residentID }

    /// J + division + birth date + three-digit sequence (odd for boys, even for girls) + check digit of GB 11643.
    /// Nil when the parts do not make 17 digits.
    public static func formal(division: String, birthDate: String, sequence: Int) -> String? {
        let text = String(sequence)
        let body = division + birthDate + String(repeating: "0", count: max(0, 3 - text.count)) + text
        return ResidentIDNumber.checkDigit(for17: body).map { "J" + body + String($0) }
    }

    /// The first sequence for a sex, then every second one, up to 999.
    public static func firstSequence(sex: String) -> Int { sex == "1" ? 1 : 2 }
}
