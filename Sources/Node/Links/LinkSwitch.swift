import Features
import Logging
import Replication
import Rules
import Store
import Synchronization

/// Which links are paused now, in memory for those who ask at every call; the store keeps it over a restart.
final class LinkSwitch: Sendable {
    private struct State {
        var paused: PausedLinks
        var endpoint: ParentEndpoint?
        var runner: LinkRunner?
    }

    private let state: Mutex<State>
    /// Rung when something was paused or resumed: whoever waits for news looks again.
    private let news: Bell
    private let children: ChildBells

    private let archive: Archive

    init(_ archive: Archive, news: Bell, children: ChildBells) throws {
        self.archive = archive
        state = Mutex(State(paused: try archive.read { try PausedLinks($0) }))
        self.news = news
        self.children = children
    }

    func attach(endpoint: ParentEndpoint, runner: LinkRunner?) {
        state.withLock {
            $0.endpoint = endpoint
            $0.runner = runner
        }
    }

    var paused: PausedLinks { state.withLock { $0.paused } }

    var controls: LinkOperations.Controls {
        LinkOperations.Controls(
            changed: { self.turn($0) }, resync: { self.resync() }, redirect: { try self.redirect(to: $0) })
    }

    private func turn(_ paused: PausedLinks) {
        let endpoint = state.withLock { state in
            state.paused = paused
            return state.endpoint
        }
        // A session that is open ends at once; its next hello is refused.
        for child in endpoint?.children ?? [] where paused.isPaused(child.unit) { endpoint?.close(child.unit) }
        news.ring()
        children.ringAll()
    }

    private func redirect(to text: String) throws -> String {
        let address: PeerAddress
        do throws(LinkFailure) { address = try PeerAddress(text) } catch {
            throw Refusal("link.address", error.message, remedy: error.remedy, kind: .usage)
        }
        try archive.write { try $0.callParent(at: address) }
        state.withLock { $0.runner }?.redirect(to: address)
        return address.base
    }

    /// The parent's machine is another one now, and elsewhere.
    func call(_ address: PeerAddress) { state.withLock { $0.runner }?.redirect(to: address) }

    /// The parent says that our unit is another's now.
    func follow(_ parent: UnitCode, at address: String, _ log: Logger) {
        guard let runner = state.withLock({ $0.runner }) else { return }
        do {
            try MoveWatch.follow(parent, at: address, archive, runner, log)
        } catch {
            log.error("new parent not taken", metadata: ["error": "\(error)"])
        }
    }

    /// The parent to which our unit was sent knows nothing of it.
    func turnBack(_ log: Logger) {
        guard let runner = state.withLock({ $0.runner }) else { return }
        do {
            try MoveWatch.turnBack(archive, runner, log)
        } catch {
            log.error("former parent not taken", metadata: ["error": "\(error)"])
        }
    }

    /// Held streams are tried again as well. False without a link upwards.
    func resync() -> Bool {
        guard let runner = state.withLock({ $0.runner }) else { return false }
        runner.retryNow()
        return true
    }
}
