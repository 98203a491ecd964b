import Features
import Foundation
import Rules
import Testing

/// The smallest audits with `--suspect`.
@Suite struct SuspectWriterTests {
    static let header = "rec_no,school_code,name,sex,birth,id_type,id_no,hukou_region,addr,phone,g1_name,g1_id_no,g1_phone\n"
    static let child = "31,3431025001,周语嫣,2,20140411,1,431025201404119243,431025000000,431025滨河路12号3栋501室,13787654321,夏红晨,431025198203040027,13787654321\n"
    static let twin = "32,3431025001,周语欣,2,20140411,1,431025201404119227,431025000000,431025滨河路12号3栋501室,13787654321,夏红晨,431025198203040027,13787654321\n"
    static let double = "7,3440106002,周雨嫣,2,20140411,Z,,431025000000,440106天河路8号2栋101室,18812345670,夏红晨,431025198203040027,18812345670\n"
    static let equal = "8,3440106002,周语嫣,2,20140411,Z,,431025000000,440106天河路8号2栋101室,18812345670,夏红晨,431025198203040027,18812345670\n"
    /// Forty pupils who have nothing to do with them.
    static let others = (0..<40).map { index in
        let name = ["李国强", "王芳", "陈晓东", "刘静怡", "黄海"][index % 5]
        let county = 110_101 + index * 10_000
        return "\(100 + index),3\(county)001,\(name),\(index % 2 + 1),20\(10 + index % 9)0\(index % 9 + 1)1\(index % 7),Z,,\(county)000000,"
            + "\(county)人民路\(index)号\(index % 4 + 1)栋,137\(20_000_000 + index * 7919),家长\(index),,\n"
    }

    private func audit(_ rows: [String], reasons: String? = nil, in folder: AuditTests.Folder) throws -> (lines: [String], report: AuditReport) {
        try Data((Self.header + rows.joined()).utf8).write(to: URL(fileURLWithPath: folder.file("in.csv")))
        let report = try Audit.run(
            input: folder.file("in.csv"), output: folder.file("out.csv"), suspect: true, reasons: reasons.map(folder.file)) { 0 }
        let lines = try String(contentsOfFile: folder.file("out.csv"), encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.first == "rec_no_a,rec_no_b,kind,score")
        return (Array(lines.dropFirst()), report)
    }

    @Test func `A child under another name is written with a score, its twin is not`() throws {
        let (lines, report) = try audit(Self.others + [Self.child, Self.twin, Self.double], in: AuditTests.Folder())
        #expect(lines.count == 1 && report.pairs[.suspect] == 1)
        let fields = try #require(lines.first?.split(separator: ","))
        #expect(fields.prefix(3) == ["7", "31", "suspect"])
        #expect(try #require(Double(fields[3])) >= SuspicionWeights.shipped.threshold)
    }

    @Test func `A pair that the exact check names is not written twice`() throws {
        let (lines, report) = try audit(Self.others + [Self.child, Self.equal], in: AuditTests.Folder())
        #expect(lines == ["8,31,nsd_cross,"] && report.pairs[.suspect] == 0)
    }

    @Test func `The order of the rows does not change a byte`() throws {
        let rows = Self.others + [Self.child, Self.twin, Self.double]
        var outputs = Set<[String]>()
        for order in [rows, rows.reversed(), rows.sorted()] {
            let folder = try AuditTests.Folder()
            outputs.insert(try audit(order, reasons: "why.csv", in: folder).lines + [String(contentsOfFile: folder.file("why.csv"), encoding: .utf8)])
        }
        #expect(outputs.count == 1)
    }

    @Test func `The reasons name pair, field, level and weight`() throws {
        let folder = try AuditTests.Folder()
        _ = try audit(Self.others + [Self.child, Self.double], reasons: "why.csv", in: folder)
        let lines = try String(contentsOfFile: folder.file("why.csv"), encoding: .utf8).split(separator: "\r\n").map(String.init)
        #expect(lines.first == "rec_no_a,rec_no_b,field,level,bits")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("7,31,") })
        #expect(lines.contains { $0.hasPrefix("7,31,name,sound,") } && lines.contains { $0.hasPrefix("7,31,guardian,sameNumber,") })
    }
}
