import Sheets
import Testing

@Suite struct AttachedFileTypeTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func type(_ bytes: [UInt8]) throws -> AttachedFileType? {
        AttachedFileType.recognise(path: try folder.file("file.jpg", bytes))
    }

    /// A compound file whose main stream is called as a word processor calls it.
    private static func letter() throws -> [UInt8] {
        var bytes = try TemporaryFolder.bytes(of: TemporaryFolder.fixture("libreoffice.xls"))
        let name: [UInt8] = Self.wide("Workbook") + [UInt8](repeating: 0, count: 8)
        let place = try #require((0..<bytes.count - 24).first { Array(bytes[$0..<$0 + 24]) == name })
        bytes.replaceSubrange(place..<place + 24, with: Self.wide("WordDocument"))
        bytes[place + 64] = 26
        return bytes
    }

    private static func wide(_ text: String) -> [UInt8] { Array(text.utf8.map { [$0, 0] }.joined()) }

    @Test func `a type is known by the first bytes, whatever the file is called`() throws {
        #expect(try type([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]) == .jpg)
        #expect(try type([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]) == .png)
        #expect(try type(Array("%PDF-1.7".utf8)) == .pdf)
        #expect(try type(Array("Rar!".utf8) + [0x1A, 0x07, 0x00]) == .rar)
        #expect(try type(Array("Rar!".utf8) + [0x1A, 0x07, 0x01, 0x00]) == .rar)
        #expect(try type(Array("<html>".utf8)) == nil)
        #expect(try type(Array("MZ".utf8)) == nil)
        #expect(try type([]) == nil)
        #expect(AttachedFileType.recognise(path: folder.file("nobody")) == nil)
    }

    @Test func `documents of a word processor are told from other files in the same containers`() throws {
        #expect(try type(Self.letter()) == .doc)
        #expect(AttachedFileType.recognise(path: TemporaryFolder.fixture("letter.docx")) == .docx)
        #expect(AttachedFileType.recognise(path: TemporaryFolder.fixture("libreoffice.xls")) == nil)
        #expect(AttachedFileType.recognise(path: TemporaryFolder.fixture("libreoffice.xlsx")) == nil)
    }

    @Test func `a broken container is no document and ends nothing`() throws {
        #expect(try type(Array("PK".utf8) + [3, 4, 0, 0]) == nil)
        #expect(try type([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0xFF, count: 600)) == nil)
        let letter = try Self.letter()
        for length in stride(from: 8, to: letter.count, by: 331) { _ = try type(Array(letter.prefix(length))) }
    }
}
