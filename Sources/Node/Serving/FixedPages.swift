import Features
import GRDB
import Protocol
import Store

/// Answers that are neither operations nor pages: health, metrics, the API's description.
struct FixedPages: Sendable {
    let archive: Archive
    let meter: RequestMeter
    let openAPI: [UInt8]
    /// What the node wants to show as Prometheus gauges.
    let gauges: @Sendable () -> [Gauge]

    init(
        archive: Archive, meter: RequestMeter, operations: [Operation],
        gauges: @escaping @Sendable () -> [Gauge]
    ) throws {
        self.archive = archive
        self.meter = meter
        self.gauges = gauges
        openAPI = try JSONBody.encode(
            OpenAPIDocument(operations, version: ProgramVersion.text, openToAll: AccountOperations.openToAll).root)
    }

    /// Nil when there is no such page.
    func page(_ path: String) throws -> Answer? {
        switch path {
        case "/healthz": return Answer(status: 200, body: .bytes(Array(#"{"healthy":true}"#.utf8)))
        case "/readyz":
            let unit = try archive.read { try $0.ownUnit() }
            return Answer(
                status: unit == nil ? 503 : 200, body: .bytes(Array(#"{"ready":\#(unit != nil)}"#.utf8)))
        case "/metrics":
            let text = meter.text(gauges: gauges() + (try counts()) + machine())
            return Answer(status: 200, mediaType: "text/plain; version=0.0.4", body: .bytes(Array(text.utf8)))
        case "/api/v1/openapi.json": return Answer(status: 200, body: .bytes(openAPI))
        default: return nil
        }
    }

    /// Disk and backups.
    private func machine() -> [Gauge] {
        let newest = BackupShelf(node: archive.folder).files().first?.takenAt
        return [
            Gauge("xueji_store_bytes", "Size of the store.", Double(NodeWatch.size(of: archive.folder + "/xueji.sqlite"))),
            Gauge(
                "xueji_disk_free_bytes", "What may still be written where the folder lies.",
                NodeWatch.free(archive.folder).map { [Gauge.Sample(value: Double($0))] } ?? []),
            Gauge(
                "xueji_backup_age_seconds", "Age of the newest copy in `backups`.",
                newest.map { [Gauge.Sample(value: Double(max(0, archive.surroundings.now() - $0)))] } ?? []),
        ]
    }

    private func counts() throws -> [Gauge] {
        try archive.read { reading in
            let db = reading.database
            func count(_ table: String) throws -> Double { Double(try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0) }
            func by(_ label: String, _ sql: String) throws -> [Gauge.Sample] {
                try Row.fetchAll(db, sql: sql).map { Gauge.Sample(labels: [label: $0["name"]], value: Double($0["n"] as Int)) }
            }
            return [
                Gauge("xueji_build_info", "Version of the program.", [.init(labels: ["version": ProgramVersion.text], value: 1)]),
                Gauge("xueji_journal_position", "Newest position of the journal.", Double(try Journal.position(in: db))),
                Gauge("xueji_unapplied_envelopes", "Stored envelopes that are not applied yet.", try count("unapplied")),
                Gauge("xueji_parked_entries", "Entries that wait for something they cite.", try count("parked")),
                Gauge("xueji_quarantine_entries", "Entries on which a handler failed.", try count("quarantine")),
                Gauge("xueji_salvage_envelopes", "Envelopes of forks that are kept apart.", try count("salvage")),
                Gauge("xueji_alarms", "Alarms by code.", try by("code", "SELECT code AS name, count(*) AS n FROM alarm GROUP BY code")),
                Gauge(
                    "xueji_queue_waiting", "What waits for an office of this node.",
                    try by("office", "SELECT office AS name, count(*) AS n FROM errand GROUP BY office")),
            ]
        }
    }
}
