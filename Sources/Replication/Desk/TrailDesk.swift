import Protocol
import Rules
import Synchronization

/// What a parent asks of trails at nodes below, and what came back: in memory, for a while, never kept.
public final class TrailDesk: Sendable {
    /// How a question stands.
    public struct Standing: Sendable, Hashable {
        /// Seconds since 1970.
        public var askedAt: Int64
        public var answeredAt: Int64?
        /// Of the last answer, also while it is asked for anew.
        public var told: TrailTold?
    }

    /// Seconds after which an answer is asked for anew.
    public static let freshness: Int64 = 60
    /// Seconds for which a question stays open, and an answer is shown.
    public static let memory: Int64 = 600
    /// Units asked about at a time; the oldest gives way.
    static let most = 64

    private struct Key: Hashable {
        let unit, by: UnitCode
    }

    private struct Item {
        let child: UnitCode
        var question: TrailQuestion?
        var standing: Standing
    }

    private let items = Mutex<[Key: Item]>([:])

    public init() {}

    /// Asks, unless an answer is fresh or the question is open already.
    /// - Parameters:
    ///   - question: under a new id.
    ///   - child: whose node has the unit's trail.
    /// - Returns: how it stands, and whether this call has put a question.
    public func ask(_ question: TrailQuestion, at child: UnitCode, now: Int64) -> (standing: Standing, isNew: Bool) {
        items.withLock { items in
            items = items.filter { now - max($0.value.standing.askedAt, $0.value.standing.answeredAt ?? 0) < Self.memory }
            let key = Key(unit: question.unit, by: question.by)
            if let item = items[key] {
                let isFresh = item.standing.answeredAt.map { now - $0 < Self.freshness } ?? false
                if item.question != nil || isFresh { return (item.standing, false) }
            } else if items.count >= Self.most, let oldest = items.min(by: { $0.value.standing.askedAt < $1.value.standing.askedAt }) {
                items[oldest.key] = nil
            }
            var standing = items[key]?.standing ?? Standing(askedAt: now)
            standing.askedAt = now
            items[key] = Item(child: child, question: question, standing: standing)
            return (standing, true)
        }
    }

    /// What a child is to be asked.
    func questions(for child: UnitCode) -> [TrailQuestion] {
        items.withLock { items in
            items.values.filter { $0.child == child }.compactMap(\.question).sorted { $0.id.lexicographicallyPrecedes($1.id) }
        }
    }

    /// Only from the child that was asked, and only what was asked.
    func take(_ answer: TrailAnswer, from child: UnitCode, now: Int64) {
        let isTaken = items.withLock { items in
            guard let key = items.first(where: { $0.value.child == child && $0.value.question?.id == answer.id })?.key else { return false }
            items[key]?.question = nil
            items[key]?.standing.answeredAt = now
            items[key]?.standing.told = answer.told
            return true
        }
        if isTaken { answered.withLock { $0 }() }
    }

    private let answered = Mutex<@Sendable () -> Void>({})

    /// Called after each answer.
    public func onAnswer(_ body: @escaping @Sendable () -> Void) { answered.withLock { $0 = body } }
}
