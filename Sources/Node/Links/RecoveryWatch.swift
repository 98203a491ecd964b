import Logging
import Replication
import Rules
import ServiceLifecycle
import Store

/// Ends the refilling of a lost disk, and a recovery: at the centre when every child has shown its copies, elsewhere when heads have been compared with the
/// parent to the end and what was longer there is here and applied.
struct RecoveryWatch: Service {
    /// Seconds between two looks while a unit recovers.
    static let pace = 0.5

    let archive: Archive
    let workers: Workers
    /// Nil at the centre.
    let runner: LinkRunner?
    let fence: BootFence
    /// What those below have shown.
    let endpoint: ParentEndpoint
    /// Rung when something was stored, and at the end.
    let stored: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        while !ending.isEnding {
            let seen = stored.rings
            var isRecovering = false
            do {
                isRecovering = try await workers.run {
                    let isRefilling = try refill()
                    return try look() || isRefilling
                }
            } catch {
                log.error("recovery watch failed", metadata: ["error": "\(error)"])
            }
            // A unit begins to recover when the link says so: seen at the next ring or look.
            await stored.wait(since: seen, seconds: isRecovering ? Self.pace : 5)
        }
        try? await gracefulShutdown()
    }

    /// Returns whether a unit is still recovering.
    private func look() throws -> Bool {
        guard try !archive.read({ try $0.recoveringUnits() }).isEmpty else { return false }
        guard let held = streamsAreBack() else { return true }
        let ended = try archive.write { try $0.endRecovery(except: held) }
        if !ended.isEmpty {
            log.notice("recovered", metadata: ["units": "\(ended.map(\.text).joined(separator: " "))"])
            stored.ring()
        }
        return try !archive.read { try $0.recoveringUnits() }.isEmpty
    }

    /// Returns whether somebody below has still to show what it holds: once all have, the parent is shown heads that prove something.
    private func refill() throws -> Bool {
        guard try archive.read({ try $0.isRefilling() }) else { return false }
        // Who stands below is known when the directory is back.
        guard streamsAreBack() != nil, try BootFence.children(archive).allSatisfy(endpoint.hasWhole) else { return true }
        try archive.write { try $0.endRefill() }
        log.notice("refilled")
        runner?.compareHeads()
        return false
    }

    /// Nil while heads are not compared to the end; else the units of which a stream still stands still.
    private func streamsAreBack() -> Set<UnitCode>? {
        guard let runner else { return fence.isOpen ? [] : nil }
        let state = runner.state()
        guard state.condition == .connected, state.backlog != nil else { return nil }
        return Set(state.held.keys.map(\.unit))
    }
}
