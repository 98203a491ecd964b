/// What the header row of a workbook is: which version, which column holds which item, and if it is none, why.
public struct TemplateMatch: Sendable, Hashable {
    /// The version the headers are nearest to.
    public let version: Template.Version
    /// For every column of the file the item it holds; nil where it is not read.
    public let fields: [StudentField?]
    /// Chinese: why the file is 不符合模板; empty for a template (Q50).
    public let refusals: [String]
    /// Chinese: what is out of the ordinary and does not matter.
    public let notices: [String]

    public var isTemplate: Bool { refusals.isEmpty }

    /// The column of an item, counted from 0.
    public func column(of field: StudentField) -> Int? { fields.firstIndex(of: field) }
}

extension Template {
    /// Reads a header row by names, never by positions.
    ///
    /// Stars, blanks, line breaks, brackets around a name and remarks after it do not matter, nor does the order. A
    /// missing starred column or one that stands twice is a refusal; an unknown column is a notice.
    public static func recognise(headers: [String]) -> TemplateMatch {
        let keys = headers.map(HeaderKey.init)
        let fields = keys.map { fieldsByKey[$0.text] }
        let present = Set(fields.compactMap { $0 })
        let version = nearest(keys: Set(keys.map(\.text)))

        guard !present.isEmpty else {
            return TemplateMatch(
                version: version, fields: fields,
                refusals: ["不符合模板：没有一列是学生信息模板的列，请下载最新模板，用“选择性粘贴—数值”填入数据"], notices: []
            )
        }
        return TemplateMatch(
            version: version, fields: fields,
            refusals: missing(from: present, named: version) + repeated(fields: fields),
            notices: unread(headers: headers, keys: keys, fields: fields) + absentConditional(present)
        )
    }

    private static func missing(from present: Set<StudentField>, named version: Version) -> [String] {
        let missing = Template[version].columns.filter { column in
            column.requirement == .starred && !(column.field.map(present.contains) ?? true)
        }
        guard !missing.isEmpty else { return [] }
        let names = missing.map { "「\($0.header)」" }.joined(separator: "、")
        return ["不符合模板：缺少 \(missing.count) 个必填列：\(names)"]
    }

    private static func repeated(fields: [StudentField?]) -> [String] {
        var columns: [StudentField: [Int]] = [:]
        for (column, field) in fields.enumerated() {
            if let field { columns[field, default: []].append(column) }
        }
        return columns.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { field, columns in
            let places = columns.map { "第 \(TemplateColumn.letters($0)) 列" }.joined(separator: "、")
            return "不符合模板：列「\(field.label)」重复出现（\(places)），请只保留一列"
        }
    }

    private static func unread(headers: [String], keys: [HeaderKey], fields: [StudentField?]) -> [String] {
        headers.indices
            .filter { fields[$0] == nil && !keys[$0].text.isEmpty && keys[$0].text != hiddenKey }
            .map { "第 \(TemplateColumn.letters($0)) 列「\(keys[$0].text)」不是模板的列，未读取" }
    }

    private static func absentConditional(_ present: Set<StudentField>) -> [String] {
        StudentField.allCases
            .filter { $0.requirement == .conditional && !present.contains($0) }
            .map { "没有「\($0.label)」列，各行按未填写处理" }
    }

    /// The version with the most of its own headings present, in its own spelling; of equals the oldest.
    private static func nearest(keys: Set<String>) -> Version {
        var best = Version.v2013
        var bestScore = Int.min
        for (version, own) in keysByVersion {
            let hits = own.intersection(keys).count
            let score = 2 * hits - own.count
            if score > bestScore {
                best = version
                bestScore = score
            }
        }
        return best
    }

    private static let hiddenKey = "隐藏"

    private static let fieldsByKey: [String: StudentField] = {
        var fields: [String: StudentField] = [:]
        for field in StudentField.allCases {
            for header in field.headers { fields[HeaderKey(header).text] = field }
        }
        return fields
    }()

    private static let keysByVersion: [(Version, Set<String>)] = all.map { template in
        (template.version, Set(template.columns.map { HeaderKey($0.header).text }))
    }
}

/// A heading reduced to what names the column.
struct HeaderKey: Sendable, Hashable {
    let text: String

    init(_ heading: String) {
        var kept = CodeTable.key(heading).filter { !HeaderKey.decoration.contains($0) }
        if let first = kept.first, let last = kept.last, HeaderKey.opening.contains(first),
           HeaderKey.closing.contains(last) {
            kept = String(kept.dropFirst().dropLast())
        }
        if let last = kept.last, HeaderKey.closing.contains(last),
           let start = kept.lastIndex(where: HeaderKey.opening.contains), start != kept.startIndex {
            kept = String(kept[..<start])
        }
        text = HeaderKey.member(kept)
    }

    /// 家庭成员一姓名 and the like are 成员1姓名.
    private static func member(_ text: String) -> String {
        guard let place = text.firstRange(of: "成员") else { return text }
        let head = text[..<place.lowerBound]
        guard head.isEmpty || head == "家庭" else { return text }
        let tail = text[place.upperBound...]
        switch tail.first {
        case "一": return "成员1" + tail.dropFirst()
        case "二": return "成员2" + tail.dropFirst()
        default: return "成员" + tail
        }
    }

    private static let decoration: Set<Character> = ["★", "☆", "*", "✱", "※", "•", "●", "\u{200B}", "\u{FEFF}", "\"", "'"]
    private static let opening: Set<Character> = ["(", "[", "{", "【", "〔", "「", "『", "《", "〈"]
    private static let closing: Set<Character> = [")", "]", "}", "】", "〕", "」", "』", "》", "〉"]
}

/// Columns as a workbook names them.
public enum TemplateColumn {
    /// `A` for 0, `AA` for 26.
    public static func letters(_ column: Int) -> String {
        var rest = max(column, 0)
        var letters: [Character] = []
        while true {
            letters.insert(Character(Unicode.Scalar(UInt8(65 + rest % 26))), at: 0)
            if rest < 26 { return String(letters) }
            rest = rest / 26 - 1
        }
    }
}
