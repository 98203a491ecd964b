/// A division as the template writes it (Q19): six digits of GB/T 2260 and `000000`.
public struct Division12: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is no such code.
    public enum Fault: Sendable, Hashable {
        /// Six digits: the zeros are missing.
        case onlySixDigits
        /// Not twelve digits.
        case notTwelveDigits
        /// Digits after the sixth that are not zero: a street or village code, for example.
        case tailNotZero
        /// A province or a city with counties: the template wants the county.
        case aboveCounty
    }

    /// The six digits.
    public let code: String

    /// From six digits.
    public init?(code: String) {
        guard DivisionCode.level(of: code) != nil else { return nil }
        self.code = code
    }

    /// From twelve digits; nil with any fault but `aboveCounty`.
    public init?(_ text: String) {
        switch Division12.fault(in: text) {
        case nil, .aboveCounty: code = String(text.prefix(6))
        default: return nil
        }
    }

    public static func fault(in text: String) -> Fault? {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ (48...57).contains($0) }) else { return .notTwelveDigits }
        if bytes.count == 6 { return .onlySixDigits }
        guard bytes.count == 12 else { return .notTwelveDigits }
        guard bytes[6...].allSatisfy({ $0 == 48 }) else { return .tailNotZero }
        let code = DivisionCode.county(text)
        guard DivisionCode.level(of: code) != nil else { return .notTwelveDigits }
        return DivisionCode.reachesCounty(code) ? nil : .aboveCounty
    }

    public var text: String { code + "000000" }
    public var description: String { text }
}
