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
