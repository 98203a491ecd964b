/// Blanks comments and the text of string literals, so that a check for `try!` does not trip over a sentence about it.
/// Lines keep their numbers. Interpolated code stays; regex literals, which the house does not use, are not known.
struct CodeStripper {
    private enum Place {
        /// Code, with the parentheses still open in it: those of an interpolation, or of the file itself.
        case code(depth: Int)
        /// `hashes` as in `#"…"#`.
        case string(hashes: Int, isMultiline: Bool)
    }

    private let bytes: [UInt8]
    private var index = 0
    private var kept: [UInt8] = []
    private var places: [Place] = [.code(depth: 0)]

    static func strip(_ text: String) -> String {
        var stripper = CodeStripper(bytes: Array(text.utf8))
        stripper.run()
        return String(decoding: stripper.kept, as: UTF8.self)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        kept.reserveCapacity(bytes.count)
    }

    private mutating func run() {
        while index < bytes.count {
            switch places[places.count - 1] {
            case .code(let depth): code(depth)
            case .string(let hashes, let isMultiline): string(hashes, isMultiline)
            }
        }
    }

    private mutating func code(_ depth: Int) {
        if at("//") { return skipLine() }
        if at("/*") { return skipBlock() }
        let hashes = run(of: "#", from: index)
        if byte(index + hashes) == UInt8(ascii: "\"") {
            let isMultiline = at("\"\"\"", from: index + hashes)
            index += hashes + (isMultiline ? 3 : 1)
            kept.append(UInt8(ascii: "\""))
            return places.append(.string(hashes: hashes, isMultiline: isMultiline))
        }
        if bytes[index] == UInt8(ascii: "(") { places[places.count - 1] = .code(depth: depth + 1) }
        if bytes[index] == UInt8(ascii: ")") {
            if depth == 0, places.count > 1 {
                places.removeLast()
                index += 1
                return
            }
            places[places.count - 1] = .code(depth: max(0, depth - 1))
        }
        keep()
    }

    private mutating func string(_ hashes: Int, _ isMultiline: Bool) {
        let quotes = isMultiline ? 3 : 1
        if run(of: "\"", from: index) >= quotes, run(of: "#", from: index + quotes) >= hashes {
            index += quotes + hashes
            kept.append(UInt8(ascii: "\""))
            places.removeLast()
        } else if bytes[index] == UInt8(ascii: "\\"), run(of: "#", from: index + 1) == hashes {
            index += 1 + hashes
            if byte(index) == UInt8(ascii: "(") {
                kept.append(UInt8(ascii: " "))
                places.append(.code(depth: 0))
            } else if byte(index) == UInt8(ascii: "\n") {
                keep()
                return
            }
            index += 1
        } else if bytes[index] == UInt8(ascii: "\n") {
            keep()
            if !isMultiline { places.removeLast() }
        } else {
            index += 1
        }
    }

    private mutating func skipLine() {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
    }

    private mutating func skipBlock() {
        var depth = 0
        repeat {
            if at("/*") {
                depth += 1
                index += 2
            } else if at("*/") {
                depth -= 1
                index += 2
            } else {
                if bytes[index] == UInt8(ascii: "\n") { kept.append(bytes[index]) }
                index += 1
            }
        } while depth > 0 && index < bytes.count
    }

    private mutating func keep() {
        kept.append(bytes[index])
        index += 1
    }

    private func byte(_ position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func at(_ text: StaticString, from start: Int? = nil) -> Bool {
        let start = start ?? index
        guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[start + $0] == text.utf8Start[$0] }
    }

    private func run(of character: StaticString, from start: Int) -> Int {
        var end = start
        while byte(end) == character.utf8Start[0] { end += 1 }
        return end - start
    }
}
