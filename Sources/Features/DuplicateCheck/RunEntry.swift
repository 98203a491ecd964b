import Rules

/// One line of the duplicate index: under a keyed hash, where in the log the record stands, and what of it was hashed.
struct RunEntry: Sendable, Hashable, Comparable {
    /// What was hashed. Raw values are stored.
    enum Kind: UInt64, Sendable, CaseIterable {
        case dossier = 0
        case residentID = 1
        case nameSexBirth = 2

        init(_ comparison: DuplicateKey.Comparison) { self = comparison == .residentID ? .residentID : .nameSexBirth }
    }

    let key: UInt64
    /// Kind in the two highest bits, position in the log below.
    let value: UInt64

    init(key: UInt64, kind: Kind, position: UInt64) { self.init(key: key, value: kind.rawValue << Self.positionBits | position) }

    init(key: UInt64, value: UInt64) {
        self.key = key
        self.value = value
    }

    private static let positionBits: UInt64 = 62

    var position: UInt64 { value & (1 << Self.positionBits - 1) }
    func isOf(_ kind: Kind) -> Bool { value >> Self.positionBits == kind.rawValue }
    /// 0…255, by the highest byte of the hash.
    var partition: Int { Int(key >> 56) }

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.key == rhs.key ? lhs.value < rhs.value : lhs.key < rhs.key }
}

/// Sorts entries by their hashes, which are spread evenly: one pass by partition, two more within each, and the rest by insertion.
enum RunSort {
    private typealias Buffer = UnsafeMutableBufferPointer<RunEntry>

    /// Below this the standard library is as good.
    private static let few = 2048

    static func sort(_ entries: inout ContiguousArray<RunEntry>) {
        guard entries.count > few else { return entries.sort() }
        let count = entries.count
        let sorted = ContiguousArray<RunEntry>(unsafeUninitializedCapacity: count) { target, filled in
            entries.withUnsafeMutableBufferPointer { source in
                let bounds = scatter(source, to: target, by: 56)
                for (start, end) in zip(bounds, bounds.dropFirst()) where end - start > 1 {
                    sort(Buffer(rebasing: target[start..<end]), Buffer(rebasing: source[start..<end]))
                }
            }
            filled = count
        }
        entries = sorted
    }

    /// Entries of one partition, in place.
    private static func sort(_ entries: Buffer, _ scratch: Buffer) {
        if entries.count > few {
            _ = scatter(entries, to: scratch, by: 40)
            _ = scatter(scratch, to: entries, by: 48)
        }
        for place in 1..<entries.count {
            let entry = entries[place]
            var hole = place
            while hole > 0, entry < entries[hole - 1] {
                entries[hole] = entries[hole - 1]
                hole -= 1
            }
            entries[hole] = entry
        }
    }

    /// Orders by one byte of the hash and nothing else, keeping the order of equals. Returns where each value begins, and the end.
    private static func scatter(_ source: Buffer, to target: Buffer, by shift: UInt64) -> [Int] {
        var places = [Int](repeating: 0, count: 257)
        for entry in source { places[Int(entry.key >> shift & 0xFF) + 1] += 1 }
        for value in 1...256 { places[value] += places[value - 1] }
        let bounds = places
        places.withUnsafeMutableBufferPointer { places in
            for entry in source {
                let value = Int(entry.key >> shift & 0xFF)
                target.initializeElement(at: places[value], to: entry)
                places[value] += 1
            }
        }
        return bounds
    }
}
