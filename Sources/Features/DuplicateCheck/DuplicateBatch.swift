import Rules

/// Records on their way into the duplicate index together, in the form in which its log keeps them: normalised UTF-8, no strings.
public struct DuplicateBatch: Sendable {
    private(set) var text = ContiguousArray<UInt8>()
    private var starts = ContiguousArray<Int>()

    public init() {}

    public var count: Int { starts.count }

    /// - Parameter records: about so many will come.
    public mutating func reserve(_ records: Int) {
        starts.reserveCapacity(records)
        text.reserveCapacity(records * 64)
    }

    public mutating func append(_ dossier: DossierID, _ fields: KeyFields) {
        begin(dossier.bytes)
        text.append(contentsOf: IndexedRecord.bytes(fields.idKey))
        endNumber()
        text.append(contentsOf: IndexedRecord.bytes(fields.nameSexBirthKey))
    }

    /// Under keys as they stand in an index already.
    mutating func append(_ dossier: DossierID, keys: [DuplicateKey]) {
        begin(dossier.bytes)
        text.append(contentsOf: IndexedRecord.bytes(keys.first { $0.comparison == .residentID }))
        endNumber()
        text.append(contentsOf: IndexedRecord.bytes(keys.first { $0.comparison == .nameSexBirth }))
    }

    /// The values as written, UTF-8; what `KeyFields` makes of them.
    /// - Parameter dossier: 16 bytes.
    public mutating func append(
        _ dossier: UnsafeBufferPointer<UInt8>, name: UnsafeBufferPointer<UInt8>, sex: UnsafeBufferPointer<UInt8>,
        birthDate: UnsafeBufferPointer<UInt8>, idType: UnsafeBufferPointer<UInt8>, idNumber: UnsafeBufferPointer<UInt8>
    ) {
        begin(dossier)
        if isOne(idType) { KeyText.append(idNumber, .number, to: &text) }
        endNumber()
        let start = text.count
        KeyText.append(name, .name, to: &text)
        let nameEnd = text.count
        text.append(Self.bar)
        KeyText.append(sex, .code, to: &text)
        let sexEnd = text.count
        text.append(Self.bar)
        KeyText.append(birthDate, .code, to: &text)
        // What is unknown is not equal.
        if nameEnd == start || sexEnd == nameEnd + 1 || text.count == sexEnd + 1 { text.removeSubrange(start...) }
    }

    private static let bar = UInt8(ascii: "|")

    private func isOne(_ idType: UnsafeBufferPointer<UInt8>) -> Bool {
        if idType.count == 1 { return idType[0] == UInt8(ascii: "1") }
        return !KeyText.isPlainNumber(idType) && KeyText.code(String(decoding: idType, as: UTF8.self)) == "1"
    }

    private mutating func begin(_ dossier: some Sequence<UInt8>) {
        starts.append(text.count)
        text.append(contentsOf: dossier)
        text.append(contentsOf: repeatElement(0, count: 4))
    }

    private mutating func endNumber() {
        let start = starts[starts.count - 1]
        let length = UInt32(text.count - start - IndexedRecord.headBytes)
        for byte in 0..<4 { text[start + 16 + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
    }

    // MARK: Reading

    func range(of item: Int) -> Range<Int> { starts[item]..<(item + 1 < starts.count ? starts[item + 1] : text.count) }

    func dossier(_ item: Int) -> DossierID? { DossierID(text[starts[item]..<starts[item] + 16]) }
    func isUnderNoKey(_ item: Int) -> Bool { range(of: item).count == IndexedRecord.headBytes }

    /// What the log would give back; nil for a record under no key.
    func record(_ item: Int) -> IndexedRecord? { IndexedRecord(text[range(of: item)]) }

    /// The entries of all records, sorted; the first record stands at `base`.
    func entries(_ hash: KeyedHash, from base: UInt64) -> ContiguousArray<RunEntry> {
        var entries = ContiguousArray<RunEntry>()
        entries.reserveCapacity(count * 3)
        text.withUnsafeBytes { text in
            for item in 0..<count {
                let position = base + UInt64(item)
                let range = range(of: item)
                func add(_ kind: RunEntry.Kind, _ bytes: Range<Int>) {
                    guard !bytes.isEmpty else { return }
                    let key = hash.hash(UnsafeRawBufferPointer(rebasing: text[bytes]), domain: kind.rawValue)
                    entries.append(RunEntry(key: key, kind: kind, position: position))
                }
                let head = range.lowerBound + IndexedRecord.headBytes
                let length = text.loadUnaligned(fromByteOffset: range.lowerBound + 16, as: UInt32.self)
                let numberEnd = head + Int(UInt32(littleEndian: length))
                add(.dossier, range.lowerBound..<range.lowerBound + 16)
                add(.residentID, head..<numberEnd)
                add(.nameSexBirth, numberEnd..<range.upperBound)
            }
        }
        RunSort.sort(&entries)
        return entries
    }
}
