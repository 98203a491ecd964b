import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Pupils below a unit who may be one child under two registrations, likeliest first (Q55). Found anew whenever it is asked
/// for, from the registrations as they stand: what is deleted, ruled a double or corrected is not in it any more. It blocks
/// nothing.
public enum SuspicionQueue {
    /// Registrations that are searched at once. Beyond it a unit further down must be named.
    static let maxRegistrations = 50_000
    static let maxPage = 1000

    struct Pupil: Codable, Sendable {
        let dossier, name, sex, birthDate, school, schoolName, state: String
    }

    struct Reason: Codable, Sendable {
        /// Codes of field and level, and both in Chinese.
        let field, level, text: String
        /// log2 of how much likelier the level is for one child than for the strongest other explanation.
        let bits: Double
    }

    struct Item: Codable, Sendable {
        let score: Double
        let one, other: Pupil
        let reasons: [Reason]
    }

    struct Page: Codable, Sendable {
        /// Registrations that were searched, and suspicions among them.
        let registrations, total: Int
        let suspicions: [Item]
    }

    /// The queue of a unit within sight.
    /// - Parameter below: only the part under this unit; nil for all that the unit sees.
    static func page(sight unit: UnitCode, below: UnitCode?, limit: Int, _ archive: Archive) throws -> Page {
        let pupils = try archive.read { try registrations(sight: unit, below: below, $0) }
        let search = SuspicionSearch(pupils.map { SuspicionSubject($0.record) })
        let found = search.suspicions().filter { !isRuledDifferent(pupils[$0.one], pupils[$0.other]) }.map { ordered($0, pupils) }.sorted { first, second in
            first.score != second.score ? first.score > second.score
                : (pupils[first.one].dossier, pupils[first.other].dossier) < (pupils[second.one].dossier, pupils[second.other].dossier)
        }
        return Page(registrations: pupils.count, total: found.count, suspicions: found.prefix(limit).map { suspicion in
            Item(
                score: rounded(suspicion.score), one: pupils[suspicion.one].shown, other: pupils[suspicion.other].shown,
                reasons: search.reasons(suspicion.one, suspicion.other).map {
                    Reason(field: $0.field.rawValue, level: $0.level, text: $0.text, bits: rounded($0.bits))
                })
        })
    }

    private struct Registration {
        let dossier: DossierID
        let record: StudentRecord
        /// Whom an authority has ruled to be another child (Q65).
        let others: Set<DossierID>
        let shown: Pupil
    }

    private static func registrations(sight unit: UnitCode, below: UnitCode?, _ reading: Reading) throws -> [Registration] {
        if let below, !reading.directory.contains(unit, below) {
            throw Refusal("sight", "单位 \(below) 不在本单位管理范围内。", remedy: "请核对单位代码。", kind: .permission)
        }
        let (condition, arguments) = try StudentList.clause(StudentList.Filter(), sight: below ?? unit, reading)
        let live = condition + " AND state <> 'deleted'"
        let count = try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM dossier WHERE \(live)", arguments: arguments) ?? 0
        guard count <= maxRegistrations else {
            throw Refusal(
                "suspicions.many", question: "Q55", "范围内有 \(count) 份学籍，一次最多查 \(maxRegistrations) 份。",
                remedy: "请用 below 指定下级单位；全部数据可导出后用 xueji audit --suspect 查。")
        }
        let ids = try Data.fetchAll(reading.database, sql: "SELECT id FROM dossier WHERE \(live) ORDER BY id", arguments: arguments)
        let shelf = DossierShelf(reading)
        return try ids.compactMap { DossierID($0) }.compactMap { try shelf.dossier($0) }.map { dossier in
            Registration(dossier: dossier.id, record: dossier.record, others: others(than: dossier), shown: Pupil(
                dossier: dossier.id.description, name: dossier.record.name, sex: dossier.record.sex, birthDate: dossier.record.birthDate,
                school: dossier.home.text, schoolName: reading.directory.unit(dossier.home)?.name ?? dossier.home.text,
                state: dossier.state.rawValue))
        }
    }

    private static func isRuledDifferent(_ one: Registration, _ other: Registration) -> Bool {
        one.others.contains(other.dossier) || other.others.contains(one.dossier)
    }

    private static func others(than dossier: Dossier) -> Set<DossierID> {
        Set(dossier.rulings.filter { $0.finding == .different }.map { $0.first.dossier == dossier.id ? $0.second.dossier : $0.first.dossier })
    }

    private static func ordered(_ suspicion: Suspicion, _ pupils: [Registration]) -> Suspicion {
        pupils[suspicion.one].dossier < pupils[suspicion.other].dossier
            ? suspicion : Suspicion(one: suspicion.other, other: suspicion.one, score: suspicion.score)
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
