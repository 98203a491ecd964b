/// The five key fields of a pupil in the form in which they are compared. A verdict of the duplicate check speaks about
/// exactly these: editing anything else does not unsettle it (Q56).
public struct KeyFields: Sendable, Hashable {
    public let name: String
    /// Code of GB/T 2261.1: `1` male, `2` female.
    public let sex: String
    /// `YYYYMMDD`.
    public let birthDate: String
    /// Code of the document-type table; `1` is the resident ID.
    public let idType: String
    public let idNumber: String

    /// Takes the values as written and normalises them (see `KeyText`).
    public init(name: String, sex: String, birthDate: String, idType: String, idNumber: String) {
        self.name = KeyText.name(name)
        self.sex = KeyText.code(sex)
        self.birthDate = KeyText.code(birthDate)
        self.idType = KeyText.code(idType)
        self.idNumber = KeyText.number(idNumber)
    }

    public init(_ record: StudentRecord) {
        self.init(
            name: record.name, sex: record.sex, birthDate: record.birthDate,
            idType: record.idType, idNumber: record.idNumber)
    }

    /// Whether the pupil stands under a resident ID number: type 1 with a number, valid or not (Q56.1).
    public var hasResidentID: Bool { idType == "1" && !idNumber.isEmpty }

    /// Whether the resident ID number fails length, characters, calendar date or check digit (Q61, Q64).
    public var hasInvalidResidentID: Bool { hasResidentID && !ResidentIDNumber.isWellFormed(idNumber) }

    /// Under which number the pupil stands in the index; nil without a resident ID.
    public var idKey: DuplicateKey? { hasResidentID ? .residentID(idNumber) : nil }

    /// Under which name, sex and birth date; nil while one of the three is missing, for what is unknown is not equal.
    public var nameSexBirthKey: DuplicateKey? {
        name.isEmpty || sex.isEmpty || birthDate.isEmpty
            ? nil : .nameSexBirth(name: name, sex: sex, birthDate: birthDate)
    }

    /// All keys of the pupil, at most two. Pupils with a resident ID stand under their name, sex and birth date too:
    /// against pupils without one that is a suspicion.
    public var keys: [DuplicateKey] { [idKey, nameSexBirthKey].compactMap { $0 } }

    /// The text whose digest a verdict cites: a version and the five values, one to a line. No value can hold a line
    /// end, so different fields give different texts. Never changes for version 1.
    public var canonicalText: String {
        "xueji-key-fields-1\n\(name)\n\(sex)\n\(birthDate)\n\(idType)\n\(idNumber)\n"
    }
}
