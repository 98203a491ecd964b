/// Birthplace, household places and native place (Q19, Q20, Q102).
enum DivisionRules {
    private static let fields = StudentField.allCases.filter(\.isDivision)

    static let checks: [Check] = fields.map { .sequence([.rule(form($0)), .rule(tail($0)), .rule(known($0)), .rule(former($0)), .rule(county($0))]) }
        + [.rule(nativePlaceCode), .rule(foreignNativePlace), .rule(chineseNativePlace)]

    private static func form(_ field: StudentField) -> Rule {
        Rule(
            "Q19-division-\(field)", field, .error, "“{label}”填写的“{value}”不是12位数字",
            remedy: "请填写12位行政区划代码：6位省市县代码加“000000”，例如430104000000", failing: RuleExample([field: "430104"]),
            fails: { subject in
                guard let code = subject[field] else { return nil }
                return code.utf8.count == 12 && TextMending.isDigits(code) ? nil : RuleFailure()
            }
        )
    }

    private static func tail(_ field: StudentField) -> Rule {
        Rule(
            "Q19-division-tail-\(field)", field, .error, "“{label}”填写的“{value}”后6位不是000000",
            remedy: "行政区划到县一级：后6位补六个0，例如430104000000", failing: RuleExample([field: "430104001000"]),
            fails: { subject in
                guard let code = subject[field] else { return nil }
                return code.hasSuffix("000000") ? nil : RuleFailure()
            }
        )
    }

    /// A code of today or of the past, or one the centre added.
    private static func known(_ field: StudentField) -> Rule {
        Rule(
            "Q19-division-unknown-\(field)", field, .error, "“{label}”填写的“{value}”不在行政区划表中",
            remedy: "请从行政区划表中查找县级代码；开发区、高新区等自设区划由省级上报、国家赋码后方可使用",
            failing: RuleExample([field: "430199000000"]),
            fails: { subject in
                guard let code = subject[field] else { return nil }
                return subject.facts.divisions.everExisted(DivisionCode.county(code)) ? nil : RuleFailure()
            }
        )
    }

    /// A birthplace keeps the code of its day; a household is where it is now.
    private static func former(_ field: StudentField) -> Rule {
        Rule(
            "Q19-division-former-\(field)", field, field == .birthplace ? .notice : .warning, "“{label}”填写的“{value}”是已撤销的行政区划",
            remedy: field == .birthplace ? "按出生时的区划填写的可不修改" : "请改为现行的县级行政区划代码",
            failing: RuleExample([field: "430122000000"]),
            fails: { subject in
                guard let code = subject[field] else { return nil }
                return subject.facts.divisions.currentName(DivisionCode.county(code)) == nil ? RuleFailure() : nil
            }
        )
    }

    private static func county(_ field: StudentField) -> Rule {
        Rule(
            "Q19-division-level-\(field)", field, .error, "“{label}”填写的“{value}”没有到区县一级",
            remedy: "请填写区县一级的代码，例如430104000000（岳麓区），不能只到省或市", failing: RuleExample([field: "430100000000"]),
            fails: { subject in
                guard let code = subject[field] else { return nil }
                return Division12.fault(in: code) == .aboveCounty ? RuleFailure() : nil
            }
        )
    }

    // MARK: - Native place (Q20)

    /// Words are free; whoever writes a code must write one that exists.
    private static let nativePlaceCode = Rule(
        "Q20-native-place-code", .nativePlace, .error, "籍贯填写的代码“{value}”不在行政区划表中",
        remedy: "籍贯可填到县一级的文字，例如“湖南省湘潭县”，或12位行政区划代码",
        passing: RuleExample([.nativePlace: "430104000000"]), failing: RuleExample([.nativePlace: "430199000000"]),
        fails: { subject in
            guard let place = subject[.nativePlace], TextMending.isDigits(place) else { return nil }
            let county = DivisionCode.county(place)
            let hasShape = place.utf8.count == 6 || place.utf8.count == 12 && place.hasSuffix("000000")
            return hasShape && subject.facts.divisions.everExisted(county) ? nil : RuleFailure()
        }
    )

    private static let foreignNativePlace = Rule(
        "Q20-foreigner-native-place", .nativePlace, .warning, "外籍学生的籍贯填写了“{value}”",
        remedy: "外籍学生的籍贯填“其他”",
        passing: RuleExample(foreigner.merging([.nativePlace: "其他"]) { $1 }), failing: RuleExample(foreigner),
        fails: { subject in
            guard let place = subject[.nativePlace], let nationality = subject[.nationality],
                  CodeTable.country.accepts(nationality), !Nationality.isChinese(nationality), !isOther(place)
            else { return nil }
            return RuleFailure()
        }
    )

    private static let chineseNativePlace = Rule(
        "Q20-native-place-other", .nativePlace, .warning, "中国籍学生的籍贯填写了“{value}”",
        remedy: "中国籍学生的籍贯填到县一级，例如“湖南省湘潭县”", failing: RuleExample([.nativePlace: "其他"]),
        fails: { subject in
            guard let place = subject[.nativePlace], subject[.nationality] == "CHN", isOther(place) else { return nil }
            return RuleFailure()
        }
    )

    private static func isOther(_ place: String) -> Bool { place == "其他" || place == "其它" }

    private static let foreigner: [StudentField: String] = [
        .nationality: "法国", .overseasKind: "外国人", .idType: "护照", .idNumber: "12AB34567",
        .otherDocumentProof: "护照复印件|20150905|学校档案室",
    ]
}
