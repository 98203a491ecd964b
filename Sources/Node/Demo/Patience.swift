/// Waits for something that comes about elsewhere, as long as there is progress.
struct Patience: Sendable {
    /// What one look finds.
    enum Look<Value: Sendable>: Sendable {
        case there(Value)
        /// How far it is; as long as this text changes, there is progress.
        case notYet(String)
    }

    /// Seconds without any progress after which it gives up.
    var standstill = 180.0
    /// Seconds between two looks.
    var pause = 0.2

    /// - Throws: `DemoFailure` `demo.standstill` (exit 6), or what `look` throws.
    func wait<Value: Sendable>(for what: String, _ look: () async throws -> Look<Value>) async throws -> Value {
        var last = ""
        var since = SystemSurroundings.monotonicSeconds()
        while true {
            switch try await look() {
            case .there(let value): return value
            case .notYet(let text):
                let now = SystemSurroundings.monotonicSeconds()
                if text != last { (last, since) = (text, now) }
                guard now - since < standstill else {
                    throw DemoFailure(
                        "demo.standstill", "等待“\(what)”时 \(Int(standstill)) 秒没有进展：\(text)", remedy: "请查看各节点文件夹中的 serve.log。",
                        .timedOut)
                }
            }
            try await SystemSurroundings.sleep(pause)
        }
    }
}
