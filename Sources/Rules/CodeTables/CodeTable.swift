/// One code table: what a record stores (`code`), what people see and type (`text`).
///
/// Numbers are those of the standard named at each table; where no number is public, the key is a word of our own
/// (`walk`), so that a later official number cannot be mistaken for a guess.
public struct CodeTable: Sendable, Identifiable {
    public struct Entry: Sendable, Hashable {
        public let code: String
        /// The drop-down text of the template, or the standard's name where the table is in no template.
        public let text: String
        /// Other spellings that older templates, papers and other systems use for the same thing.
        public let aliases: [String]
        /// False for entries the standard has but a pupil's template does not offer: shown if stored, never accepted.
        public let inTemplate: Bool
        /// The stages the entry is for; nil when it is for all.
        public let stages: Set<Stage>?

        public func isOffered(to stage: Stage) -> Bool { inTemplate && (stages?.contains(stage) ?? true) }
    }

    /// Stable name, used by the API and in documents.
    public let id: String
    /// Chinese name of the table.
    public let title: String
    public let entries: [Entry]

    private let positions: [String: Int]
    private let codes: [String: String]
    private let ambiguous: [String: [Int]]

    public init(id: String, title: String, entries: [Entry]) {
        self.id = id
        self.title = title
        self.entries = entries

        var positions: [String: Int] = [:]
        var claims: [String: [Int]] = [:]
        for (index, entry) in entries.enumerated() {
            positions[entry.code] = index
            guard entry.inTemplate else { continue }
            for spelling in [entry.code, entry.text] + entry.aliases {
                let key = CodeTable.key(spelling)
                if claims[key]?.contains(index) != true { claims[key, default: []].append(index) }
            }
        }
        self.positions = positions
        codes = claims.compactMapValues { $0.count == 1 ? entries[$0[0]].code : nil }
        ambiguous = claims.filter { $0.value.count > 1 }
    }

    /// Reads one entry per line, `code|text|alias;alias|marks`. Marks: `x` not in the template, digits the stages.
    init(_ id: String, _ title: String, _ lines: String) {
        let entries = lines.split(separator: "\n").map { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
            let marks = parts.count > 3 ? parts[3] : ""
            let stages = Set(marks.compactMap { $0.wholeNumberValue.flatMap(Stage.init(rawValue:)) })
            return Entry(
                code: String(parts[0]),
                text: parts.count > 1 ? String(parts[1]) : String(parts[0]),
                aliases: parts.count > 2 ? parts[2].split(separator: ";").map(String.init) : [],
                inTemplate: !marks.contains("x"),
                stages: stages.isEmpty ? nil : stages
            )
        }
        self.init(id: id, title: title, entries: entries)
    }

    /// The code of a template text, a listed alias or the code itself; nil for anything else (Q17).
    ///
    /// Full-width and half-width brackets, letters and digits count as the same, blanks do not count.
    /// A spelling that two entries share (`其他` of 入学方式) needs the stage.
    public func code(forText text: String) -> String? {
        codes[text] ?? codes[CodeTable.key(text)]
    }

    /// As `code(forText:)`, with shared spellings resolved by the pupil's stage. Does not refuse an entry of another
    /// stage: that is a finding of its own, not an unknown text.
    public func code(forText text: String, stage: Stage?) -> String? {
        if let code = code(forText: text) { return code }
        guard let stage, let candidates = ambiguous[CodeTable.key(text)] else { return nil }
        let fitting = candidates.filter { entries[$0].isOffered(to: stage) }
        return fitting.count == 1 ? entries[fitting[0]].code : nil
    }

    public func entry(for code: String) -> Entry? { positions[code].map { entries[$0] } }

    /// The text of any code of the table, also of one the template does not offer.
    public func text(for code: String) -> String? { entry(for: code)?.text }

    /// Whether a record may hold this code.
    public func accepts(_ code: String) -> Bool { entry(for: code)?.inTemplate ?? false }

    /// The drop-down list, all stages or one.
    public func texts(for stage: Stage? = nil) -> [String] {
        entries.filter { entry in stage.map(entry.isOffered(to:)) ?? entry.inTemplate }.map(\.text)
    }

    /// One key for all spellings that differ only in width, case or blanks.
    static func key(_ text: String) -> String {
        var key = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x3000, 0xFEFF: continue
            case 0xFF01...0xFF5E: key.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            default: key.unicodeScalars.append(scalar)
            }
        }
        return key.uppercasedASCII
    }
}

extension String {
    /// Upper case of a–z alone, which is all that codes contain.
    fileprivate var uppercasedASCII: String {
        guard utf8.contains(where: { (97...122).contains($0) }) else { return self }
        return String(decoding: utf8.map { (97...122).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
    }
}
