import Features
import FoundationEssentials
@testable import Node
import Protocol
import struct Protocol.Attachment
import Replication
import Rules
import Store
import Testing

/// What a node takes in of its children's files, and how much at a time.
struct StoreBlobsTests {
    private static let school = Unit(
        code: "3144000001", name: "示例学校", tier: .school, competent: "440000", territorial: "440000", kind: "211", stages: [.primary],
        years: [.primary: 6], owner: "831", urban: "111")
    private static let files: [[UInt8]] = (0..<6).map { number in (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + number) } }

    /// A centre that wants six files of a school.
    private func wanting(_ name: String, seed: UInt64, _ body: (Archive, String) throws -> Void) throws {
        let (folder, archive) = try Fixture.centre(name, seed: seed)
        defer { Fixture.remove(folder) }
        try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Self.school), as: .centre, to: .everyone)
            for (number, bytes) in Self.files.enumerated() {
                let hash = Hashing.sha256(bytes)
                let attachment = Attachment(
                    dossier: transaction.surroundings.dossier(), by: Self.school.code, hash: hash, size: bytes.count, type: "jpg",
                    purpose: "evidence", name: "\(number)", at: 1)
                try transaction.database.execute(
                    sql: "INSERT INTO attachment (dossier, hash, writer, size, payload) VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        Data(attachment.dossier.bytes), Data(hash.bytes), Self.school.code.text, bytes.count,
                        Data(Payload.encode(attachment)),
                    ])
                try BlobRegister(transaction).want(hash, of: Self.school.code, size: bytes.count, isUrgent: false, at: transaction.now)
            }
        }
        try body(archive, folder)
        try archive.close()
    }

    @Test func `of one child four files may be half here: the first one begun gives way, and can be begun again`() throws {
        try wanting("half", seed: 1600) { archive, folder in
            let (room, shelf) = (StoreBlobs(archive: archive), BlobShelf(node: folder))
            let hashes = Self.files.map { Hashing.sha256($0) }
            for (bytes, hash) in zip(Self.files, hashes).prefix(5) {
                #expect(try room.store(Array(bytes.prefix(400)), of: hash, size: 1000, at: 0, from: .child("440000")) == .more(have: 400))
            }
            #expect(shelf.partialSize(hashes[0]) == 0)
            #expect(hashes[1...4].allSatisfy { shelf.partialSize($0) == 400 })
            let wants = try room.wants(from: "440000", limit: 64).wants
            #expect(wants.count == 6 && wants.count { $0.have == 400 } == 4)
            // Whole ones make room.
            #expect(try room.store(Array(Self.files[1].suffix(600)), of: hashes[1], size: 1000, at: 400, from: .child("440000")) == .stored)
            #expect(try room.store(Array(Self.files[0].prefix(400)), of: hashes[0], size: 1000, at: 0, from: .child("440000")) == .more(have: 400))
            #expect(hashes[2...4].allSatisfy { shelf.partialSize($0) == 400 })
        }
    }

    @Test func `a file that was whole when the process ended is asked for, and the first piece puts it in its place`() throws {
        try wanting("whole", seed: 1605) { archive, folder in
            let (room, hash) = (StoreBlobs(archive: archive), Hashing.sha256(Self.files[0]))
            _ = try room.store(Array(Self.files[0].prefix(999)), of: hash, size: 1000, at: 0, from: .child("440000"))
            try Data(Self.files[0]).write(to: URL(fileURLWithPath: folder + "/blobs/partial/" + hash.description))
            let want = try room.wants(from: "440000", limit: 64).wants.first { $0.hash == hash }
            #expect(want?.have == 0)
            #expect(try room.store(Array(Self.files[0].prefix(400)), of: hash, size: 1000, at: 0, from: .child("440000")) == .stored)
            #expect(try room.wants(from: "440000", limit: 64).wants.allSatisfy { $0.hash != hash })
        }
    }

    @Test func `what nobody asked for, another's file and a wrong size are not taken`() throws {
        try wanting("unwanted", seed: 1610) { archive, folder in
            let room = StoreBlobs(archive: archive)
            let hash = Hashing.sha256(Self.files[0])
            let receipts = [
                try room.store([1], of: Hashing.sha256([1]), size: 1, at: 0, from: .child("440000")),
                try room.store([1], of: hash, size: 999, at: 0, from: .child("440000")),
                try room.store([1], of: hash, size: 1000, at: 0, from: .child("999999")),
            ]
            #expect(receipts == [.unwanted, .unwanted, .unwanted])
            #expect(BlobShelf(node: folder).partialFiles().isEmpty)
        }
    }

    @Test func `below 256 MB of free disk nothing is asked for and nothing taken; with room again it is`() throws {
        try wanting("narrow", seed: 1620) { archive, folder in
            let full = StoreBlobs(archive: archive, shelf: BlobShelf(node: folder, free: { _ in BlobShelf.reserve }))
            let hash = Hashing.sha256(Self.files[0])
            let reply = try full.wants(from: "440000", limit: 64)
            #expect(reply.wants.isEmpty && reply.queue.count == 6)
            #expect(throws: StoreError.self) { try full.store(Self.files[0], of: hash, size: 1000, at: 0, from: .child("440000")) }
            #expect(try !archive.read { try BlobRegister($0).holds(hash) })
            let room = StoreBlobs(archive: archive)
            #expect(try room.wants(from: "440000", limit: 64).wants.count == 6)
            #expect(try room.store(Self.files[0], of: hash, size: 1000, at: 0, from: .child("440000")) == .stored)
        }
    }

    @Test func `half files that nobody wants any more are cleaned up`() throws {
        try wanting("cleaned", seed: 1630) { archive, folder in
            let (room, hash) = (StoreBlobs(archive: archive), Hashing.sha256(Self.files[0]))
            _ = try room.store(Array(Self.files[0].prefix(10)), of: hash, size: 1000, at: 0, from: .child("440000"))
            try archive.write { transaction in
                let withdrawal = AttachmentWithdrawal(
                    dossier: try #require(try BlobRegister(transaction).attachments(with: hash).first).dossier, by: Self.school.code, hash: hash,
                    reason: "传错了", at: 1)
                try transaction.database.execute(
                    sql: "INSERT INTO attachment_withdrawal (dossier, hash, writer, payload) VALUES (?, ?, ?, ?)",
                    arguments: [
                        Data(withdrawal.dossier.bytes), Data(hash.bytes), Self.school.code.text, Data(Payload.encode(withdrawal)),
                    ])
            }
            #expect(try BlobSweep(archive).perform().removed == 1)
            #expect(BlobShelf(node: folder).partialFiles().isEmpty)
        }
    }

    // MARK: Files of transfers

    /// A centre with two provinces and an application between their schools, which has a file that lies elsewhere.
    private func transfer(_ name: String, seed: UInt64, _ body: (StoreBlobs, Archive, Digest) throws -> Void) throws {
        let (folder, archive) = try Fixture.centre(name, seed: seed)
        defer { Fixture.remove(folder) }
        let hash = Hashing.sha256(Self.files[0])
        let other = Unit(
            code: "3143000001", name: "另一学校", tier: .school, competent: "430000", territorial: "430000", kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
        try archive.write { transaction in
            for unit in [
                Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
                Unit(code: "430000", name: "湖南省", tier: .province, competent: .centre),
                Unit(code: "450000", name: "广西", tier: .province, competent: .centre), Self.school, other,
            ] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            for unit in [Self.school.code, other.code] {
                let secret = transaction.surroundings.statementKey()
                let enrolment = KeyEnrolment(unit: unit, publicKey: secret.publicKey, issuer: .centre, generation: 1, node: .centre)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit))
                try transaction.keepSecret(secret, of: unit, incarnation: transaction.surroundings.incarnation())
            }
            let head = TransferHead(application: transaction.surroundings.dossier(), receiving: Self.school.code, releasing: other.code)
            let content = TransferContent(name: "张伟", number: "G1", idNumber: "", cohort: "20221", date: "20260915", reason: "迁居", stay: "1")
            var step = TransferStep(
                hash: hash, head: head, previous: nil, kind: .apply, by: head.receiving, station: .receivingSchool, next: .receivingSchool,
                nextHolder: head.receiving, receivingVersion: 1, releasingVersion: 1, at: 1, content: content)
            let first = Payload.encode(step)
            try transaction.append(.transferStep, first, as: head.receiving, to: .up)
            (step.previous, step.kind, step.content) = (Payload.transferHash(first), .submit, nil)
            (step.next, step.nextHolder) = (.receivingAuthority, "440000")
            try transaction.append(.transferStep, Payload.encode(step), as: head.receiving, to: .up)
            let file = Attachment(
                dossier: head.application, by: head.receiving, hash: hash, size: 1000, type: "jpg", purpose: "residence", name: "a", at: 1)
            try transaction.append(.transferFile, Payload.encode(head, file: file), as: head.receiving, to: .up)
        }
        try body(StoreBlobs(archive: archive), archive, hash)
        try archive.close()
    }

    @Test func `a file of a transfer is fetched for the other side's nodes, and given to them and to nobody else's`() throws {
        try transfer("other-side", seed: 1640) { room, archive, hash in
            for stranger in ["450000", "440000"] as [UnitCode] {
                try room.noteWished(hash, by: stranger)
                #expect(try !archive.read { try BlobRegister($0).isWanted(hash) }, "\(stranger)")
            }
            try room.noteWished(hash, by: "430000")
            #expect(try room.wants(from: "440000", limit: 64).wants.map(\.hash) == [hash])
            #expect(try room.wants(from: "430000", limit: 64).wants.isEmpty)
            #expect(try room.store(Self.files[0], of: hash, size: 1000, at: 0, from: .child("430000")) == .unwanted)
            #expect(try room.store(Self.files[0], of: hash, size: 1000, at: 0, from: .child("440000")) == .stored)
            #expect(try room.size(of: hash, for: "430000") == 1000 && room.size(of: hash, for: "450000") == nil)
        }
    }
}
