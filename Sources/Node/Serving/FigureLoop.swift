import Features
import Logging
import Replication
import ServiceLifecycle
import Store

/// Notes the node's figures every ten minutes.
struct FigureLoop: Service {
    /// Seconds between two notes.
    static let rest = 600.0

    let archive: Archive
    let workers: Workers
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        await Rounds(end: end, ending: ending).run {
            do {
                try await workers.run { [archive] in try archive.write { try FigureShelf.take(in: $0) } }
            } catch {
                log.error("figures not noted", metadata: ["error": "\(error)"])
            }
            return Self.rest
        }
    }
}
