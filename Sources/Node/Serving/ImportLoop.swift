import Features
import Glibc
import Logging
import Replication
import ServiceLifecycle
import Sheets
import Store

/// Carries out import jobs one after another, also those that a stop or crash left behind (Q50).
struct ImportLoop: Service {
    let archive: Archive
    let workers: Workers
    /// A job was added.
    let waiting: Bell
    /// Told after each job.
    let stored: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        while !ending.isEnding {
            let seen = waiting.rings
            var rest = 60.0
            do {
                let jobs = try await workers.run { [archive] in try archive.read { try ImportShelf.waiting($0) } }
                for job in jobs where !ending.isEnding {
                    try await perform(job)
                }
            } catch {
                log.error("import jobs not read", metadata: ["error": "\(error)"])
                rest = 10
            }
            await waiting.wait(since: seen, seconds: rest)
        }
        try? await gracefulShutdown()
    }

    /// A job that cannot be carried out ends with its reason, which the clerk sees; it is not tried for ever.
    private func perform(_ job: ImportShelf.Job) async throws {
        do {
            _ = try await workers.run { [archive, ending] in
                try ImportRun.perform(job, archive: archive, mustStop: { ending.isEnding })
            }
        } catch is ImportRun.Stopped {
            // Its file stays; the next start goes on with it.
            return
        } catch {
            log.error("import ended early", metadata: ["job": "\(job.id)", "error": "\(error)"])
            let reason = (error as? StoreError)?.message ?? (error as? SheetError)?.message ?? "程序内部错误"
            try await workers.run { [archive] in try archive.write { try ImportShelf.fail(job.id, reason, in: $0) } }
        }
        unlink(job.path)
        stored.ring()
    }
}
