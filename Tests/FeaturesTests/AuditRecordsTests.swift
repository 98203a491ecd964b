@testable import Features
import Foundation
import Rules
import Testing

@Suite struct AuditRecordsTests {
    /// Forty rows: every name twice, every number four times.
    private func groups(_ comparison: DuplicateKey.Comparison, hash: @escaping AuditRecords.Hash) throws -> Set<[Int]> {
        let folder = try AuditTests.Folder()
        let rows = (0..<40).map { "\(100 + $0),人\($0 % 20),1,20161105,1,\($0 % 10)" }
        try Data(("rec_no,name,sex,birth,id_type,id_no\n" + rows.joined(separator: "\n")).utf8)
            .write(to: URL(fileURLWithPath: folder.file("in.csv")))
        let records = try AuditRecords(readingFrom: folder.file("in.csv"), hash: hash)
        var groups = Set<[Int]>()
        records.forEachGroup(comparison) { groups.insert($0) }
        return groups
    }

    @Test(arguments: DuplicateKey.Comparison.allCases)
    func `Keys whose hashes collide are told apart by their text`(comparison: DuplicateKey.Comparison) throws {
        let right = try groups(comparison, hash: AuditRecords.standardHash)
        #expect(right.count == (comparison == .residentID ? 10 : 20))
        #expect(right.allSatisfy { $0.count == (comparison == .residentID ? 4 : 2) && $0 == $0.sorted() })
        #expect(try groups(comparison, hash: { _ in 0 }) == right)
        #expect(try groups(comparison, hash: { UInt64($0.last ?? 0) % 2 }) == right)
    }

    @Test func `A group of many rows is handed out whole and without pairs being kept`() throws {
        let folder = try AuditTests.Folder()
        let rows = (0..<600).map { "\($0),张伟,1,20161105,Z," }
        try Data(("rec_no,name,sex,birth,id_type,id_no\n" + rows.joined(separator: "\n")).utf8)
            .write(to: URL(fileURLWithPath: folder.file("in.csv")))
        let report = try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv")) { 0 }
        #expect(report.pairs[.nsdDuplicate] == 600 * 599 / 2)
    }
}
