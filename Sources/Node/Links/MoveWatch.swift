import Features
import Logging
import Protocol
import Replication
import Rules
import ServiceLifecycle
import Store
import Synchronization
import Trust

/// Follows moves in the tree: the sessions of children that are another node's now are ended, and a node whose own unit has
/// moved calls its new parent.
final class MoveWatch: Service {
    /// Seconds between two looks when nothing is stored.
    static let pace = 5.0
    /// Keys of the node's values with the address and the unit of the parent it had before.
    static let formerParent = "formerParent"
    static let formerParentUnit = "formerParentUnit"
    /// Key of the node's value with the version of the newest move that it has followed.
    static let followedMove = "followedMove"

    let archive: Archive
    let workers: Workers
    let endpoint: ParentEndpoint
    let doorkeeper: StoreDoorkeeper
    /// Nil at the centre.
    let runner: LinkRunner?
    /// Rung when something was stored, and at the end.
    let stored: Bell
    let ending: Ending
    let log: Logger
    /// Whether a move was ever known to this process.
    private let hasMoved = Mutex(false)
    /// Of the unit's newest move that was seen here: what a link holds back since then it may send or leave out now.
    private let seenVersion = Mutex(0)
    /// Schools that were moved to below this node, as far as was seen: what they wrote before lies behind what a link has pulled.
    private let arrived = Mutex<[UnitCode: Int]>([:])

    init(
        archive: Archive, workers: Workers, endpoint: ParentEndpoint, doorkeeper: StoreDoorkeeper, runner: LinkRunner?, stored: Bell,
        ending: Ending, log: Logger
    ) {
        self.archive = archive
        self.workers = workers
        self.endpoint = endpoint
        self.doorkeeper = doorkeeper
        self.runner = runner
        self.stored = stored
        self.ending = ending
        self.log = log
    }

    func run() async throws {
        while !ending.isEnding {
            let seen = stored.rings
            do {
                try await workers.run { try self.look() }
            } catch {
                log.error("move watch failed", metadata: ["error": "\(error)"])
            }
            await stored.wait(since: seen, seconds: Self.pace)
        }
        try? await gracefulShutdown()
    }

    private func look() throws {
        guard try hasSeenMoves() else { return }
        for child in endpoint.children where child.isConnected {
            // Paused ones are refused at the door.
            guard let standing = try? doorkeeper.standing(of: child.unit, keyID: []), standing.endsSession else { continue }
            endpoint.close(child.unit)
        }
        guard let runner else { return }
        let (move, below) = try archive.read { reading in
            let own = try reading.ownUnit()
            return (try own.flatMap { try reading.move(of: $0) }, try own.map { try reading.moves(below: $0) } ?? [:])
        }
        if arrived.withLock({ arrived in
            defer { arrived = below }
            return below.contains { $0.value > arrived[$0.key] ?? 0 }
        }) { runner.compareHeads() }
        guard let move else { return }
        if try Self.isPending(move, archive) {
            try Self.follow(move.to, at: move.address, archive, runner, log)
            try archive.write { try $0.setNodeText(Self.followedMove, String(move.version)) }
        }
        let isNew = seenVersion.withLock { seen in
            defer { seen = max(seen, move.version) }
            return move.version > seen
        }
        // The tree has changed under the link: what was held back before is judged anew.
        if isNew { runner.retryNow() }
    }

    /// Whether a move is known here, or was: it goes when the copy of whoever made it gives way.
    private func hasSeenMoves() throws -> Bool {
        if hasMoved.withLock({ $0 }) { return true }
        guard try archive.read({ try $0.hasMoves() }) else { return false }
        hasMoved.withLock { $0 = true }
        return true
    }

    /// Whether a record is to be followed: each once. The parent that it led to may have sent the node on since, by a move that is not here
    /// yet; to go back then would be to go to and fro, and never to be told of it.
    static func isPending(_ move: UnitMove, _ archive: Archive) throws -> Bool {
        let followed = try archive.read { try $0.nodeText(followedMove) }
        return move.version > followed.flatMap { Int($0) } ?? 0
    }

    /// Takes another parent; the same one again changes nothing.
    static func follow(_ parent: UnitCode, at address: String, _ archive: Archive, _ runner: LinkRunner, _ log: Logger) throws {
        guard !address.isEmpty, try archive.read({ try $0.nodeText("parentUnit") }) != parent.text else { return }
        try archive.write { transaction in
            try take(parent, at: try PeerAddress(address), transaction)
            try transaction.raiseAlarm(
                "parent.moved", subject: parent.text, "本单位已划转，本节点已改连新的上级 \(parent)。核对无误后运行 alarm acknowledge parent.moved。")
        }
        log.notice("another parent", metadata: ["parent": "\(parent.text)"])
        runner.redirect(to: try PeerAddress(address))
    }

    /// The parent to which this node was sent goes on saying that the unit is not below it: the one of before may have lost the record of the
    /// move with its disk. Whichever of the two knows better says so: the former one takes the node in, or sends it on once more.
    static func turnBack(_ archive: Archive, _ runner: LinkRunner, _ log: Logger) throws {
        guard let former = try archive.write({ try returnToFormer($0) }) else { return }
        log.notice("back to the former parent", metadata: ["address": "\(former)"])
        runner.redirect(to: former)
    }

    /// Takes the parent of before.
    /// - Returns: its address; nil where there was none.
    static func returnToFormer(_ transaction: Transaction) throws -> PeerAddress? {
        let reading = transaction.reading
        guard let unit = try reading.nodeText(formerParentUnit), let address = try reading.nodeText(formerParent), !unit.isEmpty, !address.isEmpty,
              let refusing = try reading.nodeText("parentUnit"), refusing != unit else { return nil }
        let former = try PeerAddress(address)
        try take(UnitCode(unit), at: former, transaction)
        try transaction.raiseAlarm(
            "parent.refuses", subject: refusing,
            "上级 \(refusing) 一直回答本单位不归其管辖，本节点已改连原上级 \(unit)。划转可能因原上级磁盘恢复而丢失，请与两级核对，必要时由原上级重新划转。")
        return former
    }

    static func take(_ parent: UnitCode, at address: PeerAddress, _ transaction: Transaction) throws {
        try transaction.setNodeText(formerParent, try transaction.reading.nodeText(Joining.parentAddress) ?? "")
        try transaction.setNodeText(formerParentUnit, try transaction.reading.nodeText("parentUnit") ?? "")
        try transaction.callParent(at: address)
        try transaction.setNodeText("parentUnit", parent.text)
        if let name = TreeName(path: transaction.directory.path(of: parent).reversed()) {
            try transaction.setNodeText(NodeTrust.parentNameKey, name.text)
        }
    }
}
