import Protocol
import Rules

/// Schools that take an application back at the worst moment: while its last approval is under way, or the hand-over itself.
extension World {
    /// The last approval is written. Its writer's line may go just then: the withdrawal is at the ferry first.
    func regretApproval(of transfer: Transfer, at approver: Node) {
        guard self.transfer(transfer.head.application, at: approver)?.state == .underWay, regrets(transfer) else { return }
        breakLine(of: approver)
    }

    /// The ferry has handed over. The receiving school's line may go before it hears of it: its withdrawal is the later one.
    func regretHandOver(of transfer: Transfer, at ferry: Node) {
        guard let school = office(of: transfer.head.receiving), school.index != ferry.index, regrets(transfer) else { return }
        breakLine(of: school)
    }

    private func regrets(_ transfer: Transfer) -> Bool {
        guard !isCalm, dice.happens(perMille: 350) else { return false }
        agenda.plan(.regret(transfer.head), at: now + dice.seconds(0.001...20))
        return true
    }

    private func breakLine(of node: Node) {
        guard dice.happens(perMille: 700) else { return }
        breakLine(of: node, for: dice.seconds(100...5000))
    }

    /// Nothing goes up from a node or comes down to it for so long.
    func breakLine(of node: Node, for seconds: Double) {
        guard node.parent != nil, strikes(.partition, node) else { return }
        let end = now + seconds
        (node.requestsLostUntil, node.repliesLostUntil) = (max(node.requestsLostUntil, end), max(node.repliesLostUntil, end))
    }

    /// The receiving school, which may know less than has happened, does not want the pupil any more.
    func regret(_ head: TransferHead) {
        guard !isCalm, let node = office(of: head.receiving), node.isUp, node.pausedUntil == nil, !node.isRecovering,
              node.store.look({ $0.secrets[head.receiving] != nil }), !isClosed(head.receiving, at: node),
              let transfer = transfer(head.application, at: node), transfer.state == .underWay else { return }
        count("regret", node.index)
        _ = withdraw(transfer, head.receiving, node)
    }

    /// The node on which a school's unit works.
    private func office(of school: UnitCode) -> Node? { indexOf[hosts[school] ?? school].map { nodes[$0] } }
}
