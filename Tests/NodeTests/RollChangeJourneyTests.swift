import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Rules
import Store
import Testing

/// A suspension and the return on five tiers, each with a node of its own, by the command line as people write it.
struct RollChangeJourneyTests {
    /// A pupil's standing as a node has it, with its head and the digest of the registry.
    private struct Seen: Equatable {
        let status: StudentStatus?
        let openCase: String?
        let head: Digest?
    }

    private func seen(_ node: ServedNode, _ id: DossierID) throws -> Seen {
        try AttachmentPair.read(node.folder) { reading in
            let dossier = try DossierShelf(reading).dossier(id)
            return Seen(status: dossier?.roll.status, openCase: dossier?.openCase?.stand.rawValue, head: dossier?.head)
        }
    }

    private func enrolled(_ school: ServedNode, _ county: ServedNode) async throws -> DossierID {
        let file = school.folder + "-pupils.xlsx"
        defer { Fixture.remove(file) }
        try await Fixture.eventually { await school.verb("classes", "add", "--stage", "primary", "--year", "2015", "--count", "1") == 0 }
        try AttachmentPair.workbook(file)
        #expect(await school.verb("import", file) == 0)
        let found = try AttachmentPair.read(school.folder) { try Data.fetchOne($0.database, sql: "SELECT id FROM dossier") }
        let id = try #require(found.flatMap { DossierID($0) })
        try await Fixture.eventually { await school.verb("review", id.description) == 0 }
        #expect(await school.verb("submit", id.description) == 0)
        try await Fixture.eventually { await county.verb("approve", id.description) == 0 }
        try await Fixture.eventually { try AttachmentPair.read(school.folder) { try DossierShelf($0).dossier(id)?.state == .enrolled } }
        return id
    }

    @Test func `a suspension is applied for at the school, decided by the county, and the same at all five tiers; so is the return`() async throws {
        let picture = try Fixture.folder("roll-certificate.jpg")
        defer { for path in [picture, picture + ".second", picture + ".third"] { Fixture.remove(path) } }
        try Data(AttachmentPair.picture + [2]).write(to: URL(fileURLWithPath: picture + ".third"))
        try Data(AttachmentPair.picture).write(to: URL(fileURLWithPath: picture))
        try Data(AttachmentPair.picture + [1]).write(to: URL(fileURLWithPath: picture + ".second"))
        let today = SystemSurroundings.real.today
        try await ServedPath.serve("roll", seed: 2690) { nodes in
            let (county, school) = (nodes[3], nodes[4])
            let id = try await enrolled(school, county)
            let dossier = id.description
            let words = ["--kind", "suspend", "--cause", "疾病", "--date", today.description, "--until", today.adding(months: 6).description]
            func apply(_ words: [String]) async -> Int32 {
                await XuejiCommand.runProgram(["change", "apply", dossier] + words + ["--data", school.folder, "--json"])
            }
            #expect(await apply(words) == 1, "no certificate yet")
            #expect(await school.verb("attach", dossier, picture) == 0)
            #expect(await apply(words) == 0)
            #expect(await school.verb("change", "submit", dossier) == 0)
            try await Fixture.eventually { try seen(county, id).openCase == "rollChangeSubmitted" }
            #expect(await county.verb("change", "return", dossier, "--reason", "病历不清") == 0)
            try await Fixture.eventually { try seen(school, id).openCase == "rollChangePrepared" }
            #expect(await school.verb("change", "submit", dossier) == 0)
            #expect(await school.verb("change", "recall", dossier) == 0)
            #expect(await school.verb("change", "submit", dossier) == 0)
            let submitted = try seen(school, id)
            try await Fixture.eventually { try seen(county, id) == submitted }
            #expect(await county.verb("change", "approve", dossier) == 0)
            try await same(nodes, id, .suspended)
            #expect(await school.verb("change", "ending") == 0)
            #expect(await apply(["--kind", "resume", "--date", today.description]) == 1, "the first certificate proves no recovery")
            #expect(await school.verb("attach", dossier, picture + ".second") == 0)
            #expect(await apply(["--kind", "resume", "--date", today.description]) == 0)
            #expect(await school.verb("change", "submit", dossier) == 0)
            try await Fixture.eventually { await county.verb("change", "approve", dossier) == 0 }
            try await same(nodes, id, .present)
            #expect(await county.verb("cases") == 0)
            #expect(await school.verb("attach", dossier, picture + ".third") == 0)
            #expect(await apply(words) == 0)
            try await remindedAndCleared(nodes, id)
            #expect(await county.verb("change", "list", "--kind", "suspend", "--out", picture + ".second") == 0)
            for node in nodes { #expect(await node.verb("verify") == 0) }
        }
    }

    /// The province reminds all below, the school has it at home, though nobody has called it, and takes the application back in bulk (Q87).
    private func remindedAndCleared(_ nodes: [ServedNode], _ id: DossierID) async throws {
        let (province, county, school) = (nodes[1], nodes[3], nodes[4])
        let day = SystemSurroundings.real.today.adding(months: 1).description
        try await Fixture.eventually { try seen(province, id).openCase == "rollChangePrepared" }
        #expect(await province.verb("cases", "--business", "rollChange", "--by-holder") == 0)
        #expect(await school.verb("cases", "remind", "--until", day) == 4, "a school reminds nobody")
        #expect(await province.verb("cases", "remind", "--until", day, "--take-back") == 2)
        #expect(await province.verb("cases", "remind", "--until", day, "--business", "rollChange") == 0)
        let setting = try AttachmentPair.read(province.folder) { "\(try $0.ownUnit()?.text ?? ""):\(day):rollChange" }
        for node in [county, school] {
            try await Fixture.eventually { try AttachmentPair.read(node.folder) { reading in
                try PolicyShelf(reading).value("cases.reminders", for: UnitCode(ExamplePupil.schoolCode)) == setting
            } }
        }
        #expect(await school.verb("cases", "reminders") == 0)
        #expect(await county.verb("cases", "clear", "--business", "rollChange", "--reason", "升级前清理") == 0, "nothing is with the county")
        #expect(try seen(school, id).openCase == "rollChangePrepared")
        #expect(await school.verb("cases", "clear", "--business", "transfer") == 2)
        #expect(await school.verb("cases", "clear", "--business", "rollChange") == 0)
        #expect(try seen(school, id).openCase == nil)
        try await same(nodes, id, .present, as: school)
    }

    /// Waits until all tiers have the school's head, and holds them against each other.
    private func same(_ nodes: [ServedNode], _ id: DossierID, _ status: StudentStatus, as writer: ServedNode? = nil) async throws {
        let written = try seen(writer ?? nodes[3], id)
        #expect(written.status == status && written.openCase == nil)
        for node in nodes { try await Fixture.eventually { try seen(node, id) == written } }
        var digests: Set<String> = []
        for node in nodes {
            digests.insert(try AttachmentPair.read(node.folder) { try RegistryDigest.digest(of: UnitCode(ExamplePupil.schoolCode), $0) })
        }
        #expect(digests.count == 1)
    }
}
