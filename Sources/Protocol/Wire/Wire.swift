import SwiftProtobuf

enum Wire {
    /// Serialization of our messages cannot fail: no required fields, no `Any`, below 2 GiB by the envelope's limits.
    static func bytes(_ message: some Message) -> [UInt8] {
        do { return try message.serializedBytes() } catch { preconditionFailure("protobuf: \(error)") }
    }
}
