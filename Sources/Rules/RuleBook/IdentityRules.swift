/// The pupil's identity papers (Q22–Q24, Q64). A number that cannot be right makes a problem record, not a lost row.
enum IdentityRules {
    static let repeatedInFileCode = "Q61-id-repeated-in-file"

    /// The options whose rule stands in a sequence here.
    static let options: Set<StudentField> = [.idType]

    static let checks: [Check] = [
        .sequence([
            .rule(householdBook), OptionRules.rule(of: .idType), .rule(numberMissing), .rule(damagedByExcel),
            wellFormed.together,
            .together([.rule(sexDisagrees), .rule(birthDisagrees)] + regions.map { .rule($0) }),
        ]),
        .rule(repeatedInFile),
        .rule(passportForm),
        .rule(foreignerWithResidentID),
        .sequence([.rule(validityForm), .rule(validityOrder)]),
    ]

    /// Says more than that the paper is not in the list: the number inside the book is what counts.
    static let householdBook = Rule(
        "Q23-household-book", .idType, .error, "身份证件类型不能填“{value}”",
        remedy: "证件类型选“居民身份证”，号码填户口簿上本人的公民身份号码，不是户口簿编号",
        failing: RuleExample([.idType: "户口簿"]),
        fails: { subject in
            guard let type = subject[.idType], type == "B" || subject.traits(of: .idType).contains(.notAnOption) && type.contains("户口")
            else { return nil }
            return RuleFailure()
        }
    )

    private static let numberMissing = Rule(
        "Q22-number-required", .idNumber, .error, "身份证件类型为“{detail}”，但未填写身份证件号",
        remedy: "请补填证件号；没有身份证但有户口簿的，填户口簿上的公民身份号码；确实没有任何证件的，证件类型选“其他”",
        passing: RuleExample([.idType: "其他", .idNumber: "", .noIDProof: "无身份证在校就读证明|20150905|学校档案室"]),
        failing: RuleExample([.idNumber: ""]),
        fails: { subject in
            guard let type = subject[.idType], type != "Z", subject[.idNumber] == nil,
                  CodeTable.studentIDType.accepts(type) else { return nil }
            return RuleFailure(CodeTable.studentIDType.text(for: type) ?? type)
        }
    )

    private static let damagedByExcel = Rule(
        "Q22-number-not-text", .idNumber, .error, "身份证件号“{value}”已被Excel改成数值，末几位已丢失",
        remedy: "请把该列设为文本格式，重新输入完整号码；身份证件号必须以文本格式填写",
        passing: RuleExample(cells: [.idNumber: RawCell("430104200905120072", kind: .text)]),
        failing: RuleExample(cells: [.idNumber: RawCell("430104200905120000", kind: .number)]),
        fails: { subject in
            guard let number = subject[.idNumber], ExcelDamage.isDamaged(subject.row[.idNumber], text: number)
            else { return nil }
            return RuleFailure()
        }
    )

    // MARK: - Form of the number: each test that fails has its own name (Q64)

    private static let wellFormed: [Rule] = [
        formRule("length", "长度不是18位（实际{detail}位）", "请按身份证或户口簿核对，补足18位", "43010420090512007") {
            $0 == .badLength ? RuleFailure(String($1.unicodeScalars.count)) : nil
        },
        formRule("15-digits", "是15位旧号码", "学生不会有15位号码，请填写身份证或户口簿上的18位号码", "430104900512007") {
            if case .old15 = $0 { RuleFailure(String($1.count)) } else { nil }
        },
        formRule("characters", "含有数字和末位X以外的字符", "请检查是否误输入了字母O、l或其他符号", "43010420090512O072") { verdict, _ in
            verdict == .badCharacters ? RuleFailure() : nil
        },
        formRule("date", "第7至14位“{detail}”不是有效日期", "请按身份证或户口簿核对出生日期段", "430104200902300073") {
            $0 == .badDate ? RuleFailure(String($1.dropFirst(6).prefix(8))) : nil
        },
        formRule("future", "第7至14位“{detail}”晚于今天", "请按身份证或户口簿核对出生日期段", "430104202005120076") {
            $0 == .futureDate ? RuleFailure(String($1.dropFirst(6).prefix(8))) : nil
        },
        formRule("excel-zeros", "末三位是000，校验码也不对，多半是Excel按数值保存时改掉的", "请把该列设为文本格式，按身份证或户口簿重新输入完整号码", "430104200905120000") { verdict, number in
            if case .badCheckDigit = verdict, ExcelDamage.endsInZeros(number) { RuleFailure() } else { nil }
        },
        formRule("check-digit", "校验码不对（末位应为{detail}）", "末位对不上说明至少有一位输错，请按身份证或户口簿逐位核对，不要只改末位", "430104200905120073") { verdict, number in
            guard case .badCheckDigit(let expected) = verdict, !ExcelDamage.endsInZeros(number) else { return nil }
            return RuleFailure(String(expected))
        },
    ]

    private static func formRule(
        _ test: String, _ what: String, _ remedy: String, _ wrong: String,
        fails: @escaping @Sendable (ResidentIDVerdict, String) -> RuleFailure?
    ) -> Rule {
        Rule(
            "Q64-id-\(test)", .idNumber, .problem, "身份证号错误：“{value}”\(what)",
            remedy: remedy + "。学生已录入，列为问题学籍，改正前不能上报", failing: RuleExample([.idNumber: wrong]),
            fails: { subject in
                guard let verdict = subject.idVerdict, let number = subject[.idNumber] else { return nil }
                return fails(verdict, number)
            }
        )
    }

    // MARK: - Agreement with the row

    private static let sexDisagrees = Rule(
        "M-IMP-id-sex", .sex, .error, "性别“{value}”与身份证号不符（号码第17位表示{detail}）",
        remedy: "请按身份证或户口簿核对性别和身份证号", failing: RuleExample([.sex: "女"]),
        fails: { subject in
            guard subject.hasSoundResidentID, let number = subject[.idNumber], let sex = subject[.sex],
                  CodeTable.sex.accepts(sex), let expected = ResidentIDNumber.sex(of: number), expected != sex
            else { return nil }
            return RuleFailure(CodeTable.sex.text(for: expected) ?? expected)
        }
    )

    private static let birthDisagrees = Rule(
        "M-IMP-id-birth", .birthDate, .error, "出生日期“{value}”与身份证号不符（号码中为{detail}）",
        remedy: "请按身份证或户口簿核对出生日期和身份证号", failing: RuleExample([.birthDate: "20090513"]),
        fails: { subject in
            guard subject.hasSoundResidentID, let number = subject[.idNumber], let birth = subject[.birthDate],
                  CalendarDate(compact: birth) != nil, let expected = ResidentIDNumber.birthDate(of: number)?.compact,
                  expected != birth else { return nil }
            return RuleFailure(expected)
        }
    )

    // MARK: - Region: never an error

    private static let regions: [Rule] = [
        regionRule("Q64-id-region", .notice, "前6位“{detail}”不是已知的行政区划", "请核对一次；确与证件一致的可不修改", "430199200905120079") {
            $0 == .regionUnknown
        },
        regionRule("Q64-id-region-level", .notice, "前6位“{detail}”不是县级行政区划", "请核对一次；确与证件一致的可不修改", "430100200905120077") {
            $0 == .regionLevel
        },
        regionRule("Q22-residence-permit", .notice, "以{detail}开头，是港澳台居民居住证号码", "请确认证件类型；持通行证的应选相应类型", "810000200905120072") {
            $0 == .hongKongMacauTaiwan
        },
        regionRule("Q22-foreign-card", .warning, "以9开头，是外国人永久居留身份证号码，证件类型不应为“居民身份证”", "请把证件类型改为“境外永久居住证”", "943840200905120079") {
            $0 == .foreignResident
        },
    ]

    private static func regionRule(
        _ code: String, _ severity: Finding.Severity, _ what: String, _ remedy: String, _ number: String,
        fails: @escaping @Sendable (ResidentIDVerdict) -> Bool
    ) -> Rule {
        Rule(
            code, .idNumber, severity, "身份证号“{value}”\(what)", remedy: remedy, failing: RuleExample([.idNumber: number]),
            fails: { subject in
                guard let verdict = subject.idVerdict, fails(verdict), let number = subject[.idNumber] else { return nil }
                return RuleFailure(String(number.prefix(6)))
            }
        )
    }

    private static let repeatedInFile = Rule(
        repeatedInFileCode, .idNumber, .problem, "身份证号“{value}”在本文件中出现不止一次",
        remedy: "请核对是否重复录入或填错号码；学生已录入，列为问题学籍（身份证号重复）",
        failing: RuleExample { $0.repeatedIDNumbers = ["430104200905120072"] },
        fails: { subject in
            guard !subject.facts.repeatedIDNumbers.isEmpty, subject.hasResidentIDNumber, let number = subject[.idNumber],
                  subject.facts.repeatedIDNumbers.contains(number) else { return nil }
            return RuleFailure()
        }
    )

    // MARK: - Other papers

    /// Forms of passports and permits differ too much for an error.
    private static let passportForm = Rule(
        "Q22-document-form", .idNumber, .warning, "证件号“{value}”含有字母和数字以外的字符",
        remedy: "请按证件核对号码",
        passing: RuleExample([.idType: "护照", .idNumber: "E12345678", .otherDocumentProof: "护照复印件|20150905|学校档案室"]),
        failing: RuleExample([.idType: "护照", .idNumber: "E1234#678", .otherDocumentProof: "护照复印件|20150905|学校档案室"]),
        fails: { subject in
            guard let type = subject[.idType], "6789A".contains(type), let number = subject[.idNumber] else { return nil }
            let isPlain = number.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || [40, 41, 45, 47].contains($0)
            }
            return isPlain || ExcelDamage.isDamaged(subject.row[.idNumber], text: number) ? nil : RuleFailure()
        }
    )

    private static let foreignerWithResidentID = Rule(
        "Q22-foreigner-resident-id", .idType, .warning, "国籍/地区为“{detail}”，证件类型却是“居民身份证”",
        remedy: "请核对国籍/地区和身份证件类型",
        failing: RuleExample([.nationality: "法国", .overseasKind: "外国人", .nativePlace: "其他"]),
        fails: { subject in
            guard let verdict = subject.idVerdict, verdict != .foreignResident, verdict != .hongKongMacauTaiwan,
                  let nationality = subject[.nationality], !Nationality.isChinese(nationality),
                  let country = CodeTable.country.text(for: nationality) else { return nil }
            return RuleFailure(country)
        }
    )

    // MARK: - Validity (Q24)

    private static let validityForm = Rule(
        "Q24-validity", .idValidity, .error, "身份证件有效期“{value}”格式不对",
        remedy: "请按证件填写起止日期，例如20150901-20200901或2015年—2020年，长期有效的填20150901-长期；不能填“10年”“20年”",
        passing: RuleExample([.idValidity: "2015年—2020年"]), failing: RuleExample([.idValidity: "10年"]),
        fails: { subject in
            guard let value = subject[.idValidity], DateReading.validity(value) == nil else { return nil }
            return RuleFailure()
        }
    )

    private static let validityOrder = Rule(
        "Q24-validity-order", .idValidity, .error, "身份证件有效期“{value}”的截止早于或等于起始",
        remedy: "请按证件核对起止日期",
        passing: RuleExample([.idValidity: "20150901-20200901"]), failing: RuleExample([.idValidity: "2020-2015"]),
        fails: { subject in
            guard let value = subject[.idValidity] else { return nil }
            let ends = value.split(separator: "-")
            guard ends.count == 2, ends[1] != "长期", ends[1] <= ends[0] else { return nil }
            return RuleFailure()
        }
    )
}
