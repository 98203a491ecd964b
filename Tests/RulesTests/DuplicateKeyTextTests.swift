import Rules
import Testing

@Suite struct DuplicateKeyTextTests {
    @Test(arguments: [
        ("张 伟", "张伟"), ("张\u{3000}伟", "张伟"), ("\u{A0}张伟\u{2003}", "张伟"), ("张\t伟\u{1F}", "张伟"),
        ("张伟", "张伟"), ("\u{20BB7}野", "\u{20BB7}野"), ("㐀伟", "㐀伟"),
        ("ＡＢＣ", "ABC"), ("ｶﾞ", "ガ"), ("\u{FFA1}\u{FFC2}", "가"), ("Mary Jane", "MaryJane"),
    ])
    func `A name loses white space and takes its compatibility form`(raw: String, normal: String) {
        #expect(Array(KeyText.name(raw).utf8) == Array(normal.utf8))
    }

    @Test(arguments: ["・", "•", "‧", "∙", ".", "．", "●", "·", "･", "\u{387}"])
    func `Every look-alike of the middle dot becomes the middle dot`(dot: String) {
        #expect(KeyText.name("买买提\(dot)艾力") == "买买提·艾力")
    }

    @Test func `A compatibility ideograph becomes the unified one`() {
        #expect(KeyText.name("\u{F9B4}") == "\u{9818}")
        #expect(KeyText.name("\u{2F800}") == "\u{4E3D}")
    }

    @Test func `Invisible format characters stay, they are not white space`() {
        #expect(KeyText.name("张\u{200B}伟").unicodeScalars.count == 3)
    }

    @Test(arguments: [
        ("11010220161105433x", "11010220161105433X"), ("１１０１０２２０１６１１０５４３３ｘ", "11010220161105433X"),
        (" 110102 20161105 4337", "110102201611054337"), ("\u{3000}", ""), ("", ""),
    ])
    func `A number loses white space and comes in upper case and half width`(raw: String, normal: String) {
        #expect(KeyText.number(raw) == normal)
    }

    @Test func `The fast path never changes what the slow path would say`() {
        for scalar in (1...0x3_0000).compactMap({ Unicode.Scalar(UInt32($0)) }) {
            let text = "字" + String(Character(scalar))
            let plain = text.utf8.withContiguousStorageIfAvailable { KeyText.isPlainName($0) } ?? false
            // A space in front is dropped by the slow path and forces it.
            #expect(!plain || Array(KeyText.name(" " + text).utf8) == Array(text.utf8), "U+\(String(scalar.value, radix: 16))")
            let number = String(Character(scalar))
            let plainNumber = number.utf8.withContiguousStorageIfAvailable { KeyText.isPlainNumber($0) } ?? false
            #expect(!plainNumber || Array(KeyText.number(" " + number).utf8) == Array(number.utf8))
        }
    }

    @Test func `Bytes get the form that the text gets`() {
        let parts = ["", "张", "㐀", "\u{20BB7}", "A", "z", "7", "·", "•", ".", " ", "\u{3000}", "ｶﾞ", "１", "e\u{301}", "\u{F9B4}", "|"]
        for raw in parts.flatMap({ one in parts.flatMap { two in parts.map { one + two + $0 } } }) {
            var text = ContiguousArray<UInt8>([7])
            for form in KeyText.Form.allCases { Array(raw.utf8).withUnsafeBufferPointer { KeyText.append($0, form, to: &text) } }
            #expect(text.elementsEqual([7] + Array((KeyText.name(raw) + KeyText.number(raw) + KeyText.code(raw)).utf8)), "\(raw)")
        }
    }
}
