/// How the reader takes a field's cell.
enum FieldShape: Sendable {
    case name, identityNumber, digits, day, month, validity, distance, telephone, option(OptionReader), text

    init(of field: StudentField) {
        switch field {
        case .name, .formerName, .guardian1Name, .guardian2Name: self = .name
        case .idNumber, .guardian1IDNumber, .guardian2IDNumber: self = .identityNumber
        case .schoolCode, .classCode, .postcode: self = .digits
        case .birthDate: self = .day
        case .entryMonth: self = .month
        case .idValidity: self = .validity
        case .distance: self = .distance
        case .phone, .guardian1Phone, .guardian2Phone, .email: self = .telephone
        default:
            if let table = field.codeTable {
                self = .option(OptionReader(table))
            } else {
                self = field.isDivision ? .digits : .text
            }
        }
    }

    /// By raw value of the field; index 0 stands for no field.
    static let all: [FieldShape] = [.text] + StudentField.allCases.map(FieldShape.init(of:))
}

/// A column's list as the reader asks it. A class, since a table asked for each of 20,000 rows must not be copied each time.
final class OptionReader: Sendable {
    private let table: CodeTable

    init(_ table: CodeTable) { self.table = table }

    func code(of text: String, stage: Stage?) -> String? { table.code(forText: text, stage: stage) }
}

extension StudentField {
    /// Length of an array indexed by raw value.
    static let slots = allCases.count + 1
}
