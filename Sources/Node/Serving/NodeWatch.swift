import Features
import Glibc
import GRDB
import Logging
import Replication
import Rules
import ServiceLifecycle
import Store

/// Looks once a minute at what nobody else looks at: clock, disk, the link upwards, queues; keeps the children's last
/// contacts; tidies what has a stated life. Writes only what has changed.
final class NodeWatch: Service {
    /// Seconds between two looks.
    static let rest = 60.0
    /// Looks between two rounds of tidying.
    private static let tidyEvery = 60

    private let archive: Archive
    private let workers: Workers
    private let endpoint: ParentEndpoint
    private let runner: LinkRunner?
    private let end: Bell
    private let ending: Ending
    private let log: Logger

    init(
        archive: Archive, workers: Workers, endpoint: ParentEndpoint, runner: LinkRunner?, end: Bell, ending: Ending, log: Logger
    ) {
        self.archive = archive
        self.workers = workers
        self.endpoint = endpoint
        self.runner = runner
        self.end = end
        self.ending = ending
        self.log = log
    }

    func run() async throws {
        var rounds = 0
        while true {
            let seen = end.rings
            if ending.isEnding { break }
            let isTidyTime = rounds % Self.tidyEvery == 0
            rounds += 1
            do {
                try await workers.run { [archive, endpoint, runner] in
                    try Self.look(archive, children: endpoint.children, link: runner?.state())
                    if isTidyTime { try Housekeeping.tidy(archive) }
                }
            } catch {
                log.error("watch failed", metadata: ["error": "\(error)"])
            }
            await end.wait(since: seen, seconds: Self.rest)
        }
        try? await gracefulShutdown()
    }

    /// One look: alarms raised and cleared, contacts noted.
    static func look(_ archive: Archive, children: [ChildRecord], link: LinkState?) throws {
        let (facts, raised, noted) = try archive.read { reading in
            var facts = try self.facts(reading, archive, link)
            facts.storeBytes = size(of: archive.folder + "/xueji.sqlite")
            return (facts, try alarms(reading), try ContactBook.all(reading))
        }
        let findings = WatchFindings(facts).all
        let heard = children.filter { noted[$0.unit]?.at != $0.lastContact }
        // An alarm that stands keeps its first words: figures in them change all the time.
        let (now, before) = (Set(findings.map(\.code)), Set(raised))
        let isNew = now != before
        guard isNew || !heard.isEmpty else { return }
        try archive.write { transaction in
            if isNew {
                for code in before.subtracting(now).sorted() { try transaction.clearAlarm(code, subject: "node") }
                for finding in findings { try transaction.raiseAlarm(finding.code, subject: "node", finding.text) }
            }
            try ContactBook.note(heard, in: transaction)
        }
    }

    private static func facts(_ reading: Reading, _ archive: Archive, _ link: LinkState?) throws -> WatchFindings.Facts {
        func count(_ table: String) throws -> Int { try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
        return WatchFindings.Facts(
            time: archive.surroundings.now(), clockAhead: link?.clockAhead, diskFree: free(archive.folder), failure: link?.failure,
            failingSince: link?.failingSince, parked: try count("parked"), unapplied: try count("unapplied"),
            salvaged: try count("salvage"), openFiles: OpenFiles.limit, children: try children(reading))
    }

    private static func children(_ reading: Reading) throws -> Int {
        try Int.fetchOne(
            reading.database, sql: """
                SELECT count(*) FROM unit u WHERE competent = ?
                  AND EXISTS (SELECT 1 FROM unit_key k WHERE k.unit = u.code AND k.node = u.code)
                """, arguments: [(try reading.ownUnit() ?? .centre).text]) ?? 0
    }

    /// Codes of our alarms that stand.
    private static func alarms(_ reading: Reading) throws -> [String] {
        try String.fetchAll(reading.database, sql: "SELECT code FROM alarm WHERE subject = 'node'")
            .filter { code in WatchFindings.codes.contains { code == $0 || code.hasPrefix($0 + ".") } }
    }

    /// Bytes that may still be written where a folder lies.
    static func free(_ folder: String) -> Int64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
