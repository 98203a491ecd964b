import Foundation

/// One file of the house, with its place in the tree.
struct SourceText: Sendable {
    /// Relative to the top, for example `Sources/Rules/Units/Unit.swift`.
    let path: String
    let lines: [Substring]
    /// The same lines without comments and without what stands in string literals; interpolated code stays.
    let code: [Substring]
    private let whole: ContiguousArray<CChar>

    init(_ path: String, _ text: String) {
        self.path = path
        whole = text.utf8CString
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = path.hasSuffix(".swift")
            ? CodeStripper.strip(text).split(separator: "\n", omittingEmptySubsequences: false) : lines
    }

    /// Whether the word stands anywhere in the text, comments included: a quick look before going through the lines.
    func mentions(_ word: String) -> Bool {
        whole.withUnsafeBufferPointer { text in text.baseAddress.map { strstr($0, word) != nil } ?? false }
    }

    /// `Unit` for `Sources/Rules/Units/Unit.swift`.
    var name: String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.split(separator: ".", omittingEmptySubsequences: false).first ?? "")
    }

    /// `Rules` for `Sources/Rules/Units/Unit.swift`; nil outside Sources and Tests.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : nil
    }

    /// Names of the types declared here, with their lines.
    var types: [(line: Int, name: String)] {
        let keywords = ["class", "struct", "enum", "actor", "protocol", "typealias"]
        return code.enumerated().flatMap { number, line -> [(line: Int, name: String)] in
            let words = line.split { $0 == " " || $0 == ":" || $0 == "<" || $0 == "{" || $0 == "(" }
            return zip(words, words.dropFirst()).filter { keywords.contains(String($0.0)) }.map { (number + 1, String($0.1)) }
        }
    }

    var isSource: Bool { path.hasPrefix("Sources/") && path.hasSuffix(".swift") }
    var isSwift: Bool { path.hasSuffix(".swift") }
}

/// What a check has found. An empty list is a house in order.
struct Breach: Sendable, Hashable, CustomStringConvertible {
    let path: String
    /// 1 for the first line; 0 when the file as a whole is meant.
    let line: Int
    let what: String

    init(_ path: String, _ line: Int, _ what: String) {
        self.path = path
        self.line = line
        self.what = what
    }

    init(_ path: String, _ what: String) { self.init(path, 0, what) }

    var description: String { line == 0 ? "\(path): \(what)" : "\(path):\(line): \(what)" }
}
