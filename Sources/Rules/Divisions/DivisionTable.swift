/// The divisions a node knows: the built-in ones and those the centre added since (Q102).
///
/// The centre's additions come as signed facts, the same at every node. A code the standard ever used cannot be given a
/// second meaning.
public struct DivisionTable: DivisionLookup {
    public let additions: [String: String]
    private let builtIn = BuiltInDivisions()

    /// The built-in table alone.
    public init() { additions = [:] }

    /// - Parameter additions: names by six-digit code.
    public init(additions: [String: String]) throws(DivisionError) {
        for (code, name) in additions.sorted(by: { $0.key < $1.key }) {
            try DivisionTable.check(code: code, name: name, among: additions)
        }
        self.additions = additions
    }

    /// The table with one more division; throws when the code is taken, misshapen or has no parent.
    public func adding(code: String, name: String) throws(DivisionError) -> DivisionTable {
        if let taken = additions[code] { throw .codeTaken(code: code, name: taken) }
        return try DivisionTable(additions: additions.merging([code: name]) { _, new in new })
    }

    // MARK: - Asking

    public func currentName(_ code: String) -> String? { additions[code] ?? builtIn.currentName(code) }

    public func everExisted(_ code: String) -> Bool { additions[code] != nil || builtIn.everExisted(code) }

    /// The name today, else the last one the code had.
    public func lastName(_ code: String) -> String? { currentName(code) ?? builtIn.names(of: code).last?.name }

    /// Province, city and county in one, virtual layers left out: `河北省石家庄市长安区`, `北京市东城区`, `湖北省仙桃市`.
    /// Works for codes of the past, with the names their parents have today. Nil for a code that never was.
    public func fullName(_ code: String) -> String? {
        guard let own = lastName(code) else { return nil }
        var path = [own]
        var next = DivisionCode.parent(of: code)
        while let code = next {
            if let name = lastName(code), !DivisionTable.isVirtual(name) { path.insert(name, at: 0) }
            next = DivisionCode.parent(of: code)
        }
        return path.joined()
    }

    public func level(_ code: String) -> DivisionCode.Level? {
        everExisted(code) ? DivisionCode.level(of: code) : nil
    }

    /// The division above; a county of a municipality has the municipality, virtual layers are left out.
    public func parent(_ code: String) -> String? {
        guard let parent = DivisionCode.parent(of: code) else { return nil }
        if let name = lastName(parent), !DivisionTable.isVirtual(name) { return parent }
        return DivisionCode.parent(of: parent)
    }

    /// The provinces in force, in order.
    public var provinces: [String] {
        builtIn.currentCodes.filter { DivisionCode.level(of: $0) == .province }
    }

    /// The divisions in force right below one, in order of code, virtual layers left out.
    public func children(_ code: String) -> [String] {
        guard let level = DivisionCode.level(of: code), level != .county,
              let number = DivisionCode.number(of: code) else { return [] }
        let upper = number + (level == .province ? 10_000 : 100)
        let added = additions.keys.filter {
            DivisionCode.number(of: $0).map { $0 > number && $0 < upper } ?? false
        }
        return (builtIn.currentCodes(from: number + 1, below: upper) + added).sorted().filter {
            parent($0) == code && !(currentName($0).map(DivisionTable.isVirtual) ?? true)
        }
    }

    // MARK: - Checking

    private static func check(code: String, name: String, among additions: [String: String]) throws(DivisionError) {
        guard let level = DivisionCode.level(of: code), level != .province else { throw .badCode(code) }
        guard name.contains(where: { !$0.isWhitespace }) else { throw .noName(code: code) }
        let builtIn = BuiltInDivisions()
        if let taken = builtIn.names(of: code).last { throw .codeTaken(code: code, name: taken.name) }
        guard let parent = DivisionCode.parent(of: code),
              additions[parent] != nil || builtIn.currentName(parent) != nil else { throw .noParent(code: code) }
    }

    /// Layers that exist in the standard's numbering but not on a map.
    static func isVirtual(_ name: String) -> Bool {
        name == "市辖区" || name == "县" || name == "市" || name.hasPrefix("省直辖") || name.hasPrefix("自治区直辖")
    }
}

/// Why a division cannot be added.
public enum DivisionError: Error, Sendable, Hashable {
    case badCode(String)
    case noName(code: String)
    case noParent(code: String)
    case codeTaken(code: String, name: String)

    public var code: String {
        switch self {
        case .badCode: "division-bad-code"
        case .noName: "division-no-name"
        case .noParent: "division-no-parent"
        case .codeTaken: "division-code-taken"
        }
    }

    public var message: String {
        switch self {
        case .badCode(let code): "行政区划代码「\(code)」不是地级或县级的6位数字代码"
        case .noName(let code): "行政区划代码 \(code) 没有名称"
        case .noParent(let code): "行政区划代码 \(code) 的上级区划不存在"
        case .codeTaken(let code, let name): "行政区划代码 \(code) 已用于「\(name)」"
        }
    }

    public var remedy: String {
        switch self {
        case .badCode: "请填写6位数字：前2位为省、中间2位为地市、后2位为区县"
        case .noName: "请填写区划名称"
        case .noParent: "请先增加上级区划，或改用已有地市的代码段"
        case .codeTaken: "请改用国家标准从未使用过的代码，例如后两位 71—79"
        }
    }
}
