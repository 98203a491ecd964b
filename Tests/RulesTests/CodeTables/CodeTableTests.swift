import Testing
@testable import Rules

@Suite("Code tables")
struct CodeTableTests {
    @Test("every code, text and alias of a table leads back to one entry", arguments: CodeTable.all)
    func roundTrip(table: CodeTable) {
        #expect(Set(table.entries.map(\.code)).count == table.entries.count)
        for entry in table.entries where entry.inTemplate {
            #expect(table.code(forText: entry.text) == entry.code)
            #expect(table.code(forText: entry.code) == entry.code)
            #expect(table.text(for: entry.code) == entry.text)
            #expect(entry.text.isEmpty == false)
        }
    }

    @Test("identifiers of tables differ")
    func identifiers() {
        #expect(Set(CodeTable.all.map(\.id)).count == CodeTable.all.count)
        #expect(Set(CodeTable.all.map(\.title)).count == CodeTable.all.count)
    }

    @Test("there are 57 peoples, and everyone else is 97 or 98 (Q21)")
    func ethnicities() {
        let peoples = CodeTable.ethnicity.entries.filter { $0.code < "97" }
        #expect(peoples.count == 57)
        #expect(CodeTable.ethnicity.code(forText: "毛难族") == "36")
        #expect(CodeTable.ethnicity.code(forText: "穿青人") == "81")
        #expect(CodeTable.ethnicity.code(forText: "其它") == "97")
        #expect(CodeTable.ethnicity.code(forText: "汉") == nil, "族 may not be left out")
        #expect(CodeTable.ethnicity.code(forText: "火星族") == nil)
    }

    @Test("pupils and guardians have seven kinds of papers; a soldier's stand under 其他 (Q22, Q23, Q40)")
    func papers() {
        #expect(CodeTable.studentIDType.entries.filter(\.inTemplate).map(\.code) == ["1", "6", "7", "8", "9", "A", "Z"])
        #expect(CodeTable.studentIDType.code(forText: "军官证") == nil)
        #expect(CodeTable.studentIDType.code(forText: "户口簿") == nil)
        #expect(CodeTable.studentIDType.code(forText: "2") == nil)
        #expect(CodeTable.guardianIDType.texts() == CodeTable.studentIDType.texts())
        #expect(CodeTable.guardianIDType.code(forText: "军官证") == nil)
        #expect(CodeTable.studentIDType.text(for: "2") == "军官证", "stored by another system, still shown")
        #expect(CodeTable.studentIDType.accepts("2") == false)
    }

    @Test("brackets, blanks, width and case of letters do not matter")
    func spellings() {
        #expect(CodeTable.transport.code(forText: "自行车(含摩托车、电动自行车)") == "bicycle")
        #expect(CodeTable.transport.code(forText: "公共交通（含城市公交、农村客运和地铁）") == "publicTransport")
        #expect(CodeTable.country.code(forText: "刚果（金）") == "COD")
        #expect(CodeTable.country.code(forText: "chn") == "CHN")
        #expect(CodeTable.studentIDType.code(forText: "ａ") == "A")
        #expect(CodeTable.sex.code(forText: "　男 ") == "1")
        #expect(CodeTable.sex.code(forText: "") == nil)
    }

    @Test("a Young Pioneer counts as 群众; parties of adults are shown but not accepted")
    func politicalStatus() {
        #expect(CodeTable.politicalStatus.code(forText: "少先队员") == "13")
        #expect(CodeTable.politicalStatus.code(forText: "中国共产党党员") == "01")
        #expect(CodeTable.politicalStatus.code(forText: "九三学社社员") == nil)
        #expect(CodeTable.politicalStatus.texts() == ["中共党员", "中共预备党员", "共青团员", "群众"])
    }

    @Test("其他 of 入学方式 is read by stage (Q28)")
    func entryWay() {
        #expect(CodeTable.entryWay.code(forText: "其他") == nil)
        #expect(CodeTable.entryWay.code(forText: "其他", stage: .primary) == "12")
        #expect(CodeTable.entryWay.code(forText: "其他", stage: .senior) == "99")
        #expect(CodeTable.entryWay.code(forText: "体育特招", stage: .primary) == "22", "known, but not for this stage")
        #expect(CodeTable.entryWay.entry(for: "22")?.isOffered(to: .primary) == false)
        #expect(CodeTable.entryWay.texts(for: .junior) == ["就近入学", "义务教育阶段其他"])
    }

    @Test("there is no 借读 in compulsory education (Q29)")
    func studentSource() {
        #expect(CodeTable.studentSource.texts(for: .primary) == ["正常入学", "其他"])
        #expect(CodeTable.studentSource.texts(for: .senior) == ["正常入学", "借读", "其他"])
    }

    @Test("every kind of disability has its 随班就读, in the table of that name")
    func disabilities() {
        for entry in CodeTable.disability.entries {
            let paired = CodeTable.pairedInclusiveEducation(forDisability: entry.code)
            #expect(paired.flatMap(CodeTable.inclusiveEducation.text(for:)) != nil)
        }
        #expect(CodeTable.pairedInclusiveEducation(forDisability: "vision") == "1")
        #expect(CodeTable.pairedInclusiveEducation(forDisability: "speech") == "9")
        #expect(CodeTable.pairedInclusiveEducation(forDisability: "1") == nil)
    }

    @Test("Hong Kong, Macau and Taiwan stand in the list of countries and regions by their short names")
    func regions() {
        #expect(CodeTable.country.code(forText: "香港") == "HKG")
        #expect(CodeTable.country.code(forText: "中国澳门") == "MAC")
        #expect(CodeTable.country.code(forText: "台湾") == "TWN")
        #expect(CodeTable.country.code(forText: "南苏丹") == "SSD")
        #expect(CodeTable.country.entries.first?.text == "中国")
    }
}
