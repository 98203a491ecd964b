import GRDB
import Protocol
import Replication
import Rules
import Store

/// Which streams a link is about, judged by the directory of one read.
struct ScopeView {
    private let scope: Scope
    private let directory: UnitDirectory
    private let own: UnitCode?
    private let reading: Reading

    init(_ scope: Scope, _ reading: Reading) throws {
        self.scope = scope
        self.reading = reading
        directory = reading.directory
        own = try reading.ownUnit()
    }

    /// How the store names the neighbour at the other end.
    var neighbour: String {
        switch scope {
        case .up, .upOnce: Neighbour.parent.source
        case .down(let child): Neighbour.child(child).source
        }
    }

    /// What stands in the subtree, and what is addressed into it; upwards also what cannot be told yet. A school that has moved
    /// away is its new path's to look after, but for what was written here, below or above for it and is not at the parent as far
    /// as is known: of a parent process that never said so, nothing is.
    func covers(_ stream: StreamID) throws -> Bool {
        if case .down(let child) = scope {
            return directory.contains(child, stream.unit) || stream.audience.reaches(child, in: directory)
        }
        guard let own, directory.unit(stream.unit) != nil else { return true }
        if directory.contains(own, stream.unit) || stream.audience.reaches(own, in: directory) { return true }
        guard directory.hasConcerned(own, stream) else { return false }
        return try scope == .upOnce || Journal.isUntold(stream, in: reading)
    }
}

/// The streams of a scope by their rows in the journal: of a child with nobody below all are found by index at once, so that
/// the cost does not grow with the number of its sisters; of others each is judged when it is met.
final class ScopeStreams {
    private let view: ScopeView
    private let database: Database
    private var judged: [Int64: Bool] = [:]
    private let all: Set<Int64>?

    /// More rows than this to judge: the whole set is read at once.
    private static let singly: Int64 = 256

    /// - Parameter rows: how many are about to be judged, at most.
    init(_ scope: Scope, _ reading: Reading, rows: Int64) throws {
        view = try ScopeView(scope, reading)
        database = reading.database
        guard case .down(let child) = scope else {
            all = nil
            return
        }
        let isLeaf = try !Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM unit WHERE competent = ?)"), arguments: [child.text]).orFalse
        all = isLeaf || rows > Self.singly ? try Self.rows(of: child, reading) : nil
    }

    var neighbour: String { view.neighbour }

    func holds(_ row: Int64) throws -> Bool {
        if let all { return all.contains(row) }
        if let known = judged[row] { return known }
        let isIn = try Journal.stream(row: row, in: database).map { try view.covers($0) } ?? false
        judged[row] = isIn
        return isIn
    }

    /// Heads of all streams in scope.
    static func heads(_ scope: Scope, _ reading: Reading) throws -> [StreamHead] {
        guard case .down(let child) = scope else {
            let view = try ScopeView(scope, reading)
            return try Journal.heads(in: reading.database).filter { try view.covers($0.stream) }
        }
        return try Row.fetchAll(reading.database, sql: below + """
            SELECT unit, incarnation, audience, sequence, head FROM stream
            WHERE id IN (SELECT id FROM scope) AND sequence > 0
            """, arguments: try arguments(child, reading)).compactMap(Journal.streamHead)
    }

    private static func rows(of child: UnitCode, _ reading: Reading) throws -> Set<Int64> {
        try Int64.fetchSet(
            reading.database.cachedStatement(sql: below + "SELECT id FROM scope"), arguments: try arguments(child, reading))
    }

    /// The units of the child's subtree, and from them the rows of its streams; the same as `ScopeView.covers`.
    private static let below = """
        WITH RECURSIVE below (code) AS (
          SELECT ?1 UNION SELECT u.code FROM unit u JOIN below b ON u.competent = b.code),
        aim (audience) AS (
          SELECT 'unit:' || code FROM below UNION ALL SELECT 'subtree:' || code FROM below
          UNION ALL SELECT 'subtree:' || value FROM json_each(?2) UNION ALL SELECT 'all'),
        scope (id) AS (
          SELECT s.id FROM below b CROSS JOIN stream s ON s.unit = b.code
          UNION SELECT s.id FROM aim a CROSS JOIN stream s ON s.audience = a.audience)

        """

    private static func arguments(_ child: UnitCode, _ reading: Reading) throws -> StatementArguments {
        let above = reading.directory.path(of: child).map { "\"\($0.text)\"" }.joined(separator: ",")
        return [child.text, "[\(above)]"]
    }
}

extension Bool? {
    fileprivate var orFalse: Bool { self ?? false }
}
