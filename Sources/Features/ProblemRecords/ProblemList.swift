import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The problem records of a unit's subtree, with those whose case is still open (Q61).
enum ProblemList {
    struct Item: Encodable, Sendable {
        let dossier, name, school, schoolName, state: String
        @OrNull var holder: String?
        let problems: [String]
        var openCase: StudentList.CaseItem?
        /// How many others of the group are in question.
        let peers: Int
    }

    struct Page: Encodable, Sendable {
        let total: Int
        @OrNull var next: String?
        let problems: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, _ reading: Reading) throws -> Page {
        var filter = StudentList.Filter()
        if let kind = parameters["kind"] {
            guard let known = DuplicateKind(rawValue: kind) else {
                throw Refusal(
                    "problem.unknown", question: "Q61", "没有“\(kind)”这种问题。",
                    remedy: "可选：" + DuplicateKind.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
            }
            filter.problem = known.rawValue
        }
        filter.holder = try ListParameters.holder(parameters, of: unit)
        let asked = try ListParameters(parameters)
        var (condition, arguments) = try StudentList.clause(filter, sight: unit, reading)
        // Each by an index of its own, whatever else the table holds.
        condition += """
             AND id IN (SELECT id FROM dossier WHERE problems <> ''
              UNION SELECT id FROM dossier WHERE open_case <> '' AND open_case IN (\(ofProblems)))
            """
        let total = try Int.fetchOne(
            reading.database, sql: "SELECT count(*) FROM dossier WHERE \(condition)", arguments: arguments) ?? 0
        if let after = asked.after {
            condition += " AND id > ?"
            arguments += [Data(after.bytes)]
        }
        let ids = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM dossier WHERE \(condition) ORDER BY id LIMIT \(asked.limit + 1)", arguments: arguments)
            .compactMap { DossierID($0) }
        let shelf = DossierShelf(reading)
        return Page(
            total: total, next: ids.count > asked.limit ? ids[asked.limit - 1].description : nil,
            problems: try ids.prefix(asked.limit).compactMap { try shelf.dossier($0).map { item($0, reading.directory) } })
    }

    private static let ofProblems = Stand.allCases.filter { $0.isInCase && !$0.isKeyChange && !$0.isRollChange && !$0.isTransfer }
        .map { "'\($0.rawValue)'" }.joined(separator: ", ")

    private static func item(_ dossier: Dossier, _ directory: UnitDirectory) -> Item {
        Item(
            dossier: dossier.id.description, name: dossier.record.name, school: dossier.home.text,
            schoolName: directory.unit(dossier.home)?.name ?? dossier.home.text, state: dossier.state.rawValue,
            holder: dossier.holder?.text, problems: dossier.problems, openCase: dossier.openCase.map { .init($0) },
            peers: dossier.openPeers.count)
    }
}
