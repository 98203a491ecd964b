import Features
import Foundation
import Testing

@Suite struct AuditErrorTests {
    private static let header = "rec_no,name,sex,birth,id_type,id_no\n"

    /// Runs an audit that must be refused, and sees to it that no file came of it.
    private func refusal(_ text: String) throws -> AuditError? {
        let folder = try AuditTests.Folder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("in.csv")))
        let error = #expect(throws: AuditError.self) {
            try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv")) { 0 }
        }
        #expect(folder.names == ["in.csv"])
        return error
    }

    @Test func `A header without a needed column is refused and no file is written`() throws {
        #expect(try refusal("rec_no,name,sex,birth,id_type\n1,张伟,1,20161105,Z\n") == .missingColumns(["id_no"]))
        #expect(try refusal("1,张伟,1,20161105,Z,\n")
            == .missingColumns(["rec_no", "name", "sex", "birth", "id_type", "id_no"]))
    }

    @Test func `A needed column that stands twice is refused`() throws {
        #expect(try refusal("rec_no,name,sex,birth,id_type,id_no,name\n") == .repeatedColumn("name"))
    }

    @Test func `A record number that is missing or stands twice is refused with its line`() throws {
        let rows = Self.header + "1,张伟,1,20161105,Z,\n\n"
        #expect(try refusal(rows + " ,李娜,2,20161105,Z,\n") == .missingRecordNumber(line: 4))
        #expect(try refusal(rows + "2,李娜,2,20161105,Z,\n1,王芳,2,20161105,Z,\n")
            == .repeatedRecordNumber("1", line: 5))
    }

    @Test func `A row with slipped or cut fields is refused with its line`() throws {
        #expect(try refusal(Self.header + "1,张伟,1,20161105,Z,,人民路1号\n") == .raggedRow(line: 2, fields: 7, columns: 6))
        #expect(try refusal(Self.header + "1,张伟,1\n") == .raggedRow(line: 2, fields: 3, columns: 6))
    }

    @Test func `Weights that are not whole are refused`() throws {
        let folder = try AuditTests.Folder()
        try Data(Self.header.utf8).write(to: URL(fileURLWithPath: folder.file("in.csv")))
        try Data("name equal 0.5 0.5 0.5\n".utf8).write(to: URL(fileURLWithPath: folder.file("weights")))
        for weights in [folder.file("weights"), folder.file("none")] {
            #expect(throws: AuditError.unusableWeights(weights)) {
                try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv"), suspect: true, weights: weights) { 0 }
            }
        }
        #expect(folder.names == ["in.csv", "weights"])
    }

    @Test func `The input is never overwritten, nor anything that is no ordinary file`() throws {
        let folder = try AuditTests.Folder()
        let input = folder.file("in.csv"), link = folder.file("link.csv")
        try Data(Self.header.utf8).write(to: URL(fileURLWithPath: input))
        try FileManager.default.linkItem(atPath: input, toPath: link)
        #expect(throws: AuditError.outputIsInput) { try Audit.run(input: input, output: link) { 0 } }
        #expect(throws: AuditError.outputIsNoFile(folder.path)) {
            try Audit.run(input: input, output: folder.path) { 0 }
        }
        #expect(try String(contentsOfFile: input, encoding: .utf8) == Self.header)
    }

    @Test func `A failed audit leaves an older result as it was`() throws {
        let folder = try AuditTests.Folder()
        try Data("broken\n".utf8).write(to: URL(fileURLWithPath: folder.file("in.csv")))
        try Data("older".utf8).write(to: URL(fileURLWithPath: folder.file("out.csv")))
        #expect(throws: AuditError.self) {
            try Audit.run(input: folder.file("in.csv"), output: folder.file("out.csv")) { 0 }
        }
        #expect(try String(contentsOfFile: folder.file("out.csv"), encoding: .utf8) == "older")
    }

    @Test func `Every refusal has a code of its own, a Chinese message and a remedy`() {
        let all: [AuditError] = [
            .missingColumns(["name"]), .repeatedColumn("name"), .missingRecordNumber(line: 2),
            .repeatedRecordNumber("1", line: 3), .raggedRow(line: 2, fields: 3, columns: 6),
            .outputIsInput, .outputIsNoFile("out"), .unwritable("out", reason: "no space"),
            .unusableWeights("weights"), .unknownRecordNumber(line: 2), .tooFewDecisions,
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        for error in all {
            #expect((error.message + error.remedy).unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) })
            #expect(!error.remedy.isEmpty)
        }
    }
}
