import Testing
@testable import Rules

@Suite("Built-in divisions")
struct BuiltInDivisionsTests {
    private let divisions = BuiltInDivisions()

    @Test("codes of the table are in order, each once, each with a name")
    func order() {
        let lines = DivisionData.lines.split(separator: "\n")
        let codes = lines.map { String($0.prefix(6)) }
        #expect(codes == codes.sorted())
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { DivisionCode.level(of: $0) != nil })
        for code in codes {
            #expect(divisions.names(of: code).allSatisfy { !$0.name.isEmpty }, "\(code)")
            #expect(divisions.names(of: code).filter(\.isCurrent).count <= 1, "\(code)")
        }
    }

    @Test("every division in force has a province and a prefecture in force")
    func parents() {
        for code in divisions.currentCodes {
            guard let parent = DivisionCode.parent(of: code) else { continue }
            #expect(divisions.currentName(parent) != nil, "\(code)")
        }
    }

    @Test("the present and the past of a code are told apart")
    func history() {
        #expect(divisions.currentName("110105") == "朝阳区")
        #expect(divisions.currentName("110103") == nil)
        #expect(divisions.everExisted("110103"))
        #expect(divisions.names(of: "650107").map(\.name) == ["南山区", "南山矿区", "南泉区", "达坂城区"])
        #expect(divisions.names(of: "110111").first?.firstYear == 1986)
        for code in ["", "1101", "110199", "000000", "１１０１０５", "1101050", "abcdef", "130171"] {
            #expect(divisions.everExisted(code) == false, "\(code)")
            #expect(divisions.currentName(code) == nil, "\(code)")
        }
    }

    @Test("counties made after 2020 are there, those they replaced have ended", arguments: [
        ("350405", "沙县区", "350427"), ("431181", "祁阳市", "431121"), ("450181", "横州市", "450127"),
        ("610305", "凤翔区", "610322"), ("540581", "错那市", "540530"), ("654203", "沙湾市", "654223"),
    ])
    func recent(code: String, name: String, replaced: String) {
        #expect(divisions.currentName(code) == name)
        #expect(divisions.currentName(replaced) == nil)
        #expect(divisions.everExisted(replaced))
    }
}

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

@Suite("Twelve-digit divisions")
struct Division12Tests {
    @Test("twelve digits are six and six zeros, down to the county (Q19)", arguments: [
        ("110105000000", nil), ("441900000000", nil), ("810000000000", nil),
        ("110105", Division12.Fault.onlySixDigits), ("11010500000", .notTwelveDigits), ("110105000001", .tailNotZero),
        ("110105001002", .tailNotZero), ("130000000000", .aboveCounty), ("130100000000", .aboveCounty),
        ("北京市朝阳区", .notTwelveDigits), ("", .notTwelveDigits), ("000000000000", .notTwelveDigits),
        ("1.10105E+11", .notTwelveDigits),
    ])
    func faults(text: String, fault: Division12.Fault?) {
        #expect(Division12.fault(in: text) == fault)
    }

    @Test("a code goes out as it came in")
    func roundTrip() {
        #expect(Division12("110105000000")?.code == "110105")
        #expect(Division12(code: "110105")?.text == "110105000000")
        #expect(Division12("110105000001") == nil)
        #expect(Division12(code: "1101") == nil)
    }
}
