import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

struct AttachmentWithdrawingTests {
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 7, count: 500)

    private struct Item: Decodable {
        let hash: String
        let here: Bool
        let withdrawnAt, withdrawnReason: String?
    }

    private struct List: Decodable { let attachments: [Item] }

    private let node: TestNode
    private let journey: Journey
    private let dossiers: [String]
    private let hash = Hashing.sha256(jpeg)

    init() throws {
        node = try TestNode(seed: 93)
        try node.becomeCentre(hosting: [People.county, People.school])
        journey = Journey(node: node)
        let code = try journey.addClass()
        _ = try journey.importRows([People.row(1, classCode: code), People.row(2, classCode: code)])
        dossiers = try journey.students().map(\.dossier)
    }

    private func attach(_ bytes: [UInt8] = jpeg, to dossier: String? = nil) throws {
        let path = node.folder + "/upload"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        _ = try node.call(
            "attachments.add", as: People.school.code, ["dossier": dossier ?? dossiers[0]], file: (path: path, name: "佐证.jpg"))
    }

    private func withdraw(as unit: UnitCode = People.school.code, reason: String = "扫描件不清晰") throws -> [Item] {
        let list: List = try journey.decode(node.call(
            "attachments.withdraw", as: unit, ["hash": hash.description], body: #"{"reason":"\#(reason)"}"#))
        try node.settle()
        return list.attachments
    }

    private func refusal(_ body: () throws -> Void) -> Refusal? {
        do { try body() } catch { return error as? Refusal }
        return nil
    }

    private func list(as unit: UnitCode, of dossier: String? = nil) throws -> [Item] {
        let list: List = try journey.decode(node.call("attachments.list", as: unit, ["dossier": dossier ?? dossiers[0]]))
        return list.attachments
    }

    @Test func `what was taken back is still to be seen, with the reason, at the school and above`() throws {
        try attach()
        #expect(try withdraw().map(\.withdrawnReason) == ["扫描件不清晰"])
        for unit in [People.school.code, People.county.code, .centre] {
            let item = try #require(try list(as: unit).first)
            #expect(item.hash == hash.description && item.withdrawnReason == "扫描件不清晰" && item.withdrawnAt != nil)
        }
        #expect(refusal { _ = try withdraw() }?.code == "attachment.unknown")
    }

    @Test func `the bytes go after a week, and are neither wanted nor fetched any more`() throws {
        try attach()
        _ = try withdraw()
        #expect(try BlobSweep(node.archive).perform() == BlobSweep.Report())
        #expect(refusal { _ = try node.call("attachments.get", as: .centre, ["hash": hash.description]) } == nil)
        node.clock.advance(BlobSweep.withdrawnSeconds + 1)
        #expect(try BlobSweep(node.archive).perform().expired == 1)
        #expect(BlobShelf(node: node.folder).size(hash) == nil)
        _ = try BlobSweep(node.archive).perform()
        #expect(try node.archive.read { try !BlobRegister($0).isWanted(hash) })
        for operation in ["attachments.get", "attachments.fetch"] {
            #expect(refusal { _ = try node.call(operation, as: .centre, ["hash": hash.description]) }?.code == "attachment.withdrawn")
        }
    }

    @Test func `a file that lies with another dossier as well is withdrawn from both, and one attached elsewhere stays`() throws {
        try attach()
        try attach(to: dossiers[1])
        #expect(try withdraw().count == 2)
        let other = try AttachmentWithdrawingTests()
        try other.attach()
        // Another school's statement about the same bytes.
        let foreign = Protocol.Attachment(
            dossier: try #require(DossierID([UInt8](repeating: 9, count: 16))), by: People.county.code, hash: hash, size: Self.jpeg.count,
            type: "jpg", purpose: "evidence", name: "b", at: 1)
        try other.node.archive.write {
            try $0.database.execute(
                sql: "INSERT INTO attachment (dossier, hash, writer, size, payload) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    Data(foreign.dossier.bytes), Data(hash.bytes), foreign.by.text, foreign.size, Data(Payload.encode(foreign)),
                ])
        }
        _ = try other.withdraw()
        other.node.clock.advance(BlobSweep.withdrawnSeconds + 1)
        #expect(try BlobSweep(other.node.archive).perform().expired == 0)
        #expect(BlobShelf(node: other.node.folder).size(hash) == Self.jpeg.count)
    }

    @Test func `what has gone up with a submission is cited and stays`() throws {
        try attach()
        for step in ["students.review", "students.submit"] {
            _ = try node.call(
                step, as: People.school.code, body: #"{"dossiers":["\#(dossiers[0])"]}"#)
            try node.settle()
        }
        #expect(refusal { _ = try withdraw() }?.code == "attachment.cited")
        #expect(try list(as: .centre).allSatisfy { $0.withdrawnAt == nil })
        node.clock.advance(1)
        try attach(Self.jpeg + [1])
        let later = Hashing.sha256(Self.jpeg + [1]).description
        #expect(refusal {
            _ = try node.call(
                "attachments.withdraw", as: People.school.code, ["hash": later], body: #"{"reason":"传错了"}"#)
        } == nil)
    }

    @Test func `the school that attached it alone takes it back, and says why`() throws {
        try attach()
        for unit in [People.county.code, UnitCode.centre] { #expect(refusal { _ = try withdraw(as: unit) }?.code == "attachment.unknown") }
        #expect(refusal { _ = try withdraw(reason: " ") }?.code == "attachment.reason")
        #expect(refusal { _ = try withdraw(reason: String(repeating: "长", count: 201)) }?.code == "attachment.reason")
        #expect(try list(as: .centre).allSatisfy { $0.withdrawnAt == nil })
    }

    @Test func `the same bytes cannot come back to that dossier, others can, and fifty that stand are the limit`() throws {
        try attach()
        _ = try withdraw()
        #expect(refusal { try attach() }?.code == "attachment.withdrawn")
        try attach(to: dossiers[1])
        for number in 0..<50 { try attach(Self.jpeg + [UInt8(number)]) }
        #expect(refusal { try attach(Self.jpeg + [99]) }?.code == "attachment.count")
    }

    @Test func `a withdrawal that comes before its attachment counts as well, and the tables follow from the journal`() throws {
        try attach()
        _ = try withdraw()
        let payloads = try node.archive.read { reading in
            (try Data.fetchOne(reading.database, sql: "SELECT payload FROM attachment"),
             try Data.fetchOne(reading.database, sql: "SELECT payload FROM attachment_withdrawal"))
        }
        let turned = try AttachmentWithdrawingTests()
        try turned.node.archive.write { transaction in
            for (kind, payload) in [(EntryKind.attachmentWithdrawal, payloads.1), (.attachment, payloads.0)] {
                try transaction.append(kind, Array(try #require(payload)), as: People.school.code, to: .up)
            }
        }
        try turned.node.settle()
        #expect(try turned.node.archive.read { try BlobRegister($0).standing(with: hash).isEmpty })
        #expect(try turned.node.archive.read { try !BlobRegister($0).isWanted(hash) })
        #expect(try Verification(node.archive).problems.isEmpty)
    }
}
