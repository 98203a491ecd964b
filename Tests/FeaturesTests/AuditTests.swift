import Features
import Foundation
import Rules
import Testing

@Suite struct AuditTests {
    /// A folder that goes away with the test.
    final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
        func file(_ name: String) -> String { path + "/" + name }
    }

    private static let header = "rec_no,name,sex,birth,id_type,id_no\n"

    /// The lines that an audit of this text writes, sorted, without the header.
    private func pairs(_ text: String) throws -> [String] {
        let folder = try Folder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("in.csv")))
        let report = try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv")) { 0 }
        let lines = try String(contentsOfFile: folder.file("out.csv"), encoding: .utf8).split(separator: "\n")
        #expect(lines.first == "rec_no_a,rec_no_b,kind,score")
        #expect(report.pairs.values.reduce(0, +) == lines.count - 1)
        #expect(folder.names == ["in.csv", "out.csv"])
        return lines.dropFirst().map(String.init).sorted()
    }

    @Test func `Each kind is written once per pair, the smaller number first`() throws {
        let found = try pairs(Self.header + """
            10,张伟,1,20161105,1,110102201611054337
            9,张伟伟,1,20161105,1,110102201611054337
            3,张伟,1,20161105,Z,
            4,张伟,1,20161105,A,G12345678
            5,赖梓子,2,20091215,1,110101200912152909
            6,赖梓妍,2,20091215,1,110101200912152925
            7,李娜,2,20091215,1,110101200912152900

            """)
        #expect(found == [
            "3,10,nsd_cross,", "3,4,nsd_dup,", "4,10,nsd_cross,", "7,,id_bad,", "9,10,id_dup,",
        ])
    }

    @Test func `Spelling does not hide a double`() throws {
        let found = try pairs(Self.header + """
            1,甲,1,20161105,1,11010119900307002X
            2,乙,1,20161105, 1 ,１１０１０１１９９００３０７００２ｘ
            3,丙,1,20161105,１,110101 19900307\u{3000}002x
            4,买买提・艾 力,1,20100101,Z,
            5,买买提•艾力,1,20100101,Z,
            6,买买提●艾\u{A0}力,1,２０１００１０１,Z,
            7,\u{20BB7}野,2,20100101,Z,
            8, \u{20BB7}野 ,2,20100101,Z,
            9,\u{F9B4}木,2,20100101,Z,
            10,\u{9818}木,2,20100101,Z,
            11,张\u{200B}伟,1,20100101,Z,
            12,张伟,1,20100101,Z,

            """)
        #expect(found == [
            "1,2,id_dup,", "1,3,id_dup,", "2,3,id_dup,", "4,5,nsd_dup,", "4,6,nsd_dup,", "5,6,nsd_dup,",
            "7,8,nsd_dup,", "9,10,nsd_dup,",
        ])
    }

    @Test func `Only type one with a number has an ID`() throws {
        let found = try pairs(Self.header + """
            1,张伟,1,20161105,1,110102201611054337
            2,李强,1,20161106,A,110102201611054337
            3,王芳,2,20100101,1,
            4,王芳,2,20100101,1,\u{3000}

            """)
        #expect(found == ["3,4,nsd_dup,"])
    }

    @Test func `Names without a sex or a date, and dates without a name, are equal to nothing`() throws {
        #expect(try pairs(Self.header + "1,,1,20161105,Z,\n2,,1,20161105,Z,\n3,张伟,,20161105,Z,\n4,张伟,,20161105,Z,\n").isEmpty)
        #expect(try pairs(Self.header + "1,张伟,1,,Z,\n2,张伟,1, ,Z,\n").isEmpty)
    }

    @Test func `A wrong number is named for itself, a right one of the future or of another birth date is not`() throws {
        let found = try pairs(Self.header + """
            1,甲,1,20091215,1,110101091215290
            2,乙,1,20091215,1,110101091215290
            3,丙,1,20091215,1,110101200902302905
            4,丁,1,20091215,1,11010120091215290A
            5,戊,1,20991215,1,110101209912150012
            6,己,2,19990101,1,110101209912150015

            """)
        #expect(found == ["1,,id_bad,", "1,2,id_dup,", "2,,id_bad,", "3,,id_bad,", "4,,id_bad,", "5,,id_bad,"])
    }

    @Test func `Byte order mark, CRLF, quotes, blank lines, other columns in any order`() throws {
        let found = try pairs(
            "\u{FEFF}addr,\"id_no\",id_type, name ,rec_no,sex,birth,phone\r\n"
                + "\"一号,\r\n二楼\",,Z,张伟,\"a,1\",1,20161105,\r\n\r\n,,,,,,,\r\n"
                + "\"他说\"\"好\"\"\",,Z,张 伟,B2,1,20161105\r\n")
        #expect(found == ["B2,\"a,1\",nsd_dup,"])
    }

    @Test func `Record numbers are compared as numbers if both are, else bytewise`() throws {
        let row = ",张伟,1,20161105,Z,\n"
        #expect(try pairs(Self.header + "10" + row + "9" + row) == ["9,10,nsd_dup,"])
        #expect(try pairs(Self.header + "10" + row + "9x" + row) == ["10,9x,nsd_dup,"])
        #expect(try pairs(Self.header + "7" + row + "07" + row) == ["07,7,nsd_dup,"])
        #expect(try pairs(Self.header + "100000000000000000000" + row + "99999999999999999999" + row)
            == ["99999999999999999999,100000000000000000000,nsd_dup,"])
    }

    @Test func `The order of the rows does not change a byte of the output`() throws {
        let rows = (1...300).map { "\($0),人\($0 % 20),1,20161105,\($0 % 3 == 0 ? "1" : "Z"),\($0 % 7)" }
        let folder = try Folder()
        var outputs = Set<Data>()
        for (round, order) in [rows, rows.reversed(), rows.sorted()].enumerated() {
            let input = folder.file("\(round).csv"), output = folder.file("\(round).out")
            try Data((Self.header + order.joined(separator: "\n")).utf8).write(to: URL(fileURLWithPath: input))
            _ = try Audit.run(input: input, output: output) { 0 }
            outputs.insert(try Data(contentsOf: URL(fileURLWithPath: output)))
        }
        #expect(outputs.count == 1)
    }

    @Test func `The report counts rows and each kind, and takes the time from the clock`() throws {
        let folder = try Folder()
        try Data((Self.header + "1,甲,1,20161105,Z,\n2,甲,1,20161105,Z,\n").utf8)
            .write(to: URL(fileURLWithPath: folder.file("in.csv")))
        var seconds = 10.0
        let report = try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv")) {
            defer { seconds += 2.5 }
            return seconds
        }
        #expect(report == AuditReport(
            rows: 2, pairs: [.idDuplicate: 0, .nsdDuplicate: 1, .nsdCross: 0, .idInvalid: 0], seconds: 2.5))
    }
}
