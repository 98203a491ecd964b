/// A name a division code had, with the years of the standard in which it stood.
public struct DivisionName: Sendable, Hashable {
    public let name: String
    /// Nil: in force in 1980 or before.
    public let firstYear: Int?
    /// Nil: in force today, or the year is not known.
    public let lastYear: Int?
    public let isCurrent: Bool
}

/// The divisions of GB/T 2260 from 1980 on, as far as they were public when this release was made.
///
/// Development zones of the statistics bureau are not part of the standard; the centre adds them at run time (Q102).
/// The table is read once, on first use, and shared by all copies.
public struct BuiltInDivisions: DivisionLookup {
    public init() {}

    public func currentName(_ code: String) -> String? {
        guard let range = Index.shared.names(of: code) else { return nil }
        return Index.shared.names[range].last { $0.isCurrent }?.name
    }

    public func everExisted(_ code: String) -> Bool { Index.shared.names(of: code) != nil }

    /// All names of a code, oldest first; empty for a code that never was.
    public func names(of code: String) -> [DivisionName] {
        Index.shared.names(of: code).map { Array(Index.shared.names[$0]) } ?? []
    }

    /// All codes in force, in order.
    public var currentCodes: [String] {
        Index.shared.codes.indices
            .filter { row in Index.shared.names[Index.shared.range(ofRow: row)].contains(where: \.isCurrent) }
            .map { DivisionCode.text(of: Index.shared.codes[$0]) }
    }

    /// Codes in force that begin with the given digits, in order.
    func currentCodes(from lower: Int32, below upper: Int32) -> [String] {
        let index = Index.shared
        return (index.row(notBelow: lower)..<index.row(notBelow: upper))
            .filter { row in index.names[index.range(ofRow: row)].contains(where: \.isCurrent) }
            .map { DivisionCode.text(of: index.codes[$0]) }
    }

    /// Sorted codes, and for each the place of its first name in one flat list.
    private struct Index: Sendable {
        static let shared = Index(DivisionData.lines)

        var codes: [Int32] = []
        var names: [DivisionName] = []
        private var firstNames: [Int32] = []

        func names(of code: String) -> Range<Int>? {
            guard let number = DivisionCode.number(of: code) else { return nil }
            let row = row(notBelow: number)
            return row < codes.count && codes[row] == number ? range(ofRow: row) : nil
        }

        func range(ofRow row: Int) -> Range<Int> {
            Int(firstNames[row])..<(row + 1 < firstNames.count ? Int(firstNames[row + 1]) : names.count)
        }

        func row(notBelow number: Int32) -> Int {
            var low = 0
            var high = codes.count
            while low < high {
                let middle = (low + high) / 2
                if codes[middle] < number { low = middle + 1 } else { high = middle }
            }
            return low
        }

        init(_ lines: String) {
            codes.reserveCapacity(7_500)
            firstNames.reserveCapacity(7_500)
            names.reserveCapacity(8_500)
            let bytes = Array(lines.utf8)
            var reader = Reader(bytes: bytes)
            while !reader.isAtEnd {
                guard let code = reader.number() else { reader.position += 1; continue }
                codes.append(Int32(code))
                firstNames.append(Int32(names.count))
                repeat { names.append(reader.name()) } while reader.skips(UInt8(ascii: ","))
            }
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { position >= bytes.count }

        mutating func skips(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        mutating func number() -> Int? {
            let start = position
            var value = 0
            while position < bytes.count, (48...57).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - 48)
                position += 1
            }
            return position > start ? value : nil
        }

        /// `name[first year][-[last year]]`
        mutating func name() -> DivisionName {
            let start = position
            while position < bytes.count, bytes[position] >= 0x80 { position += 1 }
            let name = String(decoding: bytes[start..<position], as: UTF8.self)
            let firstYear = number()
            let hasEnded = skips(UInt8(ascii: "-"))
            return DivisionName(
                name: name, firstYear: firstYear, lastYear: hasEnded ? number() : nil, isCurrent: !hasEnded
            )
        }
    }
}
