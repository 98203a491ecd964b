/// What the search for suspicions looks at in one record. Whatever is unknown stays empty.
public struct SuspicionSubject: Sendable, Hashable {
    /// Name, sex, birth date and document, normalised; they also decide what the exact check already says.
    public var keys: KeyFields
    /// As written; the search normalises them.
    public var guardianNames: [String], guardianNumbers: [String], phones: [String]
    public var address: String
    /// Division codes, twelve digits or six.
    public var birthplace: String, hukouDivision: String, nativePlace: String
    /// Ten digits, the division in the second to the seventh.
    public var school: String
    /// `YYYYMM`.
    public var entryMonth: String

    public init(
        keys: KeyFields, guardianNames: [String] = [], guardianNumbers: [String] = [], phones: [String] = [], address: String = "",
        birthplace: String = "", hukouDivision: String = "", nativePlace: String = "", school: String = "", entryMonth: String = ""
    ) {
        self.keys = keys
        self.guardianNames = guardianNames
        self.guardianNumbers = guardianNumbers
        self.phones = phones
        self.address = address
        self.birthplace = birthplace
        self.hukouDivision = hukouDivision
        self.nativePlace = nativePlace
        self.school = school
        self.entryMonth = entryMonth
    }
}
