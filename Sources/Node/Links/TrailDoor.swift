import Features
import Protocol
import Replication
import Rules
import Store
import Synchronization

/// Joins the trails' operation to the desk that asks the nodes below.
final class TrailDoor: Sendable {
    let desk = TrailDesk()
    private let archive: Archive
    private let endpoint = Mutex<ParentEndpoint?>(nil)

    init(archive: Archive) { self.archive = archive }

    /// - Parameter answered: told of each answer, so that open pages look again.
    func attach(_ endpoint: ParentEndpoint, answered: @escaping @Sendable () -> Void) {
        self.endpoint.withLock { $0 = endpoint }
        desk.onAnswer(answered)
    }

    var below: TrailsBelow {
        TrailsBelow { [self] unit, authority, node, limit in
            let now = archive.surroundings.now()
            let question = TrailQuestion(id: archive.surroundings.randomBytes(8), unit: unit, by: authority, limit: limit)
            let (standing, isNew) = desk.ask(question, at: node, now: now)
            let record = endpoint.withLock { $0 }?.children.first { $0.unit == node }
            let noted = try record.map(\.lastContact) ?? archive.read { try ContactBook.all($0)[node]?.at }
            return TrailsBelow.Standing(
                isConnected: record.map { $0.isConnected && now - $0.lastContact <= LinkBoard.patience } ?? false, lastContact: noted,
                answeredAt: standing.answeredAt, told: standing.told, isNew: isNew)
        }
    }
}
