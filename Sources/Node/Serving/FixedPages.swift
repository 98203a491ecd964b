import Features
import Protocol
import Rules
import Store

/// Answers that are no operations: health, metrics, the API's description, the front page.
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
        case "/": return Answer(status: 200, mediaType: "text/html", body: .bytes(Array(try front().utf8)))
        default: return nil
        }
    }

    private func counts() throws -> [(name: String, value: Double)] {
        try archive.read { reading in
            [("xueji_journal_position", Double(try Journal.position(in: reading.database)))]
        }
    }

    private func front() throws -> String {
        let unit = try archive.read { reading in try reading.ownUnit().map { ($0, reading.directory.unit($0)) } }
        let name = Self.escape(unit?.1?.name ?? unit?.0.text ?? "未初始化")
        let tier = unit?.1?.tier.label ?? "等待上级同步"
        return """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>学籍 · \(name)</title>
            <style>body{font-family:sans-serif;max-width:40em;margin:4em auto;line-height:1.7;color:#222}</style></head>
            <body><h1>\(name)</h1><p>层级:\(tier)<br>单位代码:\(Self.escape(unit?.0.text ?? "–"))<br>程序版本:\(ProgramVersion.text)</p>
            <p>业务接口:<a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p></body></html>
            """
    }

    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
