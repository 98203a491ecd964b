import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct DossierRowTests {
    private func row(_ bench: Bench, _ id: DossierID) throws -> Row {
        try #require(try bench.archive.read {
            try Row.fetchOne($0.database, sql: "SELECT state, holder, name, entered_at, folded FROM dossier WHERE id = ?", arguments: [Data(id.bytes)])
        })
    }

    @Test func `what is different is written, and nothing where nothing is`() throws {
        let pair = try Pair()
        let bench = pair.school
        let id = try bench.enter("张伟")
        let first = try row(bench, id)
        #expect(first["folded"] == 1 && first["name"] == "张伟")
        let dossier = try #require(try bench.archive.write { try $0.dossier(id) })
        try bench.archive.write { try DossierRow(dossier, now: 0).put(into: $0.database) }
        #expect(try row(bench, id) == first)
        var changed = dossier
        changed.holder = nil
        changed.state = .clean
        changed.chain[0].at += 9
        let indexes = try bench.archive.write { transaction in
            try DossierRow(changed, now: 0).put(into: transaction.database)
            return try String.fetchAll(transaction.database, sql: "SELECT state || coalesce(holder, '-') FROM dossier INDEXED BY dossier_home WHERE home = ?", arguments: [Bench.school.text])
        }
        let second = try row(bench, id)
        #expect(second["folded"] == 2 && second["state"] == "clean" && (second["holder"] as String?) == nil)
        #expect(second["entered_at"] as Int64 == first["entered_at"] as Int64)
        #expect(indexes == ["clean-"])
    }
}
