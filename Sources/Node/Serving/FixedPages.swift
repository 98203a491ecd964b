import Features
import Protocol
import Store

/// Answers that are neither operations nor pages: health, metrics, the API's description.
struct FixedPages: Sendable {
    let archive: Archive
    let meter: RequestMeter
    let openAPI: [UInt8]
    /// What the node wants to show as Prometheus gauges.
    let gauges: @Sendable () -> [(name: String, value: Double)]

    init(
        archive: Archive, meter: RequestMeter, operations: [Operation],
        gauges: @escaping @Sendable () -> [(name: String, value: Double)]
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
            let text = meter.text(gauges: gauges() + (try counts()))
            return Answer(status: 200, mediaType: "text/plain; version=0.0.4", body: .bytes(Array(text.utf8)))
        case "/api/v1/openapi.json": return Answer(status: 200, body: .bytes(openAPI))
        default: return nil
        }
    }

    private func counts() throws -> [(name: String, value: Double)] {
        try archive.read { reading in
            [("xueji_journal_position", Double(try Journal.position(in: reading.database)))]
        }
    }
}
