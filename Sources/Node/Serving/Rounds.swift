import Replication
import ServiceLifecycle

/// Work that comes round again and again until the process ends; the end cuts a rest short, never the work.
struct Rounds: Sendable {
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending

    /// - Parameter round: does the work and gives the seconds to rest after it.
    func run(_ round: () async -> Double) async {
        while true {
            let seen = end.rings
            if ending.isEnding { break }
            let rest = await round()
            await end.wait(since: seen, seconds: rest)
        }
        try? await gracefulShutdown()
    }
}
