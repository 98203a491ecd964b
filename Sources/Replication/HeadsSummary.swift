import Protocol
import Rules

extension Sequence<StreamHead> {
    /// In an order that is the same in every process: what a link does first must not hang on a hash table's.
    var inOrder: [StreamHead] {
        map { (key: $0.canonicalBytes, head: $0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.head)
    }
}

extension Dictionary<StreamID, Acceptance.Refusal> {
    /// The same, for refusals.
    var inOrder: [Element] {
        func place(_ stream: StreamID) -> (UnitCode, String, String) { (stream.unit, stream.incarnation.hex, stream.audience.text) }
        return sorted { place($0.key) < place($1.key) }
    }
}

/// The heads of one side, sorted into 256 buckets by incarnation, with a digest for each: an idle hello carries 32 bytes,
/// a comparison touches only the buckets that differ.
public struct HeadsSummary: Sendable {
    public let buckets: [[StreamHead]]
    /// 256 × 8 bytes.
    public let digests: [UInt8]
    /// Over all buckets.
    public let whole: Digest
    public let count: Int

    public init(_ heads: [StreamHead]) {
        var sorted = [[(key: [UInt8], head: StreamHead)]](repeating: [], count: 256)
        for head in heads { sorted[HeadsSummary.bucket(of: head.stream)].append((head.canonicalBytes, head)) }
        var digests: [UInt8] = []
        var all: [UInt8] = []
        for index in sorted.indices {
            sorted[index].sort { $0.key.lexicographicallyPrecedes($1.key) }
            let digest = Hashing.sha256(sorted[index].flatMap(\.key)).bytes
            digests += digest.prefix(8)
            all += digest
        }
        buckets = sorted.map { $0.map(\.head) }
        self.digests = digests
        whole = Hashing.sha256(all)
        count = heads.count
    }

    /// 0…255. Incarnations are random, so the buckets are even.
    public static func bucket(of stream: StreamID) -> Int { Int(stream.incarnation.bytes[0]) }

    /// Buckets in which the other side's digests differ.
    public func differing(from other: [UInt8]) -> [UInt8] {
        guard other.count == digests.count else { return Array(0...255) }
        return (0...255).filter { bucket in
            let range = Int(bucket) * 8..<Int(bucket) * 8 + 8
            return digests[range] != other[range]
        }
    }
}
