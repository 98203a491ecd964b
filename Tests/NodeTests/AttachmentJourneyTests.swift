import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A file from the school's clerk to its authority, and back after the school has lost it.
struct AttachmentJourneyTests {
    @Test func `a file goes up to the authority, and comes back to the school that lost it`() async throws {
        let pair = try await AttachmentPair.make("attach", seed: 920)
        defer { pair.remove() }
        let out = pair.file + ".out"
        defer { Fixture.remove(out) }
        try await ServedNode.serve(pair.school, seed: 930) { school in
            // Alone: saved here, and the file's own type counts, not the name's.
            #expect(await school.verb("attach", pair.dossier, pair.file) == 0)
            #expect(await school.verb("attachments", pair.dossier) == 0)
        }
        #expect(BlobShelf(node: pair.school).size(pair.hash) == AttachmentPair.picture.count)
        try await ServedNode.serve(pair.centre, seed: 931, peerListen: pair.peer) { centre in
            try await ServedNode.serve(pair.school, seed: 932) { _ in
                try await Fixture.eventually { try AttachmentPair.holds(pair.centre, pair.hash) }
            }
            #expect(await centre.verb("attachment", "get", pair.hash.description, "--out", out) == 0)
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: out))) == AttachmentPair.picture)
            #expect(await centre.verb("attachment", "get", String(repeating: "a", count: 64), "--out", out) == 1)
            Fixture.remove(pair.school + "/blobs")
            try await ServedNode.serve(pair.school, seed: 933) { school in
                try await Fixture.eventually { BlobShelf(node: pair.school).isSound(pair.hash) }
                try await Fixture.eventually { try AttachmentPair.holds(pair.school, pair.hash) }
                #expect(await school.verb("verify") == 0)
            }
        }
    }

    @Test func `what had come before the centre ended is not sent again`() async throws {
        let pair = try await AttachmentPair.make("resume", seed: 940)
        defer { pair.remove() }
        // Half of it lies at the centre already, as after a cut: with a marked byte it cannot become whole, so that its use shows.
        try await ServedNode.serve(pair.school, seed: 950) { school in
            #expect(await school.verb("attach", pair.dossier, pair.file) == 0)
            try await ServedNode.serve(pair.centre, seed: 951, peerListen: pair.peer) { _ in
                try await Fixture.eventually { try AttachmentPair.read(pair.centre) { try !BlobRegister($0).attachments(with: pair.hash).isEmpty } }
            }
        }
        try Self.halve(pair)
        try await ServedNode.serve(pair.centre, seed: 952, peerListen: pair.peer) { _ in
            try await ServedNode.serve(pair.school, seed: 953) { _ in
                try await Fixture.eventually { try Self.alarms(pair.centre).contains("blob.mismatch") }
            }
        }
        #expect(try !AttachmentPair.holds(pair.centre, pair.hash))
        #expect(BlobShelf(node: pair.centre).partialSize(pair.hash) == 0)
    }

    private static func alarms(_ folder: String) throws -> [String] {
        try AttachmentPair.read(folder) { try String.fetchAll($0.database, sql: "SELECT code FROM alarm") }
    }

    /// Makes the centre a node to which half of the file has come, one byte of it wrong.
    private static func halve(_ pair: AttachmentPair) throws {
        let shelf = BlobShelf(node: pair.centre)
        shelf.remove(pair.hash)
        let archive = try Fixture.archive(pair.centre, seed: 998)
        defer { try? archive.close() }
        try archive.write { transaction in
            let register = BlobRegister(transaction)
            try register.forget(pair.hash)
            try register.want(pair.hash, of: AttachmentPair.school.code, size: AttachmentPair.picture.count, isUrgent: false, at: transaction.now)
        }
        var half = Array(AttachmentPair.picture.prefix(700_000))
        half[5] ^= 1
        _ = try shelf.append(half, of: pair.hash, size: AttachmentPair.picture.count, at: 0)
    }
}
