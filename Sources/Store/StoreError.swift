/// What the operator of a node must act on.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case newerSchema, locked, cannotOpen, damaged, diskFull, readOnly, notInitialised, noKey, notAllowed
        /// Recovery: not before the old streams are back; the folder is not empty; the file is no backup of a node.
        case recovering, notEmpty, notABackup
    }

    public let code: Code
    /// Chinese: what is wrong.
    public let message: String
    /// Chinese: what to do.
    public let remedy: String
    /// English, for the log.
    public let cause: String

    public init(_ code: Code, message: String, remedy: String, cause: String = "") {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.cause = cause
    }

    public var description: String { "\(code.rawValue): \(message) \(remedy) \(cause)" }
}
