import HTTPTypes
import Logging
import Protocol

/// Names one request: on every log line that is written while it is in work, in the header of its answer and in problem details.
struct RequestTrace: Sendable, Hashable {
    static let header = HTTPField.Name("X-Request-Id") ?? .from

    /// The request in work; nil in what a node does by itself.
    @TaskLocal static var current: RequestTrace?

    let id: String

    /// - Parameter given: the id that the client or a server before this one has given; taken over when it is sane.
    init(given: String?, surroundings: Surroundings) {
        if let given, Self.isSane(given) {
            id = given
        } else {
            id = surroundings.randomBytes(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// 32 to 64 hexadecimal digits and dashes, as UUIDs and trace ids have: too long for anybody's ID or student number, so that
    /// no log takes one in by this door.
    private static func isSane(_ text: String) -> Bool {
        (32...64).contains(text.utf8.count) && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
                 UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    /// Puts the id beside the message of each line.
    static let metadata = Logger.MetadataProvider { current.map { ["request": "\($0.id)"] } ?? [:] }

    /// One line for a request that has ended. It names the operation and never the address, in which people may type what they like.
    /// - Parameter isCalm: nothing to look at even when it was refused, however many come.
    static func ended(_ operation: String, status: Int, seconds: Double, isCalm: Bool = false, _ log: Logger) {
        let level: Logger.Level = switch status {
        case 500...: isCalm ? .debug : .error
        case 400...: isCalm ? .debug : .info
        default: .debug
        }
        log.log(level: level, "request", metadata: [
            "operation": "\(operation)", "status": "\(status)", "milliseconds": "\(Int((seconds * 1000).rounded()))",
        ])
    }
}
