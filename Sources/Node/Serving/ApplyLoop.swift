import Features
import Logging
import Replication
import ServiceLifecycle
import Store

/// Second stage of what arrives: applies stored envelopes and lets the offices work, then tells the links.
struct ApplyLoop: Service {
    /// Seconds after which it looks even when nobody woke it: deferred errands.
    static let rest = 3.0
    /// Seconds before it tries again after an error.
    static let pause = 5.0

    let archive: Archive
    let workers: Workers
    let turn: BulkTurn
    /// Something was stored here: by a neighbour, or by somebody at work.
    let stored: Bell
    /// There is something new to send.
    let news: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        var newest: (position: Int64, change: Int64) = (-1, -1)
        while !ending.isEnding {
            let seen = stored.rings
            var rest = Self.rest
            do {
                var hasMore = true
                while hasMore, !ending.isEnding {
                    hasMore = try await workers.run { try self.pass() }
                    let now = try await workers.run { [archive] in
                        try archive.read { (try Journal.position(in: $0.database), try ReachTable.newest(in: $0.database)) }
                    }
                    // What was applied here is news below.
                    if now != newest {
                        newest = now
                        news.ring()
                    }
                }
            } catch {
                log.error("applying failed", metadata: ["error": "\(error)"])
                rest = Self.pause
            }
            await stored.wait(since: seen, seconds: rest)
        }
        // Services end in order: this one's turn comes after those that may still write.
        try? await gracefulShutdown()
    }

    /// - Returns: whether there is more.
    private func pass() throws -> Bool {
        try turn.take {
            try archive.write { transaction in
                try IncarnationNotice.post(in: transaction)
                try transaction.handSalvageOver()
                try UnitMoves.follow(in: transaction)
                try UnitMergers.follow(in: transaction)
                return try transaction.applyStored().hasMore
            }
        }
    }
}
