@testable import Features
import FoundationEssentials
@testable import Node
import Protocol
import Rules
import Store
import Testing

/// A province reads the trail of a school whose node is its own.
struct TrailJourneyTests {
    private static let path = "/api/v1/audit?of=\(ServedTree.schoolUnit.code)"

    @Test func `it is asked for over the link, arrives, and both trails say so; a node that is gone is said to be away`() async throws {
        try await ServedTree.serve("trail", seed: 1900) { tree in
            let (school, province) = (tree.school, tree.province)
            // An act of the school's own.
            #expect(await school.verb("account", "add", "wang", "--role", "head") == 0)
            try await Fixture.eventually { try await province.ask(.get, Self.path, token: tree.provinceToken).status == 200 }
            try await Fixture.eventually {
                try await province.ask(.get, Self.path, token: tree.provinceToken).json["state"]?.text == "answered"
            }
            let answer = try await province.ask(.get, Self.path, token: tree.provinceToken).json
            let line = try #require(answer["audit"]?.items.first { $0["operation"]?.text == "accounts.add" })
            #expect(line["subject"]?.text == "wang" && line["unit"]?.text == ServedTree.schoolUnit.code.text)
            #expect(answer["answeredAt"]?.text != nil)
            let read = try Fixture.read(school.folder) { try AuditTrail.newest(20, of: ServedTree.schoolUnit.code.text, $0) }
            #expect(read.contains { $0.account == "superior 440000" && $0.operation == "audit.list" })
            let asked = try Fixture.read(province.folder) { try AuditTrail.newest(20, of: "440000", $0) }
            #expect(asked.contains { $0.operation == "audit.ask" && $0.subject == ServedTree.schoolUnit.code.text })
            #expect(await province.verb("account", "trail", "--of", ServedTree.schoolUnit.code.text, "--wait", "20") == 0)
            // Who stands further up asks the province.
            #expect(await tree.centre.verb("account", "trail", "--of", ServedTree.schoolUnit.code.text) != 0)
        }
    }
}
