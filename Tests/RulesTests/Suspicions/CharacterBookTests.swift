@testable import Rules
import Testing

struct CharacterBookTests {
    private let book = CharacterBook.standard

    private func pair(_ text: String) -> (UInt32, UInt32) {
        let scalars = text.unicodeScalars.map(\.value)
        return (scalars[0], scalars[1])
    }

    @Test(arguments: ["子梓", "昊浩", "移一", "可磕", "曾增", "单山", "瑶尧"])
    func `characters of one sound sound alike, tones and other readings aside`(_ text: String) {
        let (one, other) = pair(text)
        #expect(book.soundAlike(one, other) && book.soundAlike(other, one))
    }

    @Test(arguments: ["怡恰", "名铭", "毫豪", "辰晨", "骄娇", "朋鹏", "俊骏", "奕弈"])
    func `characters that are easily misread look alike`(_ text: String) {
        let (one, other) = pair(text)
        #expect(book.lookAlike(one, other) && book.lookAlike(other, one))
    }

    @Test(arguments: ["伟芳", "龙一", "国霞", "强雨"])
    func `other characters are not alike`(_ text: String) {
        let (one, other) = pair(text)
        #expect(!book.soundAlike(one, other) && !book.soundNear(one, other) && !book.lookAlike(one, other))
    }

    @Test(arguments: ["张臧", "林凌", "娜拉", "辰曾"])
    func `sounds that dialects confuse are near`(_ text: String) {
        let (one, other) = pair(text)
        #expect(book.soundNear(one, other) && !book.soundAlike(one, other))
    }

    @Test func `traditional forms stand for the standard character`() {
        for text in ["張张", "語语", "麗丽", "國国"] {
            let (traditional, simple) = pair(text)
            #expect(book.standard(traditional) == simple && book.standard(simple) == simple)
        }
    }

    @Test func `a character that is not in the book is like nothing, and has a sound of its own`() {
        let (one, other) = pair("\u{2A6D6}\u{2A6D5}")
        #expect(!book.soundAlike(one, other) && !book.soundNear(one, one) && !book.lookAlike(one, one))
        #expect(book.sound(one) != book.sound(other))
    }
}
