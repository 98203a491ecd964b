import Protocol
import Replication
import Rules

/// What goes wrong, one thing at a time.
extension World {
    /// The kinds of blow and how often each comes, those that leave disks and links' trust whole first.
    private static let gentle = 10
    private static let weights = [8, 4, 3, 4, 4, 3, 3, 4, 2, 2, 9, 4, 6, 4, 4, 3, 3, 3, 4, 4, 3, 3, 3, 4, 4, 4, 4, 4, 5, 3, 7]

    func strike() {
        guard let node = dice.pick(present) else { return }
        // Backups are made all the time; what is restored is hours or days old.
        if let other = dice.pick(present), dice.happens(perMille: 300) { backUp(other) }
        if centre.backup == nil || dice.happens(perMille: isNumberTerm ? 250 : 100) { backUp(centre) }
        var roll = dice.below(Self.weights.prefix(plan.clockScript == nil ? .max : Self.gentle).reduce(0, +))
        let kind = Self.weights.firstIndex { weight in
            roll -= weight
            return roll < 0
        }
        if let kind { strike(kind, node) }
    }

    private func strike(_ kind: Int, _ node: Node) {
        switch kind {
        case 0: strikeLine(node)
        case 1: if strikes(.kill, node) { kill(node, for: dice.seconds(1...5000)) }
        case 2: pause(node)
        case 3: fillDisk(node)
        case 4: failOnce(node)
        case 5: crashInWrite(node)
        case 6: leap(node)
        // The centre's clock is the one by which something could be ordered.
        case 7: clockJump(dice.happens(perMille: 300) ? centre : node)
        case 8: killTogether()
        case 9: secondInstance(node)
        case 10: rollBack(node)
        case 11: rollBack(centre)
        case 12: restoreBackup(node)
        case 13: loseDisk(node)
        case 14: startClone(node)
        case 15: forge(at: node)
        case 16: replay(at: node)
        case 17: misaddress(at: node)
        case 18: rogue(at: node)
        case 19: oversize(at: node)
        case 20: expire(node)
        case 21: revoke(node)
        case 22: rotate(node)
        case 23: flipBit(node)
        case 24: moveUnit()
        case 25: carry(node)
        case 26: changeRelease(node)
        case 27: moveSchool()
        case 28: stealKey(node)
        case 29: mergeSchools()
        default: backUp(node)
        }
    }

    private func pause(_ node: Node) {
        guard node.isUp, strikes(.pause, node) else { return }
        node.pausedUntil = now + dice.seconds(10...4000)
        agenda.plan(.unpause(node.index), at: node.pausedUntil ?? now)
    }

    private func fillDisk(_ node: Node) {
        guard strikes(.diskFull, node) else { return }
        node.store.setFault(.full)
        agenda.plan(.roomAgain(node.index), at: now + dice.seconds(60...20_000))
    }

    private func failOnce(_ node: Node) {
        guard strikes(dice.happens(perMille: 500) ? .inputOutputError : .diskFullOnce, node) else { return }
        node.store.setFault(.failing)
    }

    /// The next write is cut off: what had not been put on durable storage is gone, or half of it is there.
    private func crashInWrite(_ node: Node) {
        guard node.isUp, strikes(dice.happens(perMille: 500) ? .unsyncedLost : .tornWrite, node) else { return }
        node.store.setFault(.crashed)
    }

    func strikeLine(_ node: Node) {
        guard node.parent != nil else { return }
        switch dice.below(4) {
        case 0:
            guard strikes(.longPartition, node) else { return }
            node.wasSilent = true
            node.requestsLostUntil = now + 70 * 86_400
            agendaLeapLater(70 * 86_400)
        case 1:
            guard strikes(.asymmetricPartition, node) else { return }
            node.repliesLostUntil = now + dice.seconds(100...20_000)
        default:
            guard strikes(.partition, node) else { return }
            node.requestsLostUntil = now + dice.seconds(100...50_000)
        }
    }

    /// Time passes in one go: nobody does anything until then.
    func leap(_ node: Node) {
        guard strikes(.leap, node) else { return }
        now += dice.seconds(3600...5 * 86_400)
    }

    private func agendaLeapLater(_ seconds: Double) {
        guard befalls(.leap, perMille: 500, centre) else { return }
        now += seconds
    }

    func beginWithWrongClock() {
        guard isClockTerm else { return }
        clockJump(centre, isSeenBy: dice.seconds(50...1200))
    }

    func clockJump(_ node: Node, isSeenBy seconds: Double? = nil) {
        guard strikes(.clockJump, node) else { return }
        node.clockError = Int64(dice.seconds(-315_000_000...315_000_000))
        agenda.plan(.clockRight(node.index), at: now + (seconds ?? dice.seconds(60...90_000)))
    }

    /// Power fails for several at once.
    func killTogether() {
        for node in present where befalls(.kill, perMille: 300, node) {
            kill(node, for: dice.seconds(1...600))
        }
    }
}
