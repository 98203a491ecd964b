/// The glossary's words are the code's words.
enum GlossaryCheck {
    /// Heading of the part whose words stand in the code; words of later parts are promises.
    static let heading = "## In the code"

    /// The identifiers of the third column, in order, with their lines: `.formal` counts as `formal`, `Role.head` as both.
    static func words(_ glossary: SourceText) -> [(line: Int, word: String)] {
        var isInside = false
        var words: [(line: Int, word: String)] = []
        for (number, line) in glossary.lines.enumerated() {
            if line.hasPrefix("## ") { isInside = line == heading }
            let columns = line.split(separator: "|", omittingEmptySubsequences: false)
            guard isInside, line.hasPrefix("|"), columns.count >= 5 else { continue }
            let quoted = columns[3].split(separator: "`", omittingEmptySubsequences: false).enumerated()
            for (index, text) in quoted where index % 2 == 1 {
                words += text.split(separator: ".").map { (number + 1, String($0)) }
            }
        }
        return words
    }

    static func missing(_ glossary: SourceText, in sources: [SourceText]) -> [Breach] {
        let identifiers = sources.reduce(into: Set<Substring>()) { set, file in
            for line in file.code {
                set.formUnion(line.utf8.split { !WordSearch.isWordByte($0) }.map { Substring($0) })
            }
        }
        return words(glossary).filter { !identifiers.contains(Substring($0.word)) }
            .map { Breach(glossary.path, $0.line, "“\($0.word)” does not stand in the code") }
    }
}
