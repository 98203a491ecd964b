/// Finding words in a line of code without regular expressions.
enum WordSearch {
    /// Whether `word` stands in the line with no letter, digit or underscore right before it (and, where `whole`, after it).
    static func has(_ word: String, in line: Substring, whole: Bool = false) -> Bool {
        !places(of: word, in: line, whole: whole).isEmpty
    }

    /// Where in the line's bytes the word begins.
    static func places(of word: String, in line: Substring, whole: Bool = false) -> [Int] {
        let text = Array(line.utf8)
        let wanted = Array(word.utf8)
        guard let first = wanted.first, text.count >= wanted.count else { return [] }
        return (0...(text.count - wanted.count)).filter { start in
            text[start] == first && text[start..<(start + wanted.count)].elementsEqual(wanted)
                && !(isWordByte(first) && start > 0 && isWordByte(text[start - 1]))
                && !(whole && start + wanted.count < text.count && isWordByte(text[start + wanted.count]))
        }
    }

    /// The identifier that ends right before a byte position: `transaction` before `.now`.
    static func identifier(before position: Int, in line: Substring) -> String {
        let text = Array(line.utf8.prefix(position))
        let start = text.lastIndex { !isWordByte($0) }.map { $0 + 1 } ?? 0
        return String(decoding: text[start...], as: UTF8.self)
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
             UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }
}
