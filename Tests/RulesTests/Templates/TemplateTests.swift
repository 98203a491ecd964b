import Testing
@testable import Rules

@Suite("Pupils' templates")
struct TemplateTests {
    @Test("each version has its columns, in its order", arguments: [
        (Template.Version.v2013, 71, "学校标识码", "是否进城务工人员随迁子女"), (.v2016, 73, "学籍接续标识", "成员2职务"), (.v2020, 71, "学籍接续标识", "成员2职务"),
    ])
    func columns(version: Template.Version, count: Int, first: String, last: String) {
        let columns = Template[version].columns
        #expect(columns.count == count)
        #expect(columns.first?.header == first)
        #expect(columns.last?.header == last)
        #expect(Set(columns.map(\.header)).count == count)
        #expect(Set(columns.compactMap(\.field)).count == columns.compactMap(\.field).count)
    }

    @Test("columns stand at the letters the manuals name", arguments: [
        (Template.Version.v2013, 12, "身份证件号"), (.v2013, 31, "上下学距离"), (.v2013, 45, "随班就读"), (.v2013, 46, "成员1姓名"),
        (.v2016, 14, "残疾类型"), (.v2016, 48, "隐藏"), (.v2016, 49, "成员1姓名"), (.v2016, 61, "成员2姓名"),
        (.v2020, 21, "年级"), (.v2020, 22, "班级号"), (.v2020, 31, "残疾人类型"), (.v2020, 38, "是否乘坐校车"), (.v2020, 59, "成员2姓名"),
    ])
    func positions(version: Template.Version, column: Int, header: String) {
        #expect(Template[version].columns[column].header == header)
    }

    @Test("every version has every starred item, and all but the distance is text")
    func starred() {
        let starred = StudentField.allCases.filter { $0.requirement == .starred }
        #expect(starred.count == 46)
        for template in Template.all {
            #expect(Set(starred).isSubset(of: template.columns.compactMap(\.field)))
            #expect(template.columns.filter { !$0.isText }.map(\.field) == [.distance])
        }
    }

    @Test("a column offers the texts of its table and says whether it must be filled")
    func drawing() throws {
        let sex = try #require(Template[.v2013].columns.first { $0.field == .sex })
        #expect(sex.options == ["男", "女"])
        #expect(sex.title == "★性别")
        let number = try #require(Template[.v2013].columns.first { $0.field == .idNumber })
        #expect(number.title == "身份证件号")
        #expect(number.requirement == .conditional)
        #expect(number.options.isEmpty)
        let bus = try #require(Template[.v2020].columns.first { $0.field == .schoolBus })
        #expect(bus.aliases == ["是否需要乘坐校车"])
    }
}
