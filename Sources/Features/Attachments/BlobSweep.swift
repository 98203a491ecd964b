import GRDB
import Protocol
import Rules
import Store

/// Brings files, rows and wants together again: at the start of a node, and some times a day. What a crash, a restored backup,
/// a moved unit or a changed policy has put out of step is mended here.
public struct BlobSweep {
    /// Seconds that a file fetched for somebody to look at is kept, and that such a wish lasts.
    public static let keptSeconds: Int64 = 7 * 86_400
    /// Seconds for which a file that was taken back can still be looked at where it lies.
    public static let withdrawnSeconds: Int64 = 7 * 86_400
    /// Seconds after which a file that nobody has stated is removed: whoever attached it was told nothing.
    public static let strangerSeconds: Int64 = 86_400

    /// What was found and done.
    public struct Report: Sendable, Hashable {
        /// Files that nothing states, and half ones that nobody wants any more.
        public var removed = 0
        /// Whole files without a row: taken up.
        public var found = 0
        /// Rows without a good file: wanted again.
        public var lost = 0
        /// Fetched once to be looked at, and over.
        public var expired = 0

        public init() {}
    }

    private let archive: Archive
    private let shelf: BlobShelf

    public init(_ archive: Archive) {
        self.archive = archive
        shelf = BlobShelf(node: archive.folder)
    }

    public func perform() throws -> Report {
        var report = Report()
        try checkRows(&report)
        try takeUpFiles(&report)
        try judgeWants()
        try removeExpired(&report)
        try removePartials(&report)
        return report
    }

    /// A row whose file is gone or has another size stands for nothing.
    private func checkRows(_ report: inout Report) throws {
        let lost = try archive.read { try BlobRegister($0).held() }.filter { shelf.size($0.hash) != $0.size }
        guard !lost.isEmpty else { return }
        try archive.write { transaction in
            for row in lost { try BlobRegister(transaction).forget(row.hash) }
            try transaction.raiseAlarm("blob.lost", subject: "node", "有 \(lost.count) 个附件文件不见了或大小不符，正从上级或下级重新取回。")
        }
        report.lost = lost.count
    }

    private func takeUpFiles(_ report: inout Report) throws {
        let strangers = try archive.read { reading in
            let register = BlobRegister(reading)
            return try shelf.files().filter { try !register.holds($0.hash) }
        }
        for file in strangers {
            let isStated = try archive.read { try BlobRegister($0).standing(with: file.hash).contains { $0.size == file.size } }
            if isStated {
                guard shelf.isSound(file.hash) else {
                    shelf.putAside(file.hash)
                    continue
                }
                try archive.write { transaction in
                    try BlobRegister(transaction).keep(file.hash, size: file.size, at: transaction.now)
                }
                report.found += 1
            } else if file.writtenAt + Self.strangerSeconds < archive.surroundings.now() {
                shelf.remove(file.hash)
                report.removed += 1
            }
        }
    }

    /// Every school's blobs are judged by the present tree and policies.
    private func judgeWants() throws {
        try archive.write { transaction in
            let register = BlobRegister(transaction)
            let reach = try BlobReach(transaction.reading)
            let homes = try register.homes()
            for home in homes where try reach.isKept(home: home) {
                for blob in try register.blobs(of: home) {
                    try register.want(blob.hash, of: home, size: blob.size, isUrgent: false, at: transaction.now)
                }
            }
            for want in try register.wants() where try !reach.isKept(home: want.home) {
                if !want.isUrgent || want.since + Self.keptSeconds < transaction.now { try register.unwant(want.hash, of: want.home) }
            }
            for want in try register.wants() where try !register.standing(with: want.hash).contains(where: { $0.by == want.home }) {
                try register.unwant(want.hash, of: want.home)
            }
            for hash in try register.withdrawnHere() { try Self.letGo(hash, in: transaction) }
        }
    }

    /// Whether this node is to keep a blob, as tree and policies stand.
    public static func isKept(_ hash: Digest, in transaction: Transaction) throws -> Bool {
        let reach = try BlobReach(transaction.reading)
        return try BlobRegister(transaction).standing(with: hash).contains { try reach.isKept(home: $0.by) }
    }

    /// A school has taken a file back: it is not asked for any more, and what lies here goes after a week, unless another
    /// dossier has it too.
    static func letGo(_ hash: Digest, of home: UnitCode? = nil, in transaction: Transaction) throws {
        let register = BlobRegister(transaction)
        if let home { try register.unwant(hash, of: home) }
        if try !isKept(hash, in: transaction) { try register.keep(hash, until: transaction.now + withdrawnSeconds) }
    }

    private func removeExpired(_ report: inout Report) throws {
        let now = archive.surroundings.now()
        let over = try archive.read { try BlobRegister($0).held() }.filter { $0.keepUntil.map { $0 < now } ?? false }
        for blob in over {
            let isGone = try archive.write { transaction in
                let register = BlobRegister(transaction)
                if try Self.isKept(blob.hash, in: transaction) {
                    try register.keep(blob.hash, size: blob.size, at: transaction.now)
                    return false
                }
                try register.forget(blob.hash)
                return true
            }
            if isGone {
                shelf.remove(blob.hash)
                report.expired += 1
            }
        }
    }

    private func removePartials(_ report: inout Report) throws {
        for partial in shelf.partialFiles() where try !archive.read({ try BlobRegister($0).isWanted(partial.hash) }) {
            shelf.discardPartial(partial.hash)
            report.removed += 1
        }
    }
}
