import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Pupils below a unit who may be one child under two registrations, likeliest first (Q55), as the last search has found them
/// (`SuspicionRun`). It blocks nothing.
public enum SuspicionQueue {
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

    /// How far the search has come.
    struct Search: Codable, Sendable {
        /// `never`, `running` or `done`.
        let state: String
        /// Rows of the search that are done, and all of them: several for each registration where there are many.
        let done, total: Int
        var startedAt, finishedAt: String?
        /// Registrations that have changed and were not looked at again yet.
        let waiting: Int
    }

    struct Page: Codable, Sendable {
        /// Registrations within sight, and suspicions among them.
        let registrations, total: Int
        let search: Search
        let suspicions: [Item]
    }

    /// The queue of a unit within sight.
    /// - Parameter below: only the part under this unit; nil for all that the unit sees.
    static func page(sight unit: UnitCode, below: UnitCode?, limit: Int, from: Int, _ reading: Reading) throws -> Page {
        if let below, !reading.directory.contains(unit, below) {
            throw Refusal("sight", "单位 \(below) 不在本单位管理范围内。", remedy: "请核对单位代码。", kind: .permission)
        }
        let db = reading.database
        let (condition, arguments) = try StudentList.clause(StudentList.Filter(), sight: below ?? unit, reading)
        let registrations = try Int.fetchOne(
            db, sql: "SELECT sum(n) FROM dossier_count WHERE \(condition) AND state <> 'deleted'", arguments: arguments) ?? 0
        func seen(_ side: String) -> String {
            "EXISTS (SELECT 1 FROM dossier WHERE id = suspicion.\(side) AND \(condition) AND state <> 'deleted')"
        }
        let both = "FROM suspicion WHERE \(seen("one")) AND \(seen("other"))"
        let total = try Int.fetchOne(db, sql: "SELECT count(*) \(both)", arguments: arguments + arguments) ?? 0
        let rows = try Row.fetchAll(
            db, sql: "SELECT one, other, score, reasons \(both) ORDER BY score DESC, one, other LIMIT ? OFFSET ?",
            arguments: arguments + arguments + [limit, from])
        let shelf = DossierShelf(reading)
        let items = try rows.compactMap { row -> Item? in
            guard let one = try DossierID(row["one"] as Data).flatMap({ try shelf.dossier($0) }),
                  let other = try DossierID(row["other"] as Data).flatMap({ try shelf.dossier($0) }) else { return nil }
            let reasons = try JSONDecoder().decode([Reason].self, from: Data((row["reasons"] as String).utf8))
            return Item(score: row["score"], one: pupil(one, reading), other: pupil(other, reading), reasons: reasons)
        }
        return Page(registrations: registrations, total: total, search: try search(reading), suspicions: items)
    }

    private static func search(_ reading: Reading) throws -> Search {
        let state = try SuspicionRun.State(reading)
        return Search(
            state: state.isActive ? "running" : state.finishedAt == nil ? "never" : "done", done: state.done, total: state.total,
            startedAt: state.startedAt.map { ChinaTime.text($0) }, finishedAt: state.finishedAt.map { ChinaTime.text($0) },
            waiting: try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM suspicion_changed") ?? 0)
    }

    private static func pupil(_ dossier: Dossier, _ reading: Reading) -> Pupil {
        Pupil(
            dossier: dossier.id.description, name: dossier.record.name, sex: dossier.record.sex, birthDate: dossier.record.birthDate,
            school: dossier.home.text, schoolName: reading.directory.unit(dossier.home)?.name ?? dossier.home.text, state: dossier.state.rawValue)
    }

    static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
