/// The whole record of one pupil as plain values: a code of the field's code table where it has one, else normalised text.
///
/// A missing item is absent, never an empty string.
public struct StudentRecord: Sendable, Hashable {
    public private(set) var values: [StudentField: String]

    public init(_ values: [StudentField: String] = [:]) {
        self.values = values.values.contains { $0.isEmpty } ? values.filter { !$0.value.isEmpty } : values
    }

    public subscript(field: StudentField) -> String? {
        get { values[field] }
        set { values[field] = (newValue?.isEmpty ?? true) ? nil : newValue }
    }

    public var name: String { values[.name] ?? "" }
    /// Code of GB/T 2261.1: `1` male, `2` female.
    public var sex: String { values[.sex] ?? "" }
    /// `YYYYMMDD`.
    public var birthDate: String { values[.birthDate] ?? "" }
    public var idType: String { values[.idType] ?? "" }
    public var idNumber: String { values[.idNumber] ?? "" }
    public var schoolCode: String { values[.schoolCode] ?? "" }
    public var classCode: String { values[.classCode] ?? "" }

    /// Whether the pupil stands under a resident ID number: type 1 with a number (Q56.1).
    public var hasResidentID: Bool { idType == "1" && !idNumber.isEmpty }

    /// The same with the key fields of another record.
    public func with(key other: StudentRecord) -> StudentRecord {
        var record = self
        for field in StudentField.key { record[field] = other[field] }
        return record
    }

    /// The fields in which two records differ, in column order.
    public func differences(from other: StudentRecord) -> [StudentField] {
        StudentField.allCases.filter { self[$0] != other[$0] }
    }
}
