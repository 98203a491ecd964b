/// Telephones, postcode, mail: the form in which one can be reached.
enum ContactRules {
    private static let phones: [StudentField] = [.phone, .guardian1Phone, .guardian2Phone]

    static let checks: [Check] = phones.map { .sequence([.rule(phone($0)), .rule(mobile($0))]) }
        + [.rule(postcode), .rule(email)]

    private static func phone(_ field: StudentField) -> Rule {
        Rule(
            "M-IMP-phone-\(field)", field, .error, "“{label}”填写的“{value}”不是电话号码",
            remedy: "请填写固定电话（区号-号码）或手机号，例如0731-88888888或13800000001", failing: RuleExample([field: "无"]),
            fails: { subject in
                guard let value = subject[field] else { return nil }
                var digits = 0
                for byte in value.utf8 {
                    if (48...57).contains(byte) { digits += 1; continue }
                    // Space, brackets, plus, comma, hyphen, slash, semicolon; the Chinese 、 as separator below.
                    if [32, 40, 41, 43, 44, 45, 47, 59].contains(byte) || byte >= 0x80 { continue }
                    return RuleFailure()
                }
                let isForeign = value.unicodeScalars.contains { $0.value >= 0x80 && $0 != "、" && $0 != "—" && $0 != "转" }
                return digits < 7 || isForeign ? RuleFailure() : nil
            }
        )
    }

    private static func mobile(_ field: StudentField) -> Rule {
        Rule(
            "M-IMP-mobile-\(field)", field, .warning, "“{label}”填写的“{value}”不像手机号，也没有区号",
            remedy: "手机号为1开头的11位数字；固定电话请加区号", failing: RuleExample([field: "1380000000"]),
            fails: { subject in
                guard let value = subject[field], TextMending.isDigits(value), value.hasPrefix("1") else { return nil }
                let second = value.utf8.dropFirst().first ?? 48
                return value.utf8.count == 11 && second >= 51 ? nil : RuleFailure()
            }
        )
    }

    private static let postcode = Rule(
        "M-IMP-postcode", .postcode, .error, "邮政编码“{value}”不是6位数字", remedy: "请填写6位邮政编码，例如410006；以0开头的请先把该列设为文本格式",
        failing: RuleExample([.postcode: "41000"]),
        fails: { subject in
            guard let value = subject[.postcode] else { return nil }
            return value.utf8.count == 6 && TextMending.isDigits(value) ? nil : RuleFailure()
        }
    )

    private static let email = Rule(
        "M-IMP-email", .email, .error, "电子信箱“{value}”不是有效的邮箱地址", remedy: "请填写完整地址，例如zhangwei@example.com，没有可不填",
        passing: RuleExample([.email: "zhangwei@example.com"]), failing: RuleExample([.email: "zhangwei.example.com"]),
        fails: { subject in
            guard let value = subject[.email] else { return nil }
            let parts = value.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, value.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return RuleFailure() }
            let domain = parts[1].split(separator: ".", omittingEmptySubsequences: false)
            return domain.count >= 2 && domain.allSatisfy { !$0.isEmpty } ? nil : RuleFailure()
        }
    )
}
