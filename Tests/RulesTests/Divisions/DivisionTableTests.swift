import Testing
@testable import Rules

@Suite("Division table")
struct DivisionTableTests {
    private let table = DivisionTable()

    @Test("full names leave out the layers that are on no map", arguments: [
        ("110101", "北京市东城区"), ("130102", "河北省石家庄市长安区"), ("429004", "湖北省仙桃市"), ("441900", "广东省东莞市"),
        ("659001", "新疆维吾尔自治区石河子市"), ("650000", "新疆维吾尔自治区"), ("110103", "北京市崇文区"), ("500229", "重庆市城口县"),
    ])
    func fullNames(code: String, name: String) {
        #expect(table.fullName(code) == name)
    }

    @Test("children and parents belong together", arguments: ["110000", "130000", "130100", "420000", "469000", "441900", "650000"])
    func children(code: String) {
        for child in table.children(code) { #expect(table.parent(child) == code) }
    }

    @Test("thirty-four provinces, sixteen districts of Beijing, eleven prefectures of Hebei")
    func counts() {
        #expect(table.provinces.count == 34)
        #expect(table.children("110000").count == 16)
        #expect(table.children("130000").count == 11)
        #expect(table.children("441900").isEmpty)
        #expect(table.children("110105").isEmpty)
        #expect(table.children("420000").contains("429004"))
        #expect(table.parent("110000") == nil)
        #expect(Set(table.provinces.map { String($0.prefix(2)) }) == Set(ProvinceCode.all.keys))
        for province in table.provinces {
            #expect(table.currentName(province) == ProvinceCode.all[String(province.prefix(2))])
        }
    }

    @Test("the centre adds a development zone, and everyone finds it (Q102)")
    func adding() throws {
        let zone = try table.adding(code: "130171", name: "石家庄高新技术产业开发区")
        #expect(zone.currentName("130171") == "石家庄高新技术产业开发区")
        #expect(zone.everExisted("130171"))
        #expect(zone.fullName("130171") == "河北省石家庄市石家庄高新技术产业开发区")
        #expect(zone.children("130100").contains("130171"))
        #expect(zone.parent("130171") == "130100")
        #expect(table.everExisted("130171") == false)
    }

    @Test("a code in use, once in use, misshapen or without parent is refused with its reason")
    func refused() throws {
        let zone = try table.adding(code: "130171", name: "高新区")
        #expect(throws: DivisionError.codeTaken(code: "130171", name: "高新区")) { try zone.adding(code: "130171", name: "别的区") }
        #expect(throws: DivisionError.codeTaken(code: "110105", name: "朝阳区")) { try table.adding(code: "110105", name: "新区") }
        #expect(throws: DivisionError.codeTaken(code: "110103", name: "崇文区")) { try table.adding(code: "110103", name: "新区") }
        #expect(throws: DivisionError.badCode("13017")) { try table.adding(code: "13017", name: "新区") }
        #expect(throws: DivisionError.badCode("990000")) { try table.adding(code: "990000", name: "新省") }
        #expect(throws: DivisionError.noParent(code: "139971")) { try table.adding(code: "139971", name: "新区") }
        #expect(throws: DivisionError.noName(code: "130171")) { try table.adding(code: "130171", name: " ") }
    }

    @Test("a new city and its county come together")
    func cityAndCounty() throws {
        let both = try DivisionTable(additions: ["137100": "新市", "137101": "新区"])
        #expect(both.fullName("137101") == "河北省新市新区")
        #expect(both.children("130000").contains("137100"))
    }
}
