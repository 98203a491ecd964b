import Features
import Glibc
import Logging
import Replication
import ServiceLifecycle
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
                    if try await !perform(job) { rest = 10 }
                }
            } catch {
                log.error("import jobs not read", metadata: ["error": "\(error)"])
                rest = 10
            }
            await waiting.wait(since: seen, seconds: rest)
        }
        try? await gracefulShutdown()
    }

    /// A job that fails keeps its file and is tried again later; the others go on.
    private func perform(_ job: ImportShelf.Job) async throws -> Bool {
        do {
            _ = try await workers.run { [archive] in try ImportRun.perform(job, archive: archive) }
            unlink(job.path)
            stored.ring()
            return true
        } catch {
            log.error("import failed", metadata: ["job": "\(job.id)", "error": "\(error)"])
            return false
        }
    }
}
