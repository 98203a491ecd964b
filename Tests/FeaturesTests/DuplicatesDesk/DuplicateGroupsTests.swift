import Testing

@testable import Features

@Suite struct DuplicateGroupsTests {
    @Test(arguments: [("张伟", "张*"), ("欧阳娜娜", "欧**娜"), ("张", "*"), ("", ""), ("古丽·阿依古", "古****古")])
    func `a name shows its ends`(_ name: String, _ shown: String) {
        #expect(Masked.name(name) == shown && Masked.name(name).count == name.count)
    }

    @Test(arguments: [("440106201603050023", "440106**********23"), ("E1234567", "********"), ("", "")])
    func `a number shows where it was given, not whose it is`(_ number: String, _ shown: String) {
        #expect(Masked.number(number) == shown)
    }
}
