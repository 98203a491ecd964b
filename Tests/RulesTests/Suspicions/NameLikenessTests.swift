@testable import Rules
import Testing

struct NameLikenessTests {
    private func likeness(_ one: String, _ other: String) -> NameLikeness {
        let book = CharacterBook.standard
        let names = (SuspicionName(KeyText.name(one), book), SuspicionName(KeyText.name(other), book))
        let there = NameLikeness(names.0, names.1, book), back = NameLikeness(names.1, names.0, book)
        #expect(there == back, "\(one) \(other)")
        return there
    }

    @Test func `each way to write a name wrong has its level`() {
        let cases: [(String, String, NameLikeness)] = [
            ("張語涵", "张语涵", .equal), ("王铭滨", "王铭斌", .sound), ("洪泽", "李国强", .different), ("彭欣恰", "彭欣怡", .shape),
            ("王欣怡", "王怡欣", .swapped), ("赵阳", "赵家阳", .dropped), ("陈涛旭", "洪涛旭", .surname), ("王林", "王凌", .near),
            ("李诗柔", "李诗莲", .partly), ("王若萱", "王欣怡", .surnameOnly), ("王若萱", "李国强", .different), ("", "王伟", .unknown),
        ]
        for (one, other, expected) in cases { #expect(likeness(one, other) == expected, "\(one) \(other)") }
    }

    @Test func `long names are compared letter by letter and part by part`() {
        #expect(likeness("迪丽努尔·买买提", "迪力努尔·买买提") == .edit)
        #expect(likeness("艾力·买买提", "古丽娜尔·买买提") == .partly)
        #expect(likeness("艾力·买买提", "古丽娜尔·库尔班") == .different)
    }

    @Test func `a double surname is one surname`() {
        let name = SuspicionName("欧阳若晨", .standard)
        #expect(name.surnameLength == 2 && Array(name.given) == "若晨".unicodeScalars.map(\.value))
        #expect(SuspicionName("欧阳", .standard).surnameLength == 1)
        #expect(SuspicionName("Anna", .standard).surnameLength == 0)
    }

    @Test func `the edit distance counts changes, letters more or less and neighbours swapped, up to its limit`() {
        #expect(EditDistance.between(Array("abcd"), Array("abcd"), limit: 2) == 0)
        #expect(EditDistance.between(Array("abcd"), Array("abdc"), limit: 2) == 1)
        #expect(EditDistance.between(Array("abcd"), Array("abd"), limit: 2) == 1)
        #expect(EditDistance.between(Array("abcd"), Array("xbcy"), limit: 2) == 2)
        #expect(EditDistance.between(Array("abcd"), Array("wxyz"), limit: 2) == 3)
        #expect(EditDistance.between(Array("abcd"), Array("a"), limit: 2) == 3)
    }
}
