import Features
import Logging
import Replication
import Rules
import ServiceLifecycle
import Store

/// The centre's two promises about numbers: the boot fence is shown while it is up, and a number that a child has stored
/// becomes official. With the fence open its store is known to be the newest, so that it may hand over, move and merge. At other nodes there is nothing to do.
struct CentreDuties: Service {
    static let alarm = "fence"
    /// Seconds between two looks while something waits.
    static let pace = 0.3

    let archive: Archive
    let fence: BootFence
    let endpoint: ParentEndpoint
    let workers: Workers
    /// Rung when something new may wait, and at the end.
    let news: Bell
    /// Rung when a number became official, so that the links tell it.
    let stored: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        guard try archive.read({ try $0.ownUnit() }) == .centre else {
            while !ending.isEnding { await news.wait(since: news.rings, seconds: 60) }
            try? await gracefulShutdown()
            return
        }
        var shown: [UnitCode] = []
        while !ending.isEnding {
            var isWaiting = true
            do {
                let missing = try await missing()
                if missing != shown {
                    try await show(missing)
                    shown = missing
                    if missing.isEmpty { stored.ring() }
                }
                if missing.isEmpty, !archive.proof.isProven { try await workers.run { [archive] in try Freshness.confirm(archive) } }
                isWaiting = try await release() || !missing.isEmpty
            } catch {
                log.error("centre duties failed", metadata: ["error": "\(error)"])
            }
            await news.wait(since: news.rings, seconds: isWaiting ? Self.pace : 5)
        }
        try? await gracefulShutdown()
    }

    /// Whom the fence waits for, without those who can show nothing.
    private func missing() async throws -> [UnitCode] {
        let waiting = fence.waitingFor
        guard !waiting.isEmpty else { return [] }
        fence.excuse(try await workers.run { [archive] in try BootFence.revoked(waiting, archive) })
        return fence.waitingFor
    }

    private func show(_ missing: [UnitCode]) async throws {
        let names = missing.map(\.text).joined(separator: "、")
        try await workers.run { [archive] in
            try archive.write { transaction in
                try transaction.clearAlarm(Self.alarm, subject: "centre")
                guard !missing.isEmpty else { return }
                try transaction.raiseAlarm(
                    Self.alarm, subject: "centre", "启动保护：正在等待下级节点 \(names) 出示所存的中央数据，在此之前不下结论、不发号。")
            }
        }
    }

    /// Returns whether numbers are still waiting for a copy.
    private func release() async throws -> Bool {
        try await workers.run { [archive, endpoint] in
            let waiting = try archive.read { try ReleaseGate.waiting($0) }
            let stored = waiting.filter { endpoint.copies(of: $0.stream, sequence: $0.sequence) >= 1 }
            if !stored.isEmpty {
                try archive.write { transaction in
                    for number in stored { try ReleaseGate.release(number.dossier, in: transaction) }
                }
            }
            return stored.count < waiting.count
        }
    }
}
