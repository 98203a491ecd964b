/// How a verb ended, as programs read it.
enum ExitStatus: Int32, Sendable {
    case done = 0
    /// Refused, or error findings.
    case refused = 1
    case usage = 2
    case unreachable = 3
    case notPermitted = 4
    case storage = 5
    case timedOut = 6
}
