/// What `ResidentIDNumber.judge` says of a number.
public enum ResidentIDVerdict: Sendable, Hashable {
    /// Right in every respect, region of today.
    case ok
    /// Right, but typed with a small x; to be mended with a notice (Q68). The region is not looked at.
    case lowercaseX
    /// Right; the region no longer exists. Normal: a number keeps the region of its first issue.
    case historicalRegion
    /// Residence permit of people from Hong Kong, Macau (810000, 820000) or Taiwan (830000).
    case hongKongMacauTaiwan
    /// Permanent residence card of a foreigner, eighteen digits that begin with 9.
    case foreignResident
    /// Right by its check digit, but no region has or had this code: a notice, and for people to look at.
    case regionUnknown
    /// Right by its check digit, but the region is a province or a city that has counties: a notice.
    case regionLevel
    /// A number of fifteen digits and its eighteen-digit form. A pupil cannot have one.
    case old15(upgraded: String)
    case badLength
    case badCharacters
    /// The birth date is no day of the calendar.
    case badDate
    /// The birth date lies after today.
    case futureDate
    case badCheckDigit(expected: Character)

    /// Whether the number can be a true one: unsuspicious, or with a region to be looked at.
    public var isValid: Bool {
        switch self {
        case .ok, .lowercaseX, .historicalRegion, .hongKongMacauTaiwan, .foreignResident, .regionUnknown, .regionLevel: true
        case .old15, .badLength, .badCharacters, .badDate, .futureDate, .badCheckDigit: false
        }
    }
}
