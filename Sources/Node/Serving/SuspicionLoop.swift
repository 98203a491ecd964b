import Features
import Logging
import Replication
import ServiceLifecycle
import Store

/// Searches for suspicions in the background, one portion after another, and rests four times as long as it has worked: a fifth of one
/// processor at most.
struct SuspicionLoop: Service {
    /// Seconds between two looks where there is nothing to do, and before it tries again after an error.
    static let pause = 5.0
    /// How much longer it rests than it has worked, and seconds of one rest at most.
    static let idleness = 4.0
    static let longestRest = 120.0

    let archive: Archive
    let workers: Workers
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        await Rounds(end: end, ending: ending).run {
            var rest = Self.pause
            do {
                let begun = SystemSurroundings.monotonicSeconds()
                let step = try await workers.run { [archive] in try SuspicionRun(archive).step() }
                if step != .idle {
                    rest = min((SystemSurroundings.monotonicSeconds() - begun) * Self.idleness, Self.longestRest)
                }
                if step == .finished { log.info("search for suspicions finished") }
            } catch {
                log.error("search for suspicions failed", metadata: ["error": "\(error)"])
            }
            return rest
        }
    }
}
