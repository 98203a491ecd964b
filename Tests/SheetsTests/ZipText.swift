@testable import Sheets

/// A part of a workbook as text.
enum ZipText {
    static func part(_ name: String, of path: String) throws -> String {
        let entry = try ZipArchive(path: path, limits: .standard).entry(name)
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
        defer { buffer.deallocate() }
        while case let count = try entry.read(into: buffer), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
