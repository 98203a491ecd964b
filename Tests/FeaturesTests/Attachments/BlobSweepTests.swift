import Features
import FoundationEssentials
import GRDB
import Protocol
import struct Protocol.Attachment
import Rules
import Store
import Testing

struct BlobSweepTests {
    private static let bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 7, count: 500)
    private let node: TestNode
    private let shelf: BlobShelf
    private let hash = Hashing.sha256(bytes)

    /// A centre that hosts the county but not its school.
    init() throws {
        node = try TestNode(seed: 92)
        shelf = BlobShelf(node: node.folder)
        try node.becomeCentre(hosting: [People.county, People.school])
    }

    private func state(retiring: Bool = false) throws {
        let dossier = try #require(DossierID([UInt8](repeating: 5, count: 16)))
        let attachment = Attachment(
            dossier: dossier, by: People.school.code, hash: hash, size: Self.bytes.count, type: "jpg", purpose: "evidence", name: "a",
            at: 1)
        _ = try node.archive.write { transaction in
            try transaction.append(.attachment, Payload.encode(attachment), as: People.school.code, to: .up)
        }
        if retiring {
            try node.archive.write { for unit in [People.school.code, People.county.code] { try $0.retireSecret(of: unit) } }
        }
        try node.settle()
    }

    private func isWanted() throws -> Bool { try node.archive.read { try BlobRegister($0).isWanted(hash) } }
    private func isHeld() throws -> Bool { try node.archive.read { try BlobRegister($0).holds(hash) } }

    @Test func `what is stated and not here is wanted where it is to be kept, and nowhere else`() throws {
        try state()
        #expect(try isWanted())
        let elsewhere = try BlobSweepTests()
        try elsewhere.state(retiring: true)
        #expect(try !elsewhere.isWanted())
    }

    @Test(arguments: [("440106", true), ("2144000001", false)])
    func `a file of a school that its authority hosts is kept one node further up`(_ node: String, _ isKept: Bool) throws {
        try self.node.archive.write { transaction in
            try transaction.database.execute(sql: "UPDATE unit_key SET node = '440106' WHERE unit = '440106'")
            try transaction.database.execute(sql: "UPDATE unit_key SET node = ? WHERE unit = '2144000001'", arguments: [node])
        }
        try state(retiring: true)
        #expect(try isWanted() == isKept)
    }

    @Test func `a province may have files kept further up`() throws {
        try state(retiring: true)
        let setting = PolicySetting(unit: .centre, key: "attachments.reach", value: "centre", version: 1, by: .centre, at: 1)
        // The catalogue leaves it to provinces; this tree has none, so the row is put there as a province's would be.
        try node.archive.write { transaction in
            try transaction.database.execute(
                sql: "INSERT INTO policy (unit, key, version, value, by, at) VALUES (?, ?, 1, ?, ?, 1)",
                arguments: [setting.unit.text, setting.key, setting.value, setting.by.text])
        }
        _ = try BlobSweep(node.archive).perform()
        #expect(try isWanted())
    }

    @Test func `a whole file without a row is taken up, a row without its file is wanted again with an alarm`() throws {
        try state()
        _ = try shelf.take(Self.bytes)
        var report = try BlobSweep(node.archive).perform()
        #expect(report.found == 1)
        #expect(try isHeld() && !isWanted())
        shelf.remove(hash)
        report = try BlobSweep(node.archive).perform()
        #expect(report.lost == 1)
        #expect(try !isHeld() && isWanted())
        let alarm = try node.archive.read { try String.fetchOne($0.database, sql: "SELECT code FROM alarm WHERE code = 'blob.lost'") }
        #expect(alarm == "blob.lost")
    }

    @Test func `what a crash left and nobody stated goes after a day, half files at once`() throws {
        let stranger = try shelf.take([1, 2, 3])
        _ = try shelf.append([1], of: hash, size: 10, at: 0)
        let written = try #require(shelf.files().first?.writtenAt)
        node.clock.advance(written - node.archive.surroundings.now())
        #expect(try BlobSweep(node.archive).perform().removed == 1)
        #expect(shelf.size(stranger) == 3)
        node.clock.advance(BlobSweep.strangerSeconds + 1)
        #expect(try BlobSweep(node.archive).perform().removed == 1)
        #expect(shelf.size(stranger) == nil)
    }

    @Test func `what was fetched to be looked at goes after a week`() throws {
        try state(retiring: true)
        _ = try shelf.take(Self.bytes)
        try node.archive.write {
            try BlobRegister($0).keep(hash, size: Self.bytes.count, at: $0.now, until: $0.now + BlobSweep.keptSeconds)
        }
        #expect(try BlobSweep(node.archive).perform() == BlobSweep.Report())
        node.clock.advance(BlobSweep.keptSeconds + 1)
        #expect(try BlobSweep(node.archive).perform().expired == 1)
        #expect(try !isHeld())
        #expect(shelf.size(hash) == nil)
    }
}
