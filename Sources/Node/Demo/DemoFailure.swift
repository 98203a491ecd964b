import Features

/// Why a demo cannot go on, in Chinese, with the end of the log of the node that failed.
struct DemoFailure: Error, Sendable, Hashable {
    /// Stable, for programs.
    let code: String
    let message: String
    let remedy: String
    let status: ExitStatus
    /// Last lines of the failing node's log; empty where no node is to blame.
    let log: String

    init(_ code: String, _ message: String, remedy: String, _ status: ExitStatus = .refused, log: String = "") {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status = status
        self.log = log
    }

    init(_ error: PopulationError) {
        self.init(error.code, error.message, remedy: error.remedy, .usage)
    }

    /// As a verb prints it.
    var verbFailure: VerbFailure { VerbFailure(Refusal(code, message, remedy: remedy), status) }
}
