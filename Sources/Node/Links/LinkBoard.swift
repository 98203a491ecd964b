import Features
import Protocol
import Replication
import Rules
import Store
import Synchronization

/// What the running process knows about its links, for `status` and `/metrics`.
final class LinkBoard: Sendable {
    /// Seconds without a call after which a child counts as away: longer than a long poll and its pause.
    static let patience: Int64 = 120

    /// State of a link that an operator has stopped.
    private static let paused = "stopped:已由操作员暂停，用 resume 恢复"

    private static let revoked = "stopped:密钥已吊销，凭新的邀请码重新入网"

    private struct Ends {
        var archive: Archive
        var outbox: StoreOutbox
        var endpoint: ParentEndpoint
        var runner: LinkRunner?
        var room: StoreBlobs
        var blobs: BlobRunner?
        var links: LinkSwitch?
        var trust: NodeTrust?
    }

    private let ends = Mutex<Ends?>(nil)

    func attach(
        archive: Archive, outbox: StoreOutbox, endpoint: ParentEndpoint, runner: LinkRunner?, blobs: (room: StoreBlobs, lane: BlobRunner?),
        links: LinkSwitch? = nil, trust: NodeTrust? = nil
    ) {
        ends.withLock {
            $0 = Ends(
                archive: archive, outbox: outbox, endpoint: endpoint, runner: runner, room: blobs.room, blobs: blobs.lane, links: links,
                trust: trust)
        }
    }

    var links: OversightOperations.Links {
        guard let ends = ends.withLock({ $0 }) else { return .none }
        return OversightOperations.Links(parent: parent(ends), children: (try? children(ends)) ?? [])
    }

    private static let parentRevoked = "stopped:上级的密钥已吊销"

    /// Bounded however many children there are: beyond `namedChildren` only sums are told.
    static let namedChildren = 200

    var gauges: [Gauge] {
        let links = links
        return LinkGauges(links).all + [
            Gauge("xueji_parent_blobs_oldest_seconds", "Age of the oldest file that waits for the parent.", age(links.parent.blobs)),
            Gauge(
                "xueji_children_blobs_oldest_seconds", "Age of the oldest file that is awaited of a child.",
                links.children.map { age($0.blobs) }.max() ?? 0),
        ]
    }

    private func age(_ blobs: StatusReport.Blobs) -> Double {
        guard let since = blobs.since, let now = ends.withLock({ $0?.archive.surroundings.now() }) else { return 0 }
        return Double(max(0, now - since))
    }

    private func parent(_ ends: Ends) -> StatusReport.Link {
        guard let state = ends.runner?.state() else { return StatusReport.Link(state: "none") }
        let isPaused = ends.links?.paused.isParentPaused ?? false
        let word = switch state.condition {
        case _ where isPaused: Self.paused
        case _ where AncestorWatch.holdsLink(ends.archive): Self.parentRevoked
        case .idle, .connecting: "connecting"
        case .mending: "connecting:" + state.condition.label
        case .connected: "connected"
        case .backingOff: "away:" + state.condition.label
        case .stopped: "stopped:" + state.condition.label
        }
        let now = ends.archive.surroundings.now()
        let lag = state.backlog?.entries ?? 0
        // Until it has answered at this address.
        let known = try? ends.archive.read { try $0.nodeText("parentUnit") }
        var link = StatusReport.Link(
            unit: state.parentUnit?.text ?? known, state: word, lastContact: state.lastContact.map(ChinaTime.text), lagEntries: lag,
            lagBytes: state.backlog?.bytes ?? 0, lagSeconds: Self.age(state.backlog?.oldest, now))
        link.cause = state.failure?.code.rawValue
        link.remedy = state.failure?.remedy
        link.failingSince = state.failingSince.map(ChinaTime.text)
        link.retryInSeconds = state.retryInSeconds
        link.lastPush = state.lastUp.map(ChinaTime.text)
        link.lastPull = state.lastDown.map(ChinaTime.text)
        link.clockAheadSeconds = state.clockAhead.map { Int($0) }
        link.blobs = StatusReport.Blobs(ends.blobs?.queue ?? BlobQueue())
        link.certificateDays = ends.trust?.node?.daysLeft(at: now)
        return link
    }

    private static func age(_ oldest: Int64?, _ now: Int64) -> Int { oldest.map { Int(max(0, now - $0)) } ?? 0 }

    /// Children with nodes of their own, also those that have not called this process yet: of these is told what was last
    /// noted of them.
    private func children(_ ends: Ends) throws -> [StatusReport.Link] {
        let records = Dictionary(ends.endpoint.children.map { ($0.unit, $0) }, uniquingKeysWith: { first, _ in first })
        let now = ends.archive.surroundings.now()
        let paused = ends.links?.paused
        var links = try ends.archive.read { reading in
            let own = try reading.ownUnit() ?? .centre
            let nodes = try reading.directory.children(of: own).filter {
                try reading.directory.activeKey(of: $0.code)?.node == $0.code
            }
            let noted = try ContactBook.all(reading)
            var pulled: [UnitCode: Int64] = [:]
            for unit in nodes {
                let position = records[unit.code].map(\.pulledUpTo) ?? 0
                pulled[unit.code] = position > 0 ? position : noted[unit.code]?.position
            }
            let backlogs = try ChildBacklogs(pulled, reading).counts
            let quarantined = try ContactBook.quarantined(reading)
            return try nodes.map { unit -> StatusReport.Link in
                let record = records[unit.code]
                let lag = backlogs[unit.code]
                let isHere = record.map { $0.isConnected && now - $0.lastContact <= Self.patience } ?? false
                var link = StatusReport.Link(
                    unit: unit.code.text, name: unit.name,
                    state: try reading.directory.isRevoked(unit.code) ? Self.revoked
                        : paused?.isPaused(unit.code) == true ? Self.paused : isHere ? "connected" : "away",
                    lastContact: (record?.lastContact ?? noted[unit.code]?.at).map(ChinaTime.text), lagEntries: lag?.entries ?? 0,
                    lagBytes: lag?.bytes ?? 0, lagSeconds: Self.age(lag?.oldest, now))
                link.lastPush = record?.lastPush.map(ChinaTime.text)
                link.lastPull = record?.lastPull.map(ChinaTime.text)
                link.version = record?.version ?? noted[unit.code]?.version
                link.quarantine = quarantined[unit.code] ?? 0
                link.refusedCalls = record?.refusedCalls
                link.cloneSightings = record?.cloneSightings
                return link
            }
        }
        for index in links.indices {
            let unit = UnitCode(links[index].unit ?? "")
            links[index].blobs = StatusReport.Blobs(try ends.room.wants(from: unit, limit: 0).queue)
            links[index].certificateDays = try ends.archive.read { try $0.certificateEnd(of: unit) }.map { Int(($0 - now) / 86_400) }
        }
        return links
    }
}
