@testable import Features
import Testing

/// School PCs on Windows 7 stop at Chromium 109.
struct ConsoleStyleTests {
    /// What came later, each with the version that brought it (MDN's compatibility tables).
    private static let laterInStyles = [
        #"color-mix\("#, // 111
        #"\b(oklch|oklab|lab|lch|color)\("#, // 111
        #"(^|[{};])\s*&"#, // nesting, 112
        #"@starting-style"#, // 117
        #"\bsubgrid\b"#, // 117
        #"@scope\b"#, // 118
        #"light-dark\("#, // 123
        #"text-wrap\s*:"#, // 114
        #"field-sizing"#, // 123
        #"view-transition"#, // 111
        #"\b\d+(lh|rlh)\b"#, // 109 and 111
        #"anchor-name|position-anchor"#, // 125
        #"interpolate-size|calc-size\("#, // 129
        #"scroll-timeline|view-timeline|animation-timeline"#, // 115
        #"@property[^{]*\{[^}]*<string>"#, // 121
    ]
    private static let laterInScripts = [
        #"\.(toSorted|toReversed|toSpliced|with)\("#, // 110
        #"(Object|Map)\.groupBy"#, // 117
        #"Promise\.(withResolvers|try)"#, // 119, 128
        #"URL\.(canParse|parse)"#, // 120, 126
        #"\.(isWellFormed|toWellFormed)\("#, // 111
        #"Array\.fromAsync"#, // 121
        #"\.(union|intersection|difference|isSubsetOf)\("#, // 122
        #"startViewTransition"#, // 111
        #"\.checkVisibility\("#, // 105, its options 121
        #"moveBefore"#, // 133
    ]
    private static let laterInMarkup = [
        #"\bpopover(target)?\b\s*="#, // 114
        #"<details[^>]*\bname="#, // 120
        #"<search\b"#, // 118
        #"\bblocking="render""#, // 105 for scripts; kept out all the same
        #"<selectedcontent\b"#, // 135
        #"\bcommandfor\s*="#, // 135
        #"<script(?![^>]*\bsrc=)"#, // none within pages: the content security policy forbids it
    ]

    private func later(_ patterns: [String], in text: String) throws -> [String] {
        try patterns.filter { try text.firstMatch(of: Regex($0).anchorsMatchLineEndings()) != nil }
    }

    @Test func `styles keep to what Chromium 109 knows`() throws {
        #expect(try later(Self.laterInStyles, in: ConsoleStyle.text) == [])
        #expect(try later(Self.laterInStyles, in: "a{color:color-mix(in srgb,red,blue)}\n&:hover{color:red}").count == 2)
    }

    @Test func `scripts keep to what Chromium 109 knows`() throws {
        #expect(try later(Self.laterInScripts, in: ConsoleScript.text) == [])
        #expect(try later(Self.laterInScripts, in: "rows.toSorted(); Object.groupBy(rows, f)").count == 2)
    }

    @Test func `markup keeps to what Chromium 109 knows`() throws {
        for (name, text) in ConsolePages.texts.merging(["layout": ConsoleLayout.text], uniquingKeysWith: { $1 }) {
            #expect(try later(Self.laterInMarkup, in: text) == [], "\(name)")
        }
        #expect(try later(Self.laterInMarkup, in: #"<details name="one"><div popover="auto">"#).count == 2)
    }
}
