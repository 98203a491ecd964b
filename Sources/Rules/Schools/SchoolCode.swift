/// 学校标识码: two digits of the category, two of the province, six in sequence; no check digit
/// (学校(机构)代码管理办法 2011). A code is never reused and never changes while the school keeps its category.
public struct SchoolCode: Sendable, Hashable, CustomStringConvertible {
    public enum Fault: Sendable, Hashable {
        case notTenDigits
        /// The first two digits are no category of the table.
        case unknownCategory(String)
        /// Digits three and four are no province.
        case unknownProvince(String)

        /// Chinese: what is wrong.
        public var message: String {
            switch self {
            case .notTenDigits: "学校标识码应为10位数字"
            case .unknownCategory(let code): "学校标识码前2位「\(code)」不是学校类别代码"
            case .unknownProvince(let code): "学校标识码第3、4位「\(code)」不是省级行政区划代码"
            }
        }
    }

    public let text: String

    public init?(_ text: String) {
        guard SchoolCode.fault(in: text) == nil else { return nil }
        self.text = text
    }

    public static func fault(in text: String) -> Fault? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes.allSatisfy({ (48...57).contains($0) }) else { return .notTenDigits }
        let category = String(text.prefix(2))
        guard CodeTable.schoolCategory.entry(for: category) != nil else { return .unknownCategory(category) }
        let province = String(text.dropFirst(2).prefix(2))
        guard ProvinceCode.isKnown(province) else { return .unknownProvince(province) }
        return nil
    }

    /// Two digits of the category table: `21` primary, `31` junior, `34` senior …
    public var category: String { String(text.prefix(2)) }
    /// Six digits of the province.
    public var province: String { String(text.dropFirst(2).prefix(2)) + "0000" }
    public var description: String { text }
}
