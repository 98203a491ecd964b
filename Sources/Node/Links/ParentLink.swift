import Features
import FoundationEssentials
import GRDB
import Logging
import Protocol
import Replication
import Rules
import ServiceLifecycle
import Store
import Synchronization

/// The link to the parent as a service of the node: runs until the node ends, is woken by what is stored here.
struct ParentLink: Service {
    let runner: LinkRunner
    private let name: ProcessName
    let archive: Archive
    /// The lane for blobs, in the same session, on a connection of its own.
    let blobs: BlobRunner
    let links: LinkSwitch
    let news: Bell
    let ending: Ending

    /// Nil for a node without a parent: the centre.
    init?(
        archive: Archive, trust: NodeTrust, console: ConsoleTrust?, outbox: StoreOutbox, inbox: StoreInbox, workers: Workers, links: LinkSwitch, news: Bell,
        ending: Ending, room: StoreBlobs, proxy: String?, log: Logger
    ) throws {
        guard let text = try archive.read({ try $0.nodeText(Joining.parentAddress) }), !text.isEmpty else { return nil }
        let address = try PeerAddress(text)
        if address.wasPlain { log.notice("the parent's address is taken as https", metadata: ["address": "\(address)"]) }
        let name = ProcessName(Self.nonce(archive.surroundings))
        // Weak: the switch holds the runner.
        let resync: @Sendable () -> Void = { [weak links] in _ = links?.resync() }
        let follow: @Sendable (UnitCode, String) -> Void = { [weak links] in links?.follow($0, at: $1, log) }
        let turnBack: @Sendable () -> Void = { [weak links] in links?.turnBack(log) }
        let alarms = LinkAlarms(archive: archive, log: log, resync: resync, follow: follow, turnBack: turnBack, rest: { news.ring() })
        let clock = LinkClock(
            now: SystemSurroundings.monotonicSeconds, epoch: archive.surroundings.now, sleep: SystemSurroundings.sleep,
            chance: SystemSurroundings.chance)
        let sender = try CertifiedSender(trust: trust, console: console, archive: archive, address: address, proxy: proxy, log: log)
        runner = LinkRunner(
            address: address, sender: sender, outbox: outbox, inbox: inbox, identity: { try Self.identity(archive, nonce: name.nonce) }, clock: clock,
            plan: Self.plan(for: address),
            offload: { work in
                do {
                    return try await workers.run { work() }
                } catch {
                    // The closure does not throw.
                    return work()
                }
            },
            report: { alarms.note($0) })
        self.name = name
        self.archive = archive
        blobs = BlobRunner(
            sender: sender, room: room, link: runner, clock: clock,
            // A parent on this very machine is asked more often than one across a country.
            pause: address.isLoopback ? 1 : 30,
            tell: { TrailOperations.tell($0, archive) },
            offload: { work in
                do {
                    return try await workers.run { work() }
                } catch {
                    // The closure does not throw.
                    return work()
                }
            })
        self.links = links
        self.news = news
        self.ending = ending
    }

    func run() async throws {
        var wasClone = false
        while !ending.isEnding, !Task.isCancelled {
            let seen = news.rings
            let isClone = isClone()
            if wasClone, !isClone {
                // The parent knows the copy by its nonce: this one stays, and calls as a process of its own.
                name.renew(Self.nonce(archive.surroundings))
                runner.retryNow()
            }
            wasClone = isClone
            if links.paused.isParentPaused || isClone || AncestorWatch.holdsLink(archive) {
                await news.wait(since: seen, seconds: links.paused.isParentPaused ? 60 : 2)
            } else {
                await runUntilPaused()
            }
        }
        try? await gracefulShutdown()
    }

    /// A link that is stopped in the midst of a call finds by heads, when it goes on, what became of it.
    private func runUntilPaused() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await runner.run() }
            group.addTask { await blobs.run() }
            group.addTask {
                while !ending.isEnding, !Task.isCancelled, !links.paused.isParentPaused, !isClone(), !AncestorWatch.holdsLink(archive) {
                    let seen = news.rings
                    runner.wake()
                    await news.wait(since: seen, seconds: 60)
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// A copy of a running node does not call until an operator has said which one stays.
    private func isClone() -> Bool { (try? archive.read { try $0.isClone() }) ?? false }

    static func nonce(_ surroundings: Surroundings) -> BootNonce {
        guard let nonce = BootNonce(surroundings.randomBytes(16)) else {
            preconditionFailure("a source of chance gave too few bytes")
        }
        return nonce
    }

    /// A parent on this very machine is tried again sooner than one across a country.
    private static func plan(for address: PeerAddress) -> LinkPlan {
        guard address.isLoopback else { return LinkPlan() }
        return LinkPlan(backOff: BackOffPlan(quick: [0.2, 0.5, 1, 1, 2], base: 3, longest: 15))
    }

    private static func identity(_ archive: Archive, nonce: BootNonce) throws -> LinkIdentity {
        try archive.read { reading in
            guard let unit = try reading.ownUnit(),
                  let seed = try Data.fetchOne(
                    reading.database, sql: "SELECT seed FROM secret WHERE unit = ?", arguments: [unit.text]),
                  let key = StatementKey(seed: Array(seed)) else {
                throw StoreError(
                    .noKey, message: "本节点没有本单位的有效签名密钥。", remedy: "本单位可能已迁到别的节点；需要时请凭新的邀请码重新入网。")
            }
            return LinkIdentity(
                unit: unit, key: key, version: ProgramVersion.text, nonce: nonce, ownUnits: Set(try reading.hostedUnits()))
        }
    }
}

/// The nonce under which this process calls.
private final class ProcessName: Sendable {
    private let held: Mutex<BootNonce>

    init(_ nonce: BootNonce) { held = Mutex(nonce) }

    var nonce: BootNonce { held.withLock { $0 } }

    func renew(_ nonce: BootNonce) { held.withLock { $0 = nonce } }
}
