/// Tells files apart by their first bytes: an extension proves nothing.
enum Lookalikes {
    static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    static let compoundFile: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: zip) }
    static func isCompoundFile(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: compoundFile) }
    static func isWorkbook(_ bytes: UnsafeRawBufferPointer) -> Bool { isZip(bytes) || isCompoundFile(bytes) }
}
