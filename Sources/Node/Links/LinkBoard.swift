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
    private static let paused = "stopped:已由操作员暂停,用 resume 恢复"

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

    var gauges: [(name: String, value: Double)] {
        let links = links
        return [
            ("xueji_parent_connected", links.parent.state.hasPrefix("connected") ? 1 : 0),
            ("xueji_parent_lag_entries", Double(links.parent.lagEntries)),
            ("xueji_parent_lag_bytes", Double(links.parent.lagBytes)),
            ("xueji_parent_blobs_waiting", Double(links.parent.blobs.waiting)),
            ("xueji_parent_blob_bytes_waiting", Double(links.parent.blobs.bytes)),
            ("xueji_parent_blobs_oldest_seconds", age(links.parent.blobs)),
            ("xueji_children_blobs_waiting", Double(links.children.reduce(0) { $0 + $1.blobs.waiting })),
            ("xueji_children_blob_bytes_waiting", Double(links.children.reduce(0) { $0 + $1.blobs.bytes })),
            ("xueji_children_blobs_oldest_seconds", links.children.map { age($0.blobs) }.max() ?? 0),
            ("xueji_children", Double(links.children.count)),
            ("xueji_children_connected", Double(links.children.count { $0.state.hasPrefix("connected") })),
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
        case .idle, .connecting: "connecting"
        case .mending: "connecting:" + state.condition.label
        case .connected: "connected"
        case .backingOff: "away:" + state.condition.label
        case .stopped: "stopped:" + state.condition.label
        }
        let now = ends.archive.surroundings.now()
        let lag = state.backlog?.envelopes ?? 0
        return StatusReport.Link(
            unit: state.parentUnit?.text, state: word, lastContact: state.lastContact.map(ChinaTime.text), lagEntries: lag,
            lagBytes: state.backlog?.bytes ?? 0,
            lagSeconds: lag == 0 ? 0 : Int(max(0, now - (state.lastContact ?? now))),
            blobs: StatusReport.Blobs(ends.blobs?.queue ?? BlobQueue()), certificateDays: ends.trust?.node?.daysLeft(at: now))
    }

    /// Children with nodes of their own, also those that have not called this process yet.
    private func children(_ ends: Ends) throws -> [StatusReport.Link] {
        let records = Dictionary(ends.endpoint.children.map { ($0.unit, $0) }, uniquingKeysWith: { first, _ in first })
        let now = ends.archive.surroundings.now()
        let nodes = try ends.archive.read { reading in
            let own = try reading.ownUnit() ?? .centre
            return try reading.directory.children(of: own).filter {
                try reading.directory.activeKey(of: $0.code)?.node == $0.code
            }
        }
        return try nodes.map { unit in
            let record = records[unit.code]
            let isHere = record.map { $0.isConnected && now - $0.lastContact <= Self.patience } ?? false
            let lag = try ends.outbox.backlog(after: record?.pulledUpTo ?? 0, .down(unit.code))
            return StatusReport.Link(
                unit: unit.code.text, name: unit.name, state: ends.links?.paused.isPaused(unit.code) == true ? Self.paused : isHere ? "connected" : "away",
                lastContact: (record?.lastContact).map(ChinaTime.text), lagEntries: lag.envelopes, lagBytes: lag.bytes,
                lagSeconds: lag.envelopes == 0 ? 0 : Int(max(0, now - (record?.lastContact ?? now))),
                blobs: StatusReport.Blobs(try ends.room.wants(from: unit.code, limit: 0).queue),
                certificateDays: try ends.archive.read { try $0.certificateEnd(of: unit.code) }.map { Int(($0 - now) / 86_400) })
        }
    }
}
