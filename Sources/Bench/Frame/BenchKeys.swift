import Features
import Rules

/// Key fields of made-up pupils as they are written, in one run of bytes: the same for the same seed, whatever is made before. One in a
/// hundred is another's double, one in fifty is written oddly (full width, blanks, small letters, another dot).
public struct BenchKeys: Sendable {
    private var text = ContiguousArray<UInt8>()
    private var ends = ContiguousArray<Int>()
    private let seed: UInt64
    /// Rows, counted from the beginning of the registry.
    public let rows: Range<Int>

    public init(_ rows: Range<Int>, seed: UInt64) {
        self.rows = rows
        self.seed = seed
        text.reserveCapacity(rows.count * 40)
        ends.reserveCapacity(rows.count * 5)
        for row in rows {
            for value in values(row) {
                text.append(contentsOf: value.utf8)
                ends.append(text.count)
            }
        }
    }

    /// 16 bytes, as random as real ones; the last eight tell the row to whoever has the seed.
    public func dossier(_ row: Int) -> DossierID {
        var chance = SeededChance(seed: seed, stream: 21, of: row)
        let words = [chance.next(), UInt64(row) ^ seed]
        guard let id = DossierID(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }) else {
            preconditionFailure("two words are 16 bytes")
        }
        return id
    }

    public static func row(of dossier: DossierID, seed: UInt64) -> Int {
        Int(truncatingIfNeeded: dossier.bytes[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } ^ seed)
    }

    /// Name, sex, birth date, type and number of the document.
    public func field(_ row: Int, _ field: Int) -> Range<Int> {
        let place = (row - rows.lowerBound) * 5 + field
        return (place == 0 ? 0 : ends[place - 1])..<ends[place]
    }

    public func string(_ row: Int, _ field: Int) -> String { String(decoding: text[self.field(row, field)], as: UTF8.self) }

    public func fields(_ row: Int) -> KeyFields {
        KeyFields(name: string(row, 0), sex: string(row, 1), birthDate: string(row, 2), idType: string(row, 3), idNumber: string(row, 4))
    }

    /// What the index takes in: normalised from the bytes.
    /// - Parameter dossiers: 16 bytes a row.
    public func batch(_ dossiers: ContiguousArray<UInt8>) -> DuplicateBatch {
        var batch = DuplicateBatch()
        batch.reserve(rows.count)
        text.withUnsafeBufferPointer { text in
            dossiers.withUnsafeBufferPointer { dossiers in
                for (place, row) in rows.enumerated() {
                    func bytes(_ number: Int) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: text[field(row, number)]) }
                    batch.append(
                        UnsafeBufferPointer(rebasing: dossiers[place * 16..<place * 16 + 16]), name: bytes(0), sex: bytes(1), birthDate: bytes(2),
                        idType: bytes(3), idNumber: bytes(4))
                }
            }
        }
        return batch
    }

    /// The identities of all rows, one after another.
    public var dossiers: ContiguousArray<UInt8> {
        var bytes = ContiguousArray<UInt8>()
        bytes.reserveCapacity(rows.count * 16)
        for row in rows { bytes.append(contentsOf: dossier(row).bytes) }
        return bytes
    }

    // MARK: Making

    private static let surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈".map { String($0) }
    private static let given = Array("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂雨欣怡梓涵子轩浩宇佳琪思远晨曦嘉诺一可心语桐若溪天佑安然博文俊熙诗琪雅婷").map { String($0) }

    private func values(_ row: Int) -> [String] {
        var chance = SeededChance(seed: seed, stream: 22, of: row)
        let isDouble = row > 0 && chance.happens(onceIn: 100)
        var values = person(isDouble ? chance.number(below: row) : row)
        if isDouble, chance.happens(onceIn: 3) { values.replaceSubrange(3..<5, with: ["Z", ""]) }
        if chance.happens(onceIn: 50) { spoil(&values, &chance) }
        return values
    }

    private func person(_ number: Int) -> [String] {
        var chance = SeededChance(seed: seed, stream: 23, of: number)
        let name = chance.pick(Self.surnames) + (0..<(chance.happens(onceIn: 5) ? 1 : 2)).map { _ in chance.pick(Self.given) }.joined()
            + (chance.happens(onceIn: 40) ? "·" + chance.pick(Self.given) : "")
        let sex = 1 + chance.number(below: 2)
        let birth = "\(2008 + chance.number(below: 12))" + Self.two(1 + chance.number(below: 12)) + Self.two(1 + chance.number(below: 28))
        guard chance.number(below: 100) < 88 else { return [name, "\(sex)", birth, "Z", ""] }
        let body = "\(110_101 + chance.number(below: 500_000))" + birth + "\(100 + chance.number(below: 900))"
        return [name, "\(sex)", birth, "1", body + String(ResidentIDNumber.checkDigit(for17: body) ?? "0")]
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private func spoil(_ values: inout [String], _ chance: inout SeededChance) {
        switch chance.number(below: 4) {
        case 0: values[0] = values[0].prefix(1) + "\u{3000}" + values[0].dropFirst()
        case 1: values[0] = values[0].replacing("·", with: "•") + " "
        case 2: values[4] = values[4].lowercased()
        default: values[4] = String(String.UnicodeScalarView(values[4].unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0) ?? $0 }))
        }
    }
}
