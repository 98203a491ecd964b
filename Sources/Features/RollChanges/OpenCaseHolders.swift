import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// With whom the open cases of a unit's subtree are, the most first: whom to call before pupils are promoted or graduate (Q87).
enum OpenCaseHolders {
    struct Item: Encodable, Sendable {
        let unit, name: String
        let count: Int
        /// By kind of business.
        let byBusiness: [String: Int]
        /// Of the oldest.
        let since: String
    }

    struct Page: Encodable, Sendable {
        let total: Int
        let holders: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        var found: [String: (count: Int, byBusiness: [String: Int], since: Int64)] = [:]
        let asked = parameters["business"].map { [$0] } ?? OpenCases.Business.allCases.map(\.rawValue)
        for business in asked {
            var one = parameters.filter { ["school", "unit", "days"].contains($0.key) }
            one["business"] = business
            let (condition, arguments) = try OpenCases.clause(one, sight: unit, today: today, reading)
            let rows = try Row.fetchAll(
                reading.database, sql: "SELECT holder, count(*) AS n, min(held_since) AS since FROM dossier WHERE \(condition) GROUP BY holder",
                arguments: arguments)
            for row in rows {
                let (holder, count, since): (String?, Int, Int64?) = (row["holder"], row["n"], row["since"])
                guard let holder else { continue }
                var line = found[holder] ?? (0, [:], .max)
                line.count += count
                line.byBusiness[business] = count
                line.since = min(line.since, since ?? .max)
                found[holder] = line
            }
        }
        let items = found.map { unit, line in
            Item(
                unit: unit, name: reading.directory.unit(UnitCode(unit))?.name ?? unit, count: line.count, byBusiness: line.byBusiness,
                since: ChinaTime.text(line.since == .max ? 0 : line.since))
        }
        return Page(total: items.reduce(0) { $0 + $1.count }, holders: items.sorted { ($1.count, $0.unit) < ($0.count, $1.unit) })
    }
}
