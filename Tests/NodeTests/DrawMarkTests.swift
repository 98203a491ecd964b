import FoundationEssentials
@testable import Node
import Testing

struct DrawMarkTests {
    @Test func `a mark is read back by this run of the machine alone, and damage proves nothing`() throws {
        let folder = try Fixture.folder("draw-mark")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { Fixture.remove(folder) }
        let path = folder + "/drawn"
        let mark = DrawMark(path: path, boot: "a").mark
        #expect(mark.read() == nil)
        try mark.write(41)
        try mark.write(42)
        #expect(mark.read() == 42)
        #expect(DrawMark(path: path, boot: "b").mark.read() == nil)
        try Data("a 4x".utf8).write(to: URL(fileURLWithPath: path))
        #expect(mark.read() == nil)
    }

    @Test func `where no mark can be written the older one does not stay`() throws {
        let mark = DrawMark(path: "/nowhere/at/all/drawn", boot: "a").mark
        try mark.write(1)
        #expect(mark.read() == nil)
    }

    @Test(arguments: [("/run/xueji", true), ("/run", true), ("/runner", false), ("/var/lib/xueji", false), ("/run/disk/x", false)])
    func `a folder in memory is told from one on a disk by the innermost mount`(_ path: String, _ isMemory: Bool) {
        let mounts = "/dev/vda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\n/dev/vdb /run/disk xfs rw 0 0\nbroken\n"
        #expect(DrawMark.isMemory(path, mounts: mounts) == isMemory)
        #expect(!DrawMark.isMemory(path, mounts: ""))
    }
}
