/// The whole record of one pupil as plain values: a code of the field's code table where it has one, else normalised text.
///
/// A missing item is absent, never an empty string.
public struct StudentRecord: Sendable, Hashable {
    /// By the field's number, `StudentField.slots` of them: folding a dossier reads and copies records all the time.
    private var slots: [String?]

    public init(_ values: [StudentField: String] = [:]) {
        slots = [String?](repeating: nil, count: StudentField.slots)
        for (field, value) in values where !value.isEmpty { slots[field.rawValue] = value }
    }

    /// - Parameter slots: values by the field's number, `StudentField.slots` of them, none of them empty.
    init(slots: [String?]) {
        assert(slots.count == StudentField.slots && !slots.contains(""))
        self.slots = slots
    }

    public subscript(field: StudentField) -> String? {
        get { slots[field.rawValue] }
        set { slots[field.rawValue] = (newValue?.isEmpty ?? true) ? nil : newValue }
    }

    /// What is filled in, in column order.
    public var filled: [(field: StudentField, value: String)] {
        slots.indices.compactMap { number in slots[number].flatMap { value in StudentField(rawValue: number).map { ($0, value) } } }
    }

    public var values: [StudentField: String] { Dictionary(uniqueKeysWithValues: filled.map { ($0.field, $0.value) }) }

    public var name: String { self[.name] ?? "" }
    /// Code of GB/T 2261.1: `1` male, `2` female.
    public var sex: String { self[.sex] ?? "" }
    /// `YYYYMMDD`.
    public var birthDate: String { self[.birthDate] ?? "" }
    public var idType: String { self[.idType] ?? "" }
    public var idNumber: String { self[.idNumber] ?? "" }
    public var schoolCode: String { self[.schoolCode] ?? "" }
    public var classCode: String { self[.classCode] ?? "" }

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
