import Protocol
import Rules

/// What most lists take: how many lines, after which one, only what waits for the unit itself.
struct ListParameters {
    static let standard = 100

    let limit: Int
    let after: DossierID?

    /// - Throws: `Refusal` for what cannot be read, so that nobody takes another page for the one asked for.
    init(_ parameters: [String: String], most: Int = StudentList.maxPage) throws {
        limit = try Self.limit(parameters, most: most)
        after = try parameters["after"].map { text in
            guard let id = DossierID(hex: text) else {
                throw Refusal("after", "翻页位置不对。", remedy: "请使用上一页返回的 next。", kind: .usage)
            }
            return id
        }
    }

    static func limit(_ parameters: [String: String], most: Int = StudentList.maxPage) throws -> Int {
        guard let text = parameters["limit"] else { return standard }
        guard let number = Int(text), (1...most).contains(number) else {
            throw Refusal("limit", "每页条数应为 1 至 \(most)。", remedy: "请修改后重试。", kind: .usage)
        }
        return number
    }

    /// The unit itself where only what waits for it is asked for.
    static func holder(_ parameters: [String: String], of unit: UnitCode) throws -> UnitCode? {
        try parameters["holder"].map { text in
            guard text == "self" else {
                throw Refusal("holder", "holder 只能是 self。", remedy: "请去掉这一条件，或写 self。", kind: .usage)
            }
            return unit
        }
    }
}
