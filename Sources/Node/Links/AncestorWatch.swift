import Features
import GRDB
import Logging
import Protocol
import Replication
import Rules
import ServiceLifecycle
import Store
import Trust

/// Asks an authority further above whether the parent's key was revoked: a stolen machine would not say so. From then on the link to the
/// parent rests, until those above have enrolled another key for it and its new machine is found, or an operator has looked.
struct AncestorWatch: Service {
    /// Code of the alarm; the link rests while it stands.
    static let alarm = "parent.revoked"
    /// Code of the alarm that tells of another address.
    static let elsewhere = "parent.moved"
    /// Seconds between two questions, and while the link rests for it or no address is known yet; between two looks at what is known here,
    /// for an answer is applied a while after it has come, and a stick brings as much.
    struct Pace: Sendable {
        var usual = 3600.0
        var resting = 60.0
        var look = 15.0
    }
    /// Answers taken in at a time.
    private static let rounds = 50
    /// Key of the node's value with the key that the alarm was raised for: an operator who has acknowledged it is not told again.
    private static let told = "parentRevoked"

    let archive: Archive
    let workers: Workers
    let trust: NodeTrust
    let inbox: StoreInbox
    let proxy: String?
    let pace: Pace
    /// Calls the parent at another address from now on.
    let redirect: @Sendable (PeerAddress) -> Void
    /// Rung for the link, when it may rest or go on.
    let news: Bell
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger

    /// An authority above the parent, and where its node is reached.
    private struct Ancestor: Sendable {
        let unit: UnitCode
        let address: PeerAddress
        let name: String
    }

    func run() async throws {
        var nextQuestion = 0.0
        await Rounds(end: end, ending: ending).run {
            do {
                let isDue = SystemSurroundings.monotonicSeconds() >= nextQuestion
                let known = isDue ? try await workers.run { try ancestors() } : []
                await ask(known)
                let isResting = try await workers.run { try judge() }
                // Not all children of a parent at once.
                let rest = (isResting || known.isEmpty ? pace.resting : pace.usual) * (1 + SystemSurroundings.chance() / 4)
                let next = SystemSurroundings.monotonicSeconds() + rest
                nextQuestion = isDue ? next : isResting ? min(nextQuestion, next) : nextQuestion
            } catch {
                log.error("ancestors not asked", metadata: ["error": "\(error)"])
            }
            return min(pace.look, pace.usual)
        }
    }

    /// Whether the link to the parent rests.
    static func holdsLink(_ archive: Archive) -> Bool {
        (try? archive.read { reading in
            try Bool.fetchOne(reading.database, sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE code = ?)", arguments: [alarm])
        }) == true
    }

    // MARK: Asking

    /// Nearest first; the parent itself is not among them.
    private func ancestors() throws -> [Ancestor] {
        try archive.read { reading in
            guard let own = try reading.ownUnit() else { return [] }
            let path = reading.directory.path(of: own)
            return try path.dropFirst(2).compactMap { unit in
                guard let text = try reading.nodeAddress(of: unit), let address = try? PeerAddress(text),
                      let name = TreeName(path: reading.directory.path(of: unit).reversed()) else { return nil }
                return Ancestor(unit: unit, address: address, name: name.text)
            }
        }
    }

    /// The nearest that answers suffices: what was said above it has come down to it.
    private func ask(_ ancestors: [Ancestor]) async {
        for ancestor in ancestors {
            do {
                let caller = try HTTPCaller(HTTPSettings(
                    proxy: proxy, tls: trust.tls(showing: trust.node), noProxy: CertifiedSender.noProxy(ancestor.address)))
                let call = AboveCall(sender: Named(caller: caller, address: ancestor.address, name: ancestor.name))
                for _ in 0..<Self.rounds {
                    let request = try await workers.run { try question() }
                    let reply = try await call.ask(request, at: ancestor.address)
                    let isNew = try await workers.run { try inbox.accept(reply.envelopes, from: .parent).contains { $0.0 == .stored } }
                    guard isNew else { return }
                }
                return
            } catch {
                log.debug("ancestor not reached", metadata: ["unit": "\(ancestor.unit)", "error": "\(error)"])
            }
        }
    }

    /// What is here of what those above say to many.
    private func question() throws -> AboveRequest {
        try archive.read { reading in
            let own = try reading.ownUnit() ?? ""
            let above = Set(reading.directory.path(of: own).dropFirst())
            let heads = try Journal.heads(in: reading.database).filter { above.contains($0.stream.unit) }
            return AboveRequest(unit: own, heads: heads)
        }
    }

    // MARK: What follows

    /// Returns whether the link rests.
    private func judge() throws -> Bool {
        let standing = try archive.read { try ParentStanding($0, now: archive.surroundings.now()) }
        let stood = Self.holdsLink(archive)
        switch standing {
        case .sound:
            guard stood else { return false }
            try archive.write { try $0.clearAlarms(Self.alarm) }
            log.notice("the parent has a key that counts")
        case .elsewhere(let address, let parent):
            try archive.write { transaction in
                try transaction.callParent(at: address)
                try transaction.clearAlarms(Self.alarm)
                try transaction.raiseAlarm(
                    Self.elsewhere, subject: address.base,
                    "上级 \(parent) 的旧机器已吊销，本节点已改连它的新机器 \(address)。核对无误后运行 alarm acknowledge \(Self.elsewhere)。")
            }
            log.notice("the parent's new machine", metadata: ["parent": "\(parent)", "address": "\(address)"])
            redirect(address)
        case .resting(let key, let parent, let text):
            guard try archive.read({ try $0.nodeValue(Self.told) }) != key.id else { return stood }
            try archive.write { transaction in
                try transaction.setNodeValue(Self.told, key.id)
                try transaction.clearAlarms(Self.alarm)
                try transaction.raiseAlarm(Self.alarm, subject: parent.text, text)
            }
            log.warning("the parent's key was revoked", metadata: ["parent": "\(parent)"])
        }
        news.ring()
        if case .resting = standing { return true }
        return false
    }
}
