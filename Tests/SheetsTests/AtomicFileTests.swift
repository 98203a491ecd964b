import Foundation
import Testing
@testable import Sheets

@Suite struct AtomicFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func write(_ text: String, _ file: AtomicFile) throws {
        try Array(text.utf8).withUnsafeBufferPointer { bytes throws(SheetError) in try file.write(bytes) }
    }

    @Test("a file appears with commit, for its owner only")
    func commit() throws {
        let file = try AtomicFile(path: folder.file("a"))
        try write("张伟", file)
        #expect(folder.names.count == 1 && folder.names != ["a"])
        try file.commit()
        #expect(folder.names == ["a"])
        #expect(try TemporaryFolder.bytes(of: folder.file("a")) == Array("张伟".utf8))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("a"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("a full disk has its own error")
    func full() {
        #expect(AtomicFile.error("/x/a.xlsx", ENOSPC) == .diskFull(file: "a.xlsx"))
        #expect(AtomicFile.error("/x/a.xlsx", EACCES) == .unwritable(file: "a.xlsx", reason: "没有权限"))
    }

    @Test("a relative path is written beside, not in the root")
    func relative() {
        #expect(AtomicFile.directory(of: "a.xlsx") == ".")
        #expect(AtomicFile.directory(of: "/a.xlsx") == "/")
        #expect(AtomicFile.directory(of: "b/a.xlsx") == "b")
    }
}
