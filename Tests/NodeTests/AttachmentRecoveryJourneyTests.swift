import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing

/// Files after a restored backup and after a lost disk.
struct AttachmentRecoveryJourneyTests {
    @Test func `a backup on another disk brings the files along`() async throws {
        let pair = try await AttachmentPair.make("attach-backup", seed: 960)
        let (disk, restored) = (try Fixture.folder("attach-disk"), try Fixture.folder("attach-restored"))
        defer {
            pair.remove()
            for path in [disk, restored] { Fixture.remove(path) }
        }
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try await ServedNode.serve(pair.school, seed: 961) { school in
            #expect(await school.verb("attach", pair.dossier, pair.file) == 0)
            #expect(await school.verb("backup", "--out", disk) == 0)
            #expect(await school.verb("backup", "--out", disk) == 0)
        }
        let copies = try FileManager.default.contentsOfDirectory(atPath: disk).filter { $0.hasSuffix(".sqlite") }.sorted()
        let newest = try #require(copies.last)
        // The first disk is gone, and the authority has never had the file.
        Fixture.remove(pair.school)
        #expect(await XuejiCommand.runProgram(["restore", "--from", disk + "/" + newest, "--data", restored, "--json"]) == 0)
        #expect(BlobShelf(node: restored).isSound(pair.hash))
        try await ServedNode.serve(pair.centre, seed: 962, peerListen: pair.peer) { _ in
            try await ServedNode.serve(restored, seed: 963) { school in
                try await Fixture.eventually { try AttachmentPair.holds(pair.centre, pair.hash) }
                #expect(try AttachmentPair.holds(restored, pair.hash))
                #expect(await school.verb("verify") == 0)
            }
        }
        #expect(BlobShelf(node: pair.centre).isSound(pair.hash))
    }

    @Test func `a school that lost its disk and joins again gets its files back`() async throws {
        let pair = try await AttachmentPair.make("attach-lost", seed: 970)
        let fresh = try Fixture.folder("attach-fresh")
        defer {
            pair.remove()
            Fixture.remove(fresh)
        }
        try await ServedNode.serve(pair.centre, seed: 971, peerListen: pair.peer) { _ in
            try await ServedNode.serve(pair.school, seed: 972) { school in
                #expect(await school.verb("attach", pair.dossier, pair.file) == 0)
                try await Fixture.eventually { try AttachmentPair.holds(pair.centre, pair.hash) }
            }
        }
        Fixture.remove(pair.school)
        let archive = try Fixture.archive(pair.centre, seed: 973)
        let code = try archive.write { try Invitations.issue(for: AttachmentPair.school.code, by: .centre, in: $0).code.text }
        try archive.close()
        try await ServedNode.serve(pair.centre, seed: 974, peerListen: pair.peer) { centre in
            _ = try await Joining(
                parent: centre.ready.peer, code: code, folder: fresh, proxy: nil, surroundings: Fixture.surroundings(seed: 975)).join()
            try await ServedNode.serve(fresh, seed: 976) { school in
                try await Fixture.eventually { try AttachmentPair.holds(fresh, pair.hash) }
                #expect(BlobShelf(node: fresh).isSound(pair.hash))
                #expect(await school.verb("attachments", pair.dossier) == 0)
                #expect(await school.verb("verify") == 0)
            }
        }
    }
}
