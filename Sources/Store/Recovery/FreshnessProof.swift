import Synchronization

/// Whether this process may draw numbers: only once it is known that the store has not gone back in time behind its own back. A
/// unit whose disk was put back by a snapshot, and who drew on before it heard from its parent, could give one number twice.
///
/// Known is it when heads have been compared with the parent since this process began, or when the store is no older than the
/// mark that the last draw left outside of it (`Mark`).
public final class FreshnessProof: Sendable {
    /// A note outside the store, of this machine's present run, of how far the journal was at the last draw.
    public struct Mark: Sendable {
        /// The journal's position as noted since this machine started; nil: nothing was.
        public var read: @Sendable () -> Int64?
        /// Notes a position.
        public var write: @Sendable (Int64) throws -> Void

        public init(read: @escaping @Sendable () -> Int64?, write: @escaping @Sendable (Int64) throws -> Void) {
            self.read = read
            self.write = write
        }
    }

    private let mark: Mark?
    private let proven: Mutex<Bool>

    /// For tools and tests, whose stores nobody puts back.
    public static let given = FreshnessProof()

    private init() {
        mark = nil
        proven = Mutex(true)
    }

    /// A node that is being started: not proven before `judge` or `confirm` says so.
    public init(mark: Mark) {
        self.mark = mark
        proven = Mutex(false)
    }

    public var isProven: Bool { proven.withLock { $0 } }

    /// At the start, before anything is written.
    public func judge(position: Int64) {
        guard let mark, let noted = mark.read() else { return }
        if position >= noted { proven.withLock { $0 = true } }
    }

    /// Heads were compared with the parent, or the operator answers for the disk.
    public func confirm(position: Int64) throws {
        proven.withLock { $0 = true }
        try mark?.write(position)
    }

    /// Before a transaction that draws is committed: its links stand after this position.
    func willDraw(after position: Int64) throws { try mark?.write(position + 1) }
}

extension Transaction {
    public var isProvenFresh: Bool { proof.isProven }

    public func confirmFresh() throws { try proof.confirm(position: try Journal.position(in: database)) }

    /// Asked before a unit is moved or merged: a store that went back in time would give one version of the unit's record to two
    /// decisions.
    /// - Parameter what: the business that has to wait, in the operator's words.
    /// - Throws: `StoreError` `recovering` while the store is not known to be the newest.
    public func mustBeProvenFresh(_ what: String) throws {
        guard !proof.isProven else { return }
        throw StoreError(
            .recovering, message: "本节点启动后还没有与相邻节点核对数据，不能确定磁盘没有被恢复到较早时刻，暂不办理\(what)（其他业务照常）。",
            remedy: "连通后自动解除，届时请再办一次；确知没有恢复过磁盘或快照的，请系统管理员运行 alarm acknowledge unproven。", cause: "unproven")
    }

    /// Asked before a number is drawn, in the transaction that writes it.
    /// - Throws: `StoreError` `recovering` while the store is not known to be the newest.
    public func beginDraw() throws {
        guard proof.isProven else {
            throw StoreError(
                .recovering, message: "本节点启动后还没有与上级核对数据，不能确定磁盘没有被恢复到较早时刻，暂不取号（其他业务照常）。",
                remedy: "连通上级后自动解除；上级长期不通、且确知没有恢复过磁盘或快照的，请系统管理员运行 alarm acknowledge unproven。", cause: "unproven")
        }
        try proof.willDraw(after: try Journal.position(in: database))
    }
}
