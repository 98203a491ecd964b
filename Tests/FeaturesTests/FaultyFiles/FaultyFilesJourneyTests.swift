import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// The write gate's main transactions while the files under them fail.
@Suite(.serialized) struct FaultyFilesJourneyTests {
    /// A store in the state before an act, closed.
    private func template(_ prepare: (TestNode) throws -> Void) throws -> TestNode {
        let node = try TestNode()
        try prepare(node)
        try node.archive.close()
        return node
    }

    private static let classCode = "2022101"

    private func registry(_ node: TestNode, pupils: Int) throws {
        try node.becomeCentre(hosting: [People.county, People.school])
        _ = try Journey(node: node).addClass()
        guard pupils > 0 else { return }
        _ = try Journey(node: node).importRows((1...pupils).map { People.row($0, classCode: Self.classCode) })
    }

    private func dossiers(_ node: TestNode) throws -> [String] { try Journey(node: node).students().map(\.dossier) }

    @discardableResult
    private func step(_ id: String, _ node: TestNode, as unit: UnitCode = People.school.code) throws -> Journey.Outcome {
        try Journey(node: node).step(id, dossiers(node), as: unit)
    }

    /// Makes the loop and runs it on a thread of its own.
    private func expectNoHarm(
        _ make: @escaping @Sendable () throws -> FaultLoop.Tally, at place: SourceLocation = #_sourceLocation
    ) async throws {
        let tally = try await FaultLoop.onThread(make)
        #expect(tally.trials > 20 && tally.failed > 10, sourceLocation: place)
        #expect(tally.wrong == [], sourceLocation: place)
    }

    @Test func `a review is appended, sealed and folded as a whole or not at all`() async throws {
        try await expectNoHarm {
            let node = try template { try registry($0, pupils: 2) }
            let loop = FaultLoop(template: node.folder, isOnePassage: true) { try review($0) }
            return try withExtendedLifetime(node) { try loop.run() }
        }
    }

    /// One passage: what the operation itself writes.
    private func review(_ node: TestNode) throws {
        let names = try dossiers(node).map { "\"\($0)\"" }.joined(separator: ",")
        let outcome: Journey.Outcome = try Journey(node: node).decode(
            node.call("students.review", as: People.school.code, body: "{\"dossiers\":[\(names)]}"))
        guard outcome.done.count == 2 || outcome.refused.allSatisfy({ $0.code == "state" }) else { throw FaultLoop.Wrong("\(outcome)") }
    }

    @Test func `a checkpoint that fails takes nothing from what was told to be saved`() async throws {
        try await expectNoHarm {
            let node = try template { try registry($0, pupils: 2) }
            let loop = FaultLoop(template: node.folder, isOnePassage: true) { node in
                // Every commit is carried into the file at once.
                try node.archive.write { try $0.database.execute(sql: "PRAGMA wal_autocheckpoint = 1") }
                try review(node)
            }
            return try withExtendedLifetime(node) { try loop.run([.read, .write, .full, .sync, .truncate]) }
        }
    }

    @Test func `approval draws each number once and the centre issues each once`() async throws {
        try await expectNoHarm {
            let node = try template { node in
                try registry(node, pupils: 2)
                try step("review", node)
                try step("submit", node)
            }
            let loop = FaultLoop(template: node.folder, isOnePassage: false, counted: ["dossier", "step", "number"]) { node in
                let outcome = try step("approve", node, as: People.county.code)
                guard outcome.done.count == 2 || outcome.refused.allSatisfy({ $0.code == "holder" }) else {
                    throw FaultLoop.Wrong("\(outcome)")
                }
            }
            return try withExtendedLifetime(node) { try loop.run() }
        }
    }

    @Test func `an import that is cut short enters every row once when it is begun anew`() async throws {
        try await expectNoHarm {
            let node = try template { node in
                try registry(node, pupils: 0)
                let path = node.folder + "/pupils.xlsx"
                try People.workbook((1...3).map { People.row($0, classCode: Self.classCode) }, at: path)
                _ = try node.call("imports.add", as: People.school.code, file: (path, "pupils.xlsx"))
            }
            let loop = FaultLoop(template: node.folder, isOnePassage: false, counted: ["dossier", "step", "import_row", "import_job"]) { node in
                if let job = try node.archive.read({ try ImportShelf.waiting($0) }).first {
                    let report = try ImportRun.perform(job, archive: node.archive)
                    guard report.failed == 0, report.accepted + report.already == 3 else { throw FaultLoop.Wrong("\(report)") }
                }
                try node.settle()
            }
            return try withExtendedLifetime(node) { try loop.run() }
        }
    }

    @Test func `envelopes from below are stored and applied, whatever fails between`() async throws {
        try await expectNoHarm {
            let school = try TestNode(seed: 3)
            try registry(school, pupils: 2)
            let envelopes = try school.archive.read { reading in
                var all: [[UInt8]] = []
                try Journal.forEach(after: 0, in: reading.database) { stored in
                    all.append(stored.bytes)
                    return true
                }
                return all
            }
            let root = try school.archive.read { try $0.directory.activeKey(of: .centre)?.key }
            guard let key = root else { throw FaultLoop.Wrong("no root key") }
            // A province's node that has only just joined: everything comes from its parent.
            let node = try template { node in
                try node.archive.write { transaction in
                    try transaction.setNodeText("unit", People.county.code.text)
                    try transaction.trustRoot(key)
                    try transaction.keepSecret(
                        transaction.surroundings.statementKey(), of: People.county.code, incarnation: transaction.surroundings.incarnation())
                }
            }
            let loop = FaultLoop(template: node.folder, isOnePassage: false, counted: ["envelope", "unit", "dossier", "step", "word"]) { node in
                for bytes in envelopes {
                    let (acceptance, _) = try node.archive.write { try $0.accept(bytes, from: .parent) }
                    guard acceptance == .stored || acceptance == .known else { throw FaultLoop.Wrong("\(acceptance)") }
                    try node.settle()
                }
            }
            return try withExtendedLifetime(node) { try loop.run() }
        }
    }

    @Test func `a backup is whole or not there, and takes nothing from the store`() async throws {
        try await expectNoHarm {
            let node = try template { try registry($0, pupils: 2) }
            let loop = FaultLoop(template: node.folder, isOnePassage: true) { node in
                _ = try BackupShelf(node: node.folder).take(of: node.archive, at: 1_795_423_230)
            } also: { node in
                for file in BackupShelf(node: node.folder).files() {
                    let copy = try DatabaseQueue(path: file.path)
                    let verdict = try copy.inDatabase { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
                    try copy.close()
                    guard verdict == "ok" else { throw FaultLoop.Wrong("backup: \(verdict ?? "")") }
                }
            }
            return try withExtendedLifetime(node) { try loop.run() }
        }
    }

    @Test func `a restored store stands as a whole or not at all`() async throws {
        try await expectNoHarm {
            let node = try template { try registry($0, pupils: 2) }
            let source = try TestNode(seed: 4)
            try registry(source, pupils: 1)
            let file = try BackupShelf(node: source.folder).take(of: source.archive, at: 1_795_423_230).path
            let surroundings = source.archive.surroundings
            let loop = FaultLoop(template: node.folder, isOnePassage: true) { node in
                _ = try Restoration(from: file, to: node.folder + "/restored", book: TestNode.book(), surroundings: surroundings)
                    .perform(force: true)
            } also: { node in
                let folder = node.folder + "/restored"
                guard FileManager.default.fileExists(atPath: folder + "/xueji.sqlite") else { return }
                let archive = try Archive(folder: folder, book: TestNode.book(), surroundings: surroundings)
                let verdict = try archive.read { try String.fetchOne($0.database, sql: "PRAGMA integrity_check") }
                let recovering = try archive.read { try $0.recoveringUnits() }
                try archive.close()
                guard verdict == "ok", recovering.count == 3 else { throw FaultLoop.Wrong("restored: \(verdict ?? "") \(recovering)") }
            }
            return try withExtendedLifetime(node) { try loop.run() }
        }
    }

    @Test func `a store opens, upgraded as a whole, once the files can be written again`() async throws {
        try await expectNoHarm {
            // As a program without features leaves it.
            let old = try TestNode.freshFolder()
            defer { try? FileManager.default.removeItem(atPath: old) }
            let surroundings = TestNode.Clock(seed: 5).surroundings
            let first = try Archive(folder: old, book: ProjectionBook([]), surroundings: surroundings)
            try first.write { try $0.setNodeText("unit", People.county.code.text) }
            try first.close()
            var tally = FaultLoop.Tally()
            for template in [old, try TestNode.freshFolder()] {
                let one = try FaultLoop(template: template, isOnePassage: true) { _ in }.runOpening()
                tally.trials += one.trials
                tally.failed += one.failed
                tally.wrong += one.wrong
            }
            return tally
        }
    }
}
