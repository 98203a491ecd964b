import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Decides of each attachment that was applied, or taken back, or whose school was moved, whether this node is to have the bytes.
public struct BlobOffice: Office {
    public let migrations: [(name: String, sql: String)] = []
    static let name = "blobs"
    /// Errands of one pass.
    private static let batch = 500

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        let subjects = try transaction.errands(of: Self.name, limit: Self.batch)
        guard !subjects.isEmpty else { return false }
        let reach = try BlobReach(transaction.reading)
        let register = BlobRegister(transaction)
        for subject in subjects {
            let bytes = Array(subject)
            if let hash = Digest(bytes.prefix(32)) {
                let home = UnitCode(String(decoding: bytes.dropFirst(32), as: UTF8.self))
                if let stated = try register.standing(with: hash).first(where: { $0.by == home }) {
                    if try reach.isKept(home: home) {
                        try register.want(hash, of: home, size: stated.size, isUrgent: false, at: transaction.now)
                    } else {
                        // What somebody here asked to see is still fetched for him.
                        try register.unwantUnlessUrgent(hash, of: home)
                    }
                } else {
                    try BlobSweep.letGo(hash, of: home, in: transaction)
                }
            }
            try transaction.endErrand(of: Self.name, subject)
        }
        return subjects.count == Self.batch
    }
}
