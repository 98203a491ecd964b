import Features
@testable import Node
import Testing

/// `why` over real nodes: one record's way up, with the times of storing and applying at every tier.
struct PathJourneyTests {
    @Test func `a school sees when each unit above has stored its record and when it has applied it; those above see the school`() async throws {
        try await ServedTree.serve("path", seed: 1700) { tree in
            let dossier = try await tree.importPupil()
            func seen(_ node: ServedNode, _ token: String) async throws -> [JSONValue] {
                try await node.ask(.get, "/api/v1/students/\(dossier)/path", token: token).json["seen"]?.items ?? []
            }
            try await Fixture.eventually {
                let all = try await seen(tree.school, tree.schoolToken)
                return all.count == 3 && all.allSatisfy { $0["storedAt"]?.text != nil && $0["appliedAt"]?.text != nil }
            }
            let all = try await seen(tree.school, tree.schoolToken)
            #expect(all.map { $0["tier"]?.text } == ["school", "province", "centre"])
            for place in all {
                let (stored, applied) = (try #require(place["storedAt"]?.text), try #require(place["appliedAt"]?.text))
                #expect(stored <= applied, "\(place)")
            }
            try await Fixture.eventually {
                try await seen(tree.province, tree.provinceToken).allSatisfy { $0["storedAt"]?.text != nil && $0["appliedAt"]?.text != nil }
            }
        }
    }
}
