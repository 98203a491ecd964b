import Protocol
import Rules

/// When and how fast blobs may travel, as policies say.
public struct BlobAllowance: Sendable, Hashable {
    /// Bytes a second, both directions together; nil: no cap.
    public var bytesPerSecond: Int?
    /// Nil: all day.
    public var hours: DailyHours?

    public init(bytesPerSecond: Int? = nil, hours: DailyHours? = nil) {
        self.bytesPerSecond = bytesPerSecond
        self.hours = hours
    }
}

/// The node's blobs as the lane sees them.
public protocol BlobRoom: Sendable {
    /// What this node lacks and its parent may have, the most urgent first; with the policies in force.
    func wishes(limit: Int) throws -> (asks: [BlobWant], allowance: BlobAllowance)
    /// A piece of a whole blob; nil when it is not here.
    func read(_ hash: Digest, offset: Int, length: Int) throws -> [UInt8]?
    /// A neighbour waits for a blob that is not here: have it fetched from below.
    func noteAsked(_ hash: Digest, isUrgent: Bool) throws
    /// A child waits for a blob of the other side of a transfer, and it is not here: have it fetched.
    func noteWished(_ hash: Digest, by child: UnitCode) throws
    /// Takes a piece in; the last one proves the hash.
    func store(_ piece: [UInt8], of hash: Digest, size: Int, at offset: Int, from neighbour: Neighbour) throws -> BlobReceipt
    /// What this node lacks of a child's subtree, the most urgent first, with what has come so far; and how much in all.
    func wants(from child: UnitCode, limit: Int) throws -> (wants: [BlobWant], queue: BlobQueue)
    /// Bytes of a blob that is here and that the child may have; nil otherwise.
    func size(of hash: Digest, for child: UnitCode) throws -> Int?
}
