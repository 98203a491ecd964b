import FoundationEssentials
import Glibc
import Logging

/// One JSON object a line on standard error: `at` (seconds since 1970), `level`, `message`, `source`, and the metadata as
/// they are named. At most 8 KiB a line.
struct JSONLogHandler: LogHandler {
    static let lineLimit = 8 << 10
    private static let valueLimit = 2 << 10

    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64
    private let write: @Sendable (String) -> Void

    init(
        now: @escaping @Sendable () -> Int64, metadataProvider: Logger.MetadataProvider? = nil,
        write: @escaping @Sendable (String) -> Void = Self.standardError
    ) {
        self.now = now
        self.metadataProvider = metadataProvider
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: [String: String] = [:]
        let provided = metadata.merging(metadataProvider?.get() ?? [:], uniquingKeysWith: { $1 })
        for (name, value) in provided.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            fields[name] = String("\(value)".prefix(Self.valueLimit))
        }
        if let error = event.error { fields["error"] = String("\(error)".prefix(Self.valueLimit)) }
        fields["at"] = String(now())
        fields["level"] = event.level.rawValue
        fields["message"] = String(event.message.description.prefix(Self.valueLimit))
        fields["source"] = event.source
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields), data.count <= Self.lineLimit else {
            return write("{\"level\":\"\(event.level.rawValue)\",\"message\":\"a line of more than \(Self.lineLimit) bytes was left out\"}")
        }
        write(String(decoding: data, as: UTF8.self))
    }

    private static func standardError(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
