import Foundation
import Sheets

/// Where the needed columns stand in one file.
struct AuditColumns {
    let number, name, sex, birthDate, idType, idNumber: Int
    /// Columns of the header.
    let count: Int
    private let last: Int

    static let names = ["rec_no", "name", "sex", "birth", "id_type", "id_no"]

    /// Blanks around a column's name do not matter; anything else must match.
    init(header: CSVRow?) throws {
        let fields = (header?.fields ?? []).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        let missing = Self.names.filter { !fields.contains($0) }
        guard missing.isEmpty else { throw AuditError.missingColumns(missing) }
        let places = try Self.names.map { name in
            let found = fields.indices.filter { fields[$0] == name }
            guard found.count == 1 else { throw AuditError.repeatedColumn(name) }
            return found[0]
        }
        (number, name, sex, birthDate, idType, idNumber) =
            (places[0], places[1], places[2], places[3], places[4], places[5])
        count = fields.count
        last = places.max() ?? 0
    }

    /// Refuses a row whose fields may have slipped. Trailing columns that nobody needs may be cut off.
    func check(_ row: CSVRow) throws {
        let slipped = row.count > count && (count..<row.count).contains { !row.isEmpty(at: $0) }
        guard row.count > last, !slipped else {
            throw AuditError.raggedRow(line: row.line, fields: row.count, columns: count)
        }
    }

    /// Whether a row is blank: only separators and white space.
    func isBlank(_ row: CSVRow) -> Bool {
        (0..<row.count).allSatisfy { column in
            row.withBytes(at: column) { $0.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
        }
    }
}
