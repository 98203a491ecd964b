/// What free text may consist of: names first, then lengths and characters that would not survive the way to the centre.
enum TextRules {
    static let names: [StudentField] = [.name, .formerName, .guardian1Name, .guardian2Name]

    static let freeTexts: [StudentField] = [
        .nativePlace, .currentAddress, .mailingAddress, .homeAddress, .talents, .auxiliaryNumber, .numberInClass,
        .homepage, .guardian1RelationNote, .guardian1Address, .guardian1Employer, .guardian1Position,
        .guardian2RelationNote, .guardian2Address, .guardian2Employer, .guardian2Position, .continuationID, .namePinyin,
    ]

    /// Length is judged where a person types freely; items with a form of their own have their own rules.
    private static let measured = names + freeTexts + [
        .phone, .email, .bloodType, .guardian1Phone, .guardian2Phone, .idNumber, .guardian1IDNumber, .guardian2IDNumber,
    ]

    static let checks: [Check] = [
        .rule(brokenCell),
        .together(measured.map { .rule(length(of: $0)) }),
        .when({ !$0.allTraits.isDisjoint(with: unreadable) }, .together((names + freeTexts).map {
            .sequence([.rule(control(in: $0)), .rule(lost(in: $0)), .rule(privateUse(in: $0))])
        })),
        .when({ $0.allTraits.contains(.radical) }, names.map(radical).together),
        .sequence([.rule(nameCharacters), .rule(shortName)]),
        [.currentAddress, .mailingAddress, .homeAddress].map(shortAddress).together,
    ]

    /// What the rules about characters that do not survive look for.
    private static let unreadable: TextTraits = [.control, .replacement, .questionMark, .privateUse]

    private static let brokenCell = Rule(
        "M-IMP-broken-cell", nil, .error, "“{label}”的单元格是公式错误“{value}”",
        remedy: "请改正公式，或填入内容后用“选择性粘贴-数值”粘贴到模板",
        failing: RuleExample(cells: [.talents: RawCell("#REF!", kind: .error)]),
        allFailures: { subject in
            subject.brokenCells.isEmpty ? [] : subject.brokenCells.sorted().map { RuleFailure(field: $0) }
        }
    )

    /// A place with a door number has more characters than the name of its town.
    private static func shortAddress(_ field: StudentField) -> Rule {
        Rule(
            "Q31-address-short-\(field)", field, .notice, "“{label}”只填写了“{value}”",
            remedy: "地址应具体到门牌号，方便找到或联系到学生", failing: RuleExample([field: "长沙市"]),
            fails: { subject in
                guard let value = subject[field], value.utf8.count <= 15, value.unicodeScalars.count <= 5 else { return nil }
                return RuleFailure()
            }
        )
    }

    /// The template's lengths are remembered, not published; two are too short for what people really write: the longest
    /// county name with its province has 23 characters, and AB is a blood type.
    private static func limit(of field: StudentField) -> Int {
        switch field {
        case .nativePlace: 60
        case .bloodType: 4
        default: field.maxLength
        }
    }

    private static func length(of field: StudentField) -> Rule {
        let limit = limit(of: field)
        // An identity number of type 1 is judged for its length as a number, which says more.
        let type: StudentField? = switch field {
        case .idNumber: .idType
        case .guardian1IDNumber: .guardian1IDType
        case .guardian2IDNumber: .guardian2IDType
        default: nil
        }
        return Rule(
            "M-IMP-length-\(field)", field, .error, "“{label}”有{detail}个字符，超过\(limit)个",
            remedy: "请缩短到\(limit)个字符以内", failing: RuleExample(tooLong(field, limit: limit, type: type)),
            fails: { subject in
                guard let value = subject[field], value.utf8.count > limit else { return nil }
                let count = value.unicodeScalars.count
                guard count > limit else { return nil }
                if let type, subject[type] == "1" { return nil }
                return RuleFailure(String(count))
            }
        )
    }

    private static func tooLong(_ field: StudentField, limit: Int, type: StudentField?) -> [StudentField: String] {
        switch field {
        case .phone, .guardian1Phone, .guardian2Phone: [field: String(repeating: "2", count: limit + 1)]
        case .email: [field: String(repeating: "a", count: limit) + "@example.com"]
        default:
            if let type {
                [field: String(repeating: "A", count: limit + 1), type: "护照", .otherDocumentProof: "护照复印件|20150905|学校档案室"]
            } else {
                [field: String(repeating: "长", count: limit + 1)]
            }
        }
    }

    /// Long enough for an address, and a name where a name is wanted.
    private static func sample(_ text: String, _ field: StudentField) -> String {
        names.contains(field) ? text : "麓山路36号" + text
    }

    private static func control(in field: StudentField) -> Rule {
        Rule(
            "M-IMP-control-\(field)", field, .error, "“{label}”中有看不见的控制字符",
            remedy: "请在记事本中重新键入后，用“选择性粘贴-数值”粘贴到模板",
            failing: RuleExample([field: sample("王\u{07}力", field)]),
            fails: { $0.traits(of: field).contains(.control) ? RuleFailure() : nil }
        )
    }

    /// `?` in a name is what remains of a character that a former system could not hold; an address may contain one.
    private static func lost(in field: StudentField) -> Rule {
        let isName = names.contains(field)
        let signs: TextTraits = isName ? [.replacement, .questionMark] : .replacement
        return Rule(
            "\(isName ? "Q18" : "M-IMP")-lost-character-\(field)", field, .error,
            "“{label}”填写的“{value}”中有丢失的字符（“?”或“�”）",
            remedy: "生僻字已在此前的系统中丢失，请按户口簿重新输入原字", failing: RuleExample([field: sample(isName ? "王？" : "王�", field)]),
            fails: { $0.traits(of: field).isDisjoint(with: signs) ? nil : RuleFailure() }
        )
    }

    private static func privateUse(in field: StudentField) -> Rule {
        Rule(
            "\(names.contains(field) ? "Q18" : "M-IMP")-private-use-\(field)", field, .error,
            "“{label}”中有自造字（{detail}），其他单位的电脑无法显示",
            remedy: "请换用国家标准（GB 18030）中的同一个字，例如用输入法重新输入“䶮”；标准中确实没有的，请与主管部门联系",
            passing: RuleExample([field: sample("王\u{2B300}", field)]), failing: RuleExample([field: sample("王\u{E863}", field)]),
            fails: { subject in
                guard subject.traits(of: field).contains(.privateUse), let value = subject[field] else { return nil }
                let codes = value.unicodeScalars.filter { TextTraits(String($0)).contains(.privateUse) }
                    .map { "U+" + String($0.value, radix: 16, uppercase: true) }
                return RuleFailure(codes.joined(separator: "、"))
            }
        )
    }

    private static func radical(in field: StudentField) -> Rule {
        Rule(
            "Q18-radical-\(field)", field, .warning, "“{label}”填写的“{value}”中有部首符号，看上去像汉字但不是汉字",
            remedy: "请用输入法重新输入该字", failing: RuleExample([field: "\u{2F2D}水"]),
            fails: { $0.traits(of: field).contains(.radical) ? RuleFailure() : nil }
        )
    }

    /// Letters of any script, `·`, hyphen and apostrophe: a foreigner may have a Latin name. The question mark and lost
    /// characters have a rule of their own.
    private static let nameCharacters = Rule(
        "Q18-name-characters", .name, .error, "姓名“{value}”中有数字或符号“{detail}”",
        remedy: "姓名请按户口簿或身份证填写，只用汉字和间隔号“·”",
        passing: RuleExample([.name: "阿依古丽·买买提"]), failing: RuleExample([.name: "张伟2"]),
        fails: { subject in
            guard let name = subject[.name] else { return nil }
            for scalar in name.unicodeScalars where !(0x4E00...0x9FFF).contains(scalar.value) {
                guard !isNameScalar(scalar) else { continue }
                return RuleFailure(String(scalar))
            }
            return nil
        }
    )

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xB7, 0x2D, 0x27, 0x2019, 0x3007: return true
        case 0x30...0x39, 0xFF10...0xFF19: return false
        case 0x3F, 0xFF1F, 0xFFFD: return true
        default:
            let rare = TextTraits(String(scalar))
            if !rare.isDisjoint(with: [.control, .privateUse, .radical]) { return true }
            return scalar.properties.isAlphabetic || !scalar.properties.isWhitespace && scalar.properties.generalCategory
                == .nonspacingMark
        }
    }

    private static let shortName = Rule(
        "Q18-name-short", .name, .warning, "姓名“{value}”只有一个字", remedy: "请核对是否漏填；确实只有一个字的可不修改",
        passing: RuleExample([.name: "王力"]), failing: RuleExample([.name: "王"]),
        fails: { subject in
            guard let name = subject[.name], name.utf8.count <= 4, name.unicodeScalars.count == 1 else { return nil }
            return RuleFailure()
        }
    )
}
