import Testing
@testable import Rules

@Suite("Recognising a template")
struct TemplateMatchTests {
    private func headers(_ version: Template.Version) -> [String] { Template[version].columns.map(\.title) }

    @Test("an untouched template is recognised by its version", arguments: Template.Version.allCases)
    func untouched(version: Template.Version) {
        let match = Template.recognise(headers: headers(version))
        #expect(match.isTemplate)
        #expect(match.version == version)
        #expect(match.notices.isEmpty)
        #expect(match.fields == Template[version].columns.map(\.field))
    }

    @Test("shuffled columns are found by name", arguments: Template.Version.allCases)
    func shuffled(version: Template.Version) {
        let columns = Template[version].columns
        let order = columns.indices.sorted { ($0 * 31 % 73, $0) < ($1 * 31 % 73, $1) }
        let match = Template.recognise(headers: order.map { columns[$0].header })
        #expect(order != Array(columns.indices))
        #expect(match.isTemplate)
        #expect(match.version == version)
        #expect(match.fields == order.map { columns[$0].field })
    }

    @Test("stars, blanks, line breaks, brackets and remarks do not matter", arguments: [
        "★姓名", "姓名*", " 姓 名 ", "姓\n名", "【姓名】", "（姓名）", "姓名（必填）", "★姓名(汉字)", "［姓名］", "姓名★", "　姓名\u{FEFF}", "*（姓名）",
    ])
    func decorated(header: String) {
        var row = headers(.v2013)
        row[1] = header
        let match = Template.recognise(headers: row)
        #expect(match.isTemplate)
        #expect(match.column(of: .name) == 1)
    }

    @Test("headings of other versions and of the paper form are understood", arguments: [
        ("班级号", StudentField.classCode), ("残疾人类型", .disability), ("是否乘坐校车", .schoolBus), ("国籍／地区", .nationality),
        ("家庭成员1姓名", .guardian1Name), ("成员二身份证件号", .guardian2IDNumber), ("上下学交通方式", .transport), ("身份证件号码", .idNumber),
    ])
    func otherNames(header: String, field: StudentField) {
        #expect(Template.recognise(headers: [header]).fields == [field])
    }

    @Test("no two items share a heading")
    func headingsDiffer() {
        let headings = StudentField.allCases.flatMap { field in field.headers.map { HeaderKey($0).text } }
        #expect(Set(headings).count == headings.count)
    }

    @Test("a missing starred column is named, all of them at once")
    func missing() throws {
        let row = headers(.v2020).filter { !$0.contains("民族") && $0 != "★班级号" }
        let match = Template.recognise(headers: row)
        #expect(match.isTemplate == false)
        let refusal = try #require(match.refusals.first)
        #expect(refusal.contains("不符合模板"))
        #expect(refusal.contains("「民族」"))
        #expect(refusal.contains("「班级号」"))
        #expect(refusal.contains("2 个"))
        #expect(refusal.contains("成员1民族") == false, "optional")
    }

    @Test("a column that stands twice is named with its places, also under two spellings")
    func repeated() throws {
        let match = Template.recognise(headers: headers(.v2013) + ["班级号"])
        let refusal = try #require(match.refusals.first)
        #expect(match.refusals.count == 1)
        #expect(refusal.contains("「班号」"))
        #expect(refusal.contains("第 P 列"))
        #expect(refusal.contains("第 BT 列"))
    }

    @Test("an unknown column, an empty one and an absent conditional one are no refusals")
    func unknown() {
        let row = headers(.v2013).filter { $0 != "成员2关系说明" } + ["", "备注", "（ ）"]
        let match = Template.recognise(headers: row)
        #expect(match.isTemplate)
        #expect(match.notices.count == 2)
        #expect(match.notices.contains { $0.contains("「备注」") })
        #expect(match.notices.contains { $0.contains("「成员2关系说明」") })
    }

    @Test("something else altogether is no template", arguments: [[], ["", ""], ["客户", "金额"], ["张三", "男的", "20150101"]])
    func foreign(headers: [String]) {
        let match = Template.recognise(headers: headers)
        #expect(match.refusals.count == 1)
        #expect(match.fields.count == headers.count)
    }

    @Test("columns have the letters of a workbook", arguments: [(0, "A"), (25, "Z"), (26, "AA"), (70, "BS"), (701, "ZZ"), (702, "AAA")])
    func letters(column: Int, letters: String) {
        #expect(TemplateColumn.letters(column) == letters)
    }
}
