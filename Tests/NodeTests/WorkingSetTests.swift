import FoundationEssentials
import Testing

@testable import Node

@Suite struct WorkingSetTests {
    @Test func `only code that a file backs and nobody has written to is given back`() {
        let maps = """
            5589bd43b000-5589bf7e0000 r-xp 00000000 fe:00 16237241                   /usr/bin/xueji
            5589bf7e0000-5589bf8e1000 r--p 023a4000 fe:00 16237241                   /usr/bin/xueji
            5589bf8e1000-5589bfbad000 rw-p 024a5000 fe:00 16237241                   /usr/bin/xueji
            5589fdd7b000-5589fddce000 rw-p 00000000 00:00 0                          [heap]
            7f87b9000000-7f87b9001000 r-xp 00000000 00:00 0
            7f87b94ef000-7f87b94f0000 rwxp 004ef000 fe:00 2250                       /usr/lib/a library.so
            7ffc19307000-7ffc19328000 r-xp 00000000 00:00 0                          [vdso]
            """
        #expect(WorkingSet.code(in: maps) == [0x5589_bd43_b000..<0x5589_bf7e_0000])
        #expect(WorkingSet.code(in: "").isEmpty)
    }

    @Test func `a process goes on after its code was given back, with less of it in memory`() throws {
        func residentFilePages() throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
            return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]))
        }
        let before = try residentFilePages()
        WorkingSet.trim()
        #expect(try residentFilePages() < before)
    }
}
