import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What operators look at: links, counts, queues, alarms. The contract's `status`.
public struct StatusReport: Encodable, Sendable {
    public struct Link: Encodable, Sendable {
        public var unit: String?
        public var name: String?
        /// `connected`, `connecting`, `away`, `stopped`, `none`, with the reason in Chinese after a colon where there is one.
        public var state: String
        @OrNull public var lastContact: String?
        /// Entries that wait, in envelopes of up to 500.
        public var lagEntries: Int
        public var lagBytes: Int
        /// Age of the oldest that waits.
        public var lagSeconds: Int
        public var blobs: Blobs
        /// Whole days until the certificate of the lower end of the link ends; negative afterwards.
        @OrNull public var certificateDays: Int?
        /// Why the link does not work, by its code; with what to do about it.
        public var cause: String?
        public var remedy: String?
        public var failingSince: String?
        public var retryInSeconds: Int?
        /// Last answered call upwards (hello, heads, push) and downwards (pull), seen from the lower end.
        public var lastPush: String?
        public var lastPull: String?
        /// Seconds by which this node's clock is ahead of the parent's.
        public var clockAheadSeconds: Int?
        /// Of a child: its program's version, its entries in quarantine here, its calls refused as too many, and how often
        /// another process spoke in its name.
        public var version: String?
        public var quarantine: Int?
        public var refusedCalls: Int?
        public var cloneSightings: Int?

        public init(
            unit: String? = nil, name: String? = nil, state: String, lastContact: String? = nil, lagEntries: Int = 0,
            lagBytes: Int = 0, lagSeconds: Int = 0, blobs: Blobs = Blobs(), certificateDays: Int? = nil
        ) {
            self.unit = unit
            self.name = name
            self.state = state
            self.lastContact = lastContact
            self.lagEntries = lagEntries
            self.lagBytes = lagBytes
            self.lagSeconds = lagSeconds
            self.blobs = blobs
            self.certificateDays = certificateDays
        }
    }

    /// Files that wait in a link's lane for blobs.
    public struct Blobs: Encodable, Sendable {
        public let waiting: Int
        public let bytes: Int
        @OrNull public var oldest: String?
        /// Seconds since 1970 of the oldest.
        public let since: Int64?

        enum CodingKeys: String, CodingKey { case waiting, bytes, oldest }

        public init(_ queue: BlobQueue = BlobQueue()) {
            waiting = queue.count
            bytes = queue.bytes
            since = queue.oldest
            oldest = queue.oldest.map { ChinaTime.text($0) }
        }
    }

    public struct Counts: Encodable, Sendable {
        public var dossiers = 0
        public var byState: [String: Int] = [:]
        /// Of those enrolled, how many stand where on the roll; at school are those under `present` alone (M-DEATH).
        public var byStatus: [String: Int] = [:]
        public var problems = 0
        public var L = 0
        public var G = 0
        public var J = 0

        mutating func add(_ other: Counts) {
            dossiers += other.dossiers
            byState.merge(other.byState) { $0 + $1 }
            byStatus.merge(other.byStatus) { $0 + $1 }
            problems += other.problems
            L += other.L
            G += other.G
            J += other.J
        }
    }

    public struct Alarm: Encodable, Sendable { let code, since, text: String }

    /// The queue of the duplicate check (Q54): how much waits, and since when.
    public struct Queue: Encodable, Sendable {
        let office: String
        let waiting: Int
        @OrNull var oldest: String?
    }

    let unit, name, tier, version, incarnation: String
    let parent: Link
    let children: [Link]
    let counts: Counts
    let digest: String
    let quarantine: Int
    let parked: Int
    let unapplied: Int
    let queues: [Queue]
    let hosted: [String]
    let alarms: [Alarm]

    /// - Parameters:
    ///   - subtree: counts and digest of this unit's subtree.
    ///   - links: what the running node knows about its links; empty for a stopped one.
    ///   - hasDigest: false leaves it empty: it reads every record of the subtree.
    public static func report(
        subtree: UnitCode, version: String, parent: Link, children: [Link], hasDigest: Bool = true, _ reading: Reading
    ) throws -> StatusReport {
        let db = reading.database
        guard let own = try reading.ownUnit() else {
            throw Refusal("node.empty", "数据文件夹里还没有节点。", remedy: "请先运行 init 或 join。", kind: .usage)
        }
        let incarnation = try Data.fetchOne(db, sql: "SELECT incarnation FROM secret WHERE unit = ?", arguments: [own.text])
        return StatusReport(
            unit: subtree.text, name: try reading.directory.unit(subtree)?.name ?? reading.nodeText("name") ?? "",
            tier: try reading.directory.tier(of: subtree)?.rawValue ?? reading.nodeText("tier") ?? "", version: version,
            incarnation: incarnation.flatMap { Incarnation($0) }?.hex ?? "", parent: parent, children: children,
            counts: try counts(of: subtree, own: own, reading), digest: hasDigest ? try RegistryDigest.digest(of: subtree, reading) : "",
            quarantine: try Int.fetchOne(db, sql: "SELECT count(*) FROM quarantine") ?? 0,
            parked: try Int.fetchOne(db, sql: "SELECT count(*) FROM parked") ?? 0,
            unapplied: try Int.fetchOne(db, sql: "SELECT count(*) FROM unapplied") ?? 0,
            queues: try queues(subtree, reading),
            hosted: try reading.hostedUnits().map(\.text),
            alarms: try Row.fetchAll(db, sql: "SELECT code, since, text FROM alarm ORDER BY since, code").map {
                Alarm(code: $0["code"], since: ChinaTime.text($0["since"]), text: $0["text"])
            })
    }

    /// What waits here; at a school, what of it waits for a verdict from above.
    private static func queues(_ unit: UnitCode, _ reading: Reading) throws -> [Queue] {
        let db = reading.database
        // One queue for people, whether a province has its pupils judged at once or not.
        let own = try Row.fetchAll(
            db, sql: """
                SELECT CASE office WHEN 'duplicates.queued' THEN 'duplicates' ELSE office END AS name, count(*) AS n, min(at) AS oldest
                FROM errand GROUP BY name
                """)
        let asked = try Row.fetchAll(
            db, sql: """
                SELECT 'duplicates' AS name, count(*) AS n, min(entered_at) AS oldest FROM dossier
                WHERE home = ? AND state = ? HAVING n > 0
                """, arguments: [unit.text, RegistrationState.unchecked.rawValue])
        return (own + (own.contains { $0["name"] == "duplicates" } ? [] : asked)).map {
            Queue(office: $0["name"], waiting: $0["n"], oldest: ($0["oldest"] as Int64?).map { ChinaTime.text($0) })
        }
    }

    static func counts(of subtree: UnitCode, own: UnitCode, _ reading: Reading) throws -> Counts {
        try homes(reading).reduce(into: Counts()) { sum, home in
            if reading.directory.contains(subtree, home.key) { sum.add(home.value) }
        }
    }

    /// Counts of every school that this node holds pupils of.
    static func homes(_ reading: Reading) throws -> [UnitCode: Counts] {
        var homes: [UnitCode: Counts] = [:]
        let rows = try Row.fetchCursor(reading.database, sql: """
            SELECT home, state, status, problems <> '' AS problem, letter, n FROM dossier_count
            """)
        while let row = try rows.next() {
            var counts = Counts()
            let n: Int = row["n"]
            let state: String = row["state"]
            counts.byState[state] = n
            if state == RegistrationState.enrolled.rawValue { counts.byStatus[row["status"]] = n }
            if state != RegistrationState.deleted.rawValue { counts.dossiers = n }
            if row["problem"] { counts.problems = n }
            switch row["letter"] as String {
            case "L": counts.L = n
            case "G": counts.G = n
            case "J": counts.J = n
            default: break
            }
            homes[UnitCode(row["home"]), default: Counts()].add(counts)
        }
        return homes
    }
}
