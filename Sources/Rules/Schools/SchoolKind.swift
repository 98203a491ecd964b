/// A school type (办学类型) of JY/T 1001-2012 / GB/T 33782-2017, and whether its pupils are registered here (Q1, Q9).
public struct SchoolKind: Sendable, Hashable, Identifiable {
    /// Three digits, for example `211`.
    public let code: String
    public let name: String
    /// First two digits of the school code such a school has; 341 and 345 have `34`, 312 has `31`.
    public let category: String
    /// The stages a school of this type may offer; empty out of scope.
    public let stages: Set<Stage>

    public var id: String { code }
    /// 义务教育、普通高中、特殊教育、工读 (Q1).
    public var isInScope: Bool { !stages.isEmpty }
    /// 附设班, a class inside a school whose own type may be out of scope (Q9, Q106).
    public var isAttached: Bool { code.hasSuffix("9") && name.hasPrefix("附设") }

    public static subscript(code: String) -> SchoolKind? { byCode[code] }

    public static let all: [SchoolKind] = lines.split(separator: "\n").map { line in
        let parts = line.split(separator: "|", omittingEmptySubsequences: false)
        return SchoolKind(
            code: String(parts[0]), name: String(parts[1]), category: String(parts[2]),
            stages: Set(parts[3].compactMap { $0.wholeNumberValue.flatMap(Stage.init(rawValue:)) })
        )
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })

    /// Code, name, category, stages; no stages means out of scope.
    private static let lines = """
        111|幼儿园|11|
        119|附设幼儿班|11|
        211|小学|21|1
        218|小学教学点|21|1
        219|附设小学班|21|1
        221|职工小学|22|
        222|农民小学|22|
        228|小学班|22|
        229|扫盲班|22|
        311|初级中学|31|2
        312|九年一贯制学校|31|12
        319|附设普通初中班|31|2
        321|职业初中|32|
        329|附设职业初中班|32|
        331|成人职工初中|33|
        332|成人农民初中|33|
        341|完全中学|34|23
        342|高级中学|34|3
        345|十二年一贯制学校|34|123
        349|附设普通高中班|34|3
        351|成人职工高中|35|
        352|成人农民高中|35|
        361|调整后中等职业学校|36|
        362|中等技术学校|36|
        363|中等师范学校|36|
        364|成人中等专业学校|36|
        365|职业高中学校|36|
        366|技工学校|36|
        368|附设中职班|36|
        369|其他机构|36|
        371|工读学校（专门学校）|37|123
        511|盲人学校|51|123
        512|聋人学校|51|123
        513|弱智学校（培智）|51|123
        514|其他特殊教育学校|51|123
        519|附设特教班|51|123
        """
}

extension CodeTable {
    /// School types; the stages of an entry are those such a school may offer.
    public static let schoolKind = CodeTable(
        id: "schoolKind", title: "办学类型",
        entries: SchoolKind.all.map {
            Entry(code: $0.code, text: $0.name, aliases: [], inTemplate: $0.isInScope, stages: $0.stages)
        }
    )
}
