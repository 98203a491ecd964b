import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Sheets
import Store
import Synchronization
import Testing

/// A file on five tiers: kept at the school and its county; fetched by the province through the city when somebody asks.
struct AttachmentTiersJourneyTests {
    @Test func `a file stays at school and county, comes up two tiers when asked for, and a withdrawal reaches all`() async throws {
        let file = try Fixture.folder("tiers-evidence.jpg")
        defer { for path in [file, file + ".out", file + ".xlsx"] { Fixture.remove(path) } }
        try Data(AttachmentPair.picture).write(to: URL(fileURLWithPath: file))
        let hash = Hashing.sha256(AttachmentPair.picture)
        try await ServedPath.serve("tiers", seed: 1690) { nodes in
            let (province, city, county, school) = (nodes[1], nodes[2], nodes[3], nodes[4])
            try await Fixture.eventually {
                await school.verb("classes", "add", "--stage", "primary", "--year", "2015", "--count", "1") == 0
            }
            try AttachmentPair.workbook(file + ".xlsx")
            #expect(await school.verb("import", file + ".xlsx") == 0)
            let id = try AttachmentPair.read(school.folder) { try Data.fetchOne($0.database, sql: "SELECT id FROM dossier") }
            let dossier = try #require(id.flatMap { DossierID($0) }).description
            #expect(await school.verb("attach", dossier, file) == 0)
            try await Fixture.eventually { try AttachmentPair.holds(county.folder, hash) }
            try await Fixture.eventually { await province.verb("attachments", dossier) == 0 }
            for node in [city, province] { #expect(try !AttachmentPair.holds(node.folder, hash)) }
            #expect(await province.verb("attachment", "get", hash.description, "--out", file + ".out", "--wait", "60") == 0)
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: file + ".out"))) == AttachmentPair.picture)
            // On the way it lies at the city as well; both keep it for a while only.
            for node in [city, province] {
                let keeps = try AttachmentPair.read(node.folder) { try BlobRegister($0).held().first { $0.hash == hash }?.keepUntil }
                #expect(keeps != nil)
            }
            #expect(await school.verb("attachment", "withdraw", hash.description, "--reason", "扫描件不清晰") == 0)
            for node in nodes {
                try await Fixture.eventually { try AttachmentPair.read(node.folder) { try BlobRegister($0).standing(with: hash).isEmpty } }
            }
            try await Fixture.eventually {
                try AttachmentPair.read(county.folder) { try BlobRegister($0).held().first { $0.hash == hash }?.keepUntil != nil }
            }
            #expect(await school.verb("attachment", "withdraw", hash.description, "--reason", "再撤一次") == 1)
            #expect(await province.verb("verify") == 0)
        }
    }
}
