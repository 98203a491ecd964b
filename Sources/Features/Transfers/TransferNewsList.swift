import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 转学近况 of one unit for its home page: what has become of its transfers in the last days, the latest first.
enum TransferNewsList {
    /// Seconds for which something is news, and lines of the page.
    static let seconds: Int64 = 7 * 86_400
    static let most = 10

    struct Item: Sendable, Hashable {
        let transfer, name, label: String
        /// Seconds since 1970.
        let at: Int64
    }

    static func items(of unit: UnitCode, now: Int64, _ reading: Reading) throws -> [Item] {
        let rows = try Data.fetchAll(
            reading.database.cachedStatement(sql: """
                SELECT t.id FROM transfer t JOIN unit n ON n.code = t.receiving JOIN unit o ON o.code = t.releasing
                WHERE t.since > ?2 AND t.submitted = 1 AND ?1 IN (t.receiving, t.releasing, n.competent, o.competent)
                ORDER BY t.since DESC, t.id LIMIT 200
                """), arguments: [unit.text, now - seconds])
        let shelf = TransferShelf(reading)
        let items = try rows.compactMap { DossierID($0) }.compactMap { id -> Item? in
            // What waits for the unit itself stands among its tasks.
            guard let transfer = try shelf.transfer(id), transfer.holder != unit,
                  let party = party(unit, in: transfer.head, reading.directory),
                  let label = TransferNews.label(transfer.state, at: transfer.station, for: party) else { return nil }
            return Item(transfer: id.description, name: transfer.content.name, label: label, at: transfer.since)
        }
        return Array(items.prefix(most))
    }

    private static func party(_ unit: UnitCode, in head: TransferHead, _ directory: UnitDirectory) -> TransferParty? {
        if unit == head.receiving { return .receivingSchool }
        if unit == head.releasing { return .releasingSchool }
        if unit == directory.unit(head.receiving)?.competent { return .receivingAuthority }
        return unit == directory.unit(head.releasing)?.competent ? .releasingAuthority : nil
    }
}
