import Features
import Logging
import Replication
import ServiceLifecycle
import Store

/// Brings blobs' files and rows together when the node starts, and some times a day.
struct BlobSweepLoop: Service {
    /// Seconds between two sweeps.
    static let rest = 6 * 3600.0

    let archive: Archive
    let workers: Workers
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        await Rounds(end: end, ending: ending).run {
            await sweep()
            return Self.rest
        }
    }

    private func sweep() async {
        do {
            let report = try await workers.run { [archive] in try BlobSweep(archive).perform() }
            if report != BlobSweep.Report() {
                log.notice("blobs swept", metadata: [
                    "removed": "\(report.removed)", "found": "\(report.found)", "lost": "\(report.lost)", "expired": "\(report.expired)",
                ])
            }
        } catch {
            log.error("blob sweep failed", metadata: ["error": "\(error)"])
        }
    }
}
