import Features
import FoundationEssentials
@testable import Node
import Rules
import Testing

/// The whole program as its user meets it: thirteen processes, each killed once on the way.
@Suite struct DemoRunTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The program beside the test runner.
    private static func program() throws -> String {
        let runner = try DemoFolder.executable()
        return runner.prefix(upTo: runner.lastIndex(of: "/") ?? runner.endIndex) + "/xueji"
    }

    @Test(.timeLimit(.minutes(15)))
    func `Pupils get from workbooks to numbers though every node is killed, and a second reader sees any tampering`() async throws {
        let base = try Fixture.folder("demo")
        try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        defer { Fixture.remove(base) }
        let folder = base + "/run"
        let run = try await output(
            of: Self.program(), ["demo", "--pupils", "60", "--crash", "--exit", "--json", "--data", folder], in: base)
        #expect(run.ending == .status(0), "\(run.log)")
        let result: JSONValue = try JSONBody.decode(Array(run.text.utf8))
        #expect(result["agree"] == .boolean(true) && result["expected"] == .integer(60))
        #expect(result["nodes"]?.items.count == 13)
        #expect((result["G"]?.count ?? 0) + (result["J"]?.count ?? 0) == result["clean"]?.count)

        let verified = try await verify(folder, in: base)
        #expect(verified.ending == .status(0), "\(verified.text)\(verified.log)")
        for (store, change, complaint) in Self.tamperings {
            let copy = base + "/copy"
            try FileManager.default.copyItem(atPath: folder, toPath: copy)
            defer { Fixture.remove(copy) }
            let changed = try await output(
                of: "/usr/bin/env", ["python3", "-c", Self.script, "\(copy)/\(store)/data/xueji.sqlite", change], in: base)
            #expect(changed.ending == .status(0), "\(changed.log)")
            let found = try await verify(copy, in: base)
            #expect(found.ending == .status(1) && found.text.contains(complaint), "\(change): \(found.text)")
        }
    }

    private static let script = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1])
        assert db.execute(sys.argv[2]).rowcount > 0
        db.commit()
        """

    /// Unit, statement, and what the reader must say.
    private static let tamperings = [
        ("440106", "UPDATE dossier SET state = 'returned' WHERE id = (SELECT min(id) FROM dossier)", "truth"),
        ("430000", "UPDATE dossier SET head = zeroblob(32) WHERE id = (SELECT max(id) FROM dossier)", "differs"),
        ("000000", "UPDATE dossier SET formal = (SELECT max(formal) FROM dossier) WHERE formal = (SELECT min(formal) FROM dossier)", "stands 2 times"),
        ("000000", "DELETE FROM envelope WHERE position = (SELECT max(position) FROM envelope)", "head says"),
        ("440100", "DELETE FROM envelope WHERE sequence = 1 AND stream = (SELECT stream FROM envelope WHERE sequence = 2 LIMIT 1)", "should be"),
        ("2144000101", "UPDATE envelope SET hash = zeroblob(32) WHERE position = (SELECT min(position) FROM envelope)", "another hash"),
    ]

    private func verify(
        _ folder: String, in base: String
    ) async throws -> (ending: ChildProcess.Ending?, text: String, log: String) {
        try await output(of: "/usr/bin/env", ["python3", Self.repository + "/deploy/verify_demo.py", folder], in: base)
    }

    private func output(
        of program: String, _ arguments: [String], in base: String
    ) async throws -> (ending: ChildProcess.Ending?, text: String, log: String) {
        let (out, log) = (base + "/out", base + "/log")
        Fixture.remove(log)
        let lifeline = try LifelinePipe()
        let child = try ChildProcess.spawn(program, arguments, lifeline: lifeline, output: out, log: log)
        let ending = await child.ending(within: 180)
        if ending == nil { child.send(9) }
        return (
            ending, String(decoding: try FileBytes.read(out), as: UTF8.self),
            String(decoding: try FileBytes.read(log), as: UTF8.self))
    }
}
