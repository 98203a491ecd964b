import Testing
@testable import Rules

@Suite struct TextRulesTests {
    @Test(arguments: ["张伟", "阿依古丽·买买提", "鿃鿆", "王䶮", "\u{20BB7}野", "\u{2B740}明", "\u{30000}华", "〇一", "Marie-Anne"])
    func aNameMayHaveAnyRealCharacter(name: String) {
        #expect(codes([.name: name]) == [])
    }

    @Test(arguments: [
        ("王\u{E863}", "Q18-private-use-name"), ("王\u{F0000}", "Q18-private-use-name"), ("王\u{10FFFD}", "Q18-private-use-name"),
        ("王?", "Q18-lost-character-name"), ("王？", "Q18-lost-character-name"), ("王\u{FFFD}", "Q18-lost-character-name"),
        ("王\u{1}力", "M-IMP-control-name"), ("王\u{202E}力", "M-IMP-control-name"),
        ("张伟2", "Q18-name-characters"), ("张伟（小）", "Q18-name-characters"), ("   ", "Q8-required-name"), ("\u{3000}", "Q8-required-name"),
    ])
    func aNameMayNotHaveWhatCannotBeRead(name: String, code: String) {
        #expect(codes([.name: name]) == [code])
    }

    @Test func aPrivateCharacterIsNamed() {
        #expect(messages([.name: "王\u{E863}"]).first?.contains("U+E863") == true)
    }

    @Test func anAddressMayAskButNotLoseCharacters() {
        #expect(codes([.homeAddress: "麓山路36号?"]) == [])
        #expect(codes([.homeAddress: "麓山路36\u{FFFD}号"]) == ["M-IMP-lost-character-homeAddress"])
        #expect(codes([.currentAddress: "麓山路36\u{E001}号", .migrantChild: "否"]) == ["M-IMP-private-use-currentAddress"])
    }

    @Test func anAddressGoesToTheDoorNumber() {
        #expect(codes([.mailingAddress: "长沙市"]) == ["Q31-address-short-mailingAddress"])
        #expect(findings(on: RuleExample([.mailingAddress: "长沙市"])).map(\.severity) == [.notice])
    }

    @Test func aFormulaErrorIsNoValue() {
        let found = findings(on: RuleExample(cells: [.talents: RawCell("#REF!", kind: .error), .homepage: RawCell("#N/A", kind: .error)]))
        #expect(found.map(\.rule) == ["M-IMP-broken-cell", "M-IMP-broken-cell"])
        #expect(found.map(\.field) == [.talents, .homepage])
        #expect(found.allSatisfy { $0.severity == .error })
    }

    @Test func lengthIsCountedInCharacters() {
        #expect(codes([.homeAddress: String(repeating: "长", count: 180)]) == [])
        #expect(codes([.homeAddress: String(repeating: "长", count: 181)]) == ["M-IMP-length-homeAddress"])
        #expect(codes([.nativePlace: "新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿克陶县"]) == [])
    }
}
