import Foundation
import Rules
import Sheets

/// Where the columns stand that only the search for suspicions uses. Each may be missing; of two of one name the first counts.
struct SuspectColumns {
    private let place: [String: Int]

    static let names = [
        "school_code", "birthplace", "native_place", "hukou_region", "enroll_ym", "addr", "phone",
        "g1_name", "g1_id_no", "g1_phone", "g2_name", "g2_id_no",
    ]

    init(header: CSVRow?) {
        let fields = (header?.fields ?? []).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        place = Dictionary(Self.names.compactMap { name in fields.firstIndex(of: name).map { (name, $0) } }) { first, _ in first }
    }

    func subject(of row: CSVRow, _ columns: AuditColumns) -> SuspicionSubject {
        let text = { (name: String) in place[name].map { row[$0] } ?? "" }
        return SuspicionSubject(
            keys: KeyFields(
                name: row[columns.name], sex: row[columns.sex], birthDate: row[columns.birthDate], idType: row[columns.idType],
                idNumber: row[columns.idNumber]),
            guardianNames: [text("g1_name"), text("g2_name")], guardianNumbers: [text("g1_id_no"), text("g2_id_no")],
            phones: [text("phone"), text("g1_phone")], address: text("addr"), birthplace: text("birthplace"),
            hukouDivision: text("hukou_region"), nativePlace: text("native_place"), school: text("school_code"),
            entryMonth: text("enroll_ym"))
    }
}
