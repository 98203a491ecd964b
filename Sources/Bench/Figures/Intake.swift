import Foundation
import GRDB
import Protocol
import Rules

/// Child to parent, end to end, between two processes over TLS on loopback: a school's node holds so many new pupils, its line opens, and
/// the centre receives, verifies, stores, applies and judges them; the time ends when the last verdict of the centre is committed.
///
/// The reference is PostgreSQL's logical replication of the same pupils, all columns and the same indexes, between two clusters on loopback
/// with fsync and synchronous commit; it verifies, folds and judges nothing.
struct Intake: Benchmark {
    let name = "intake"
    let about = "school to centre to verdict over HTTP, against PostgreSQL's logical replication of the same rows"
    let rows = 20_000

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        let pupils = try BenchPupils(rows, seed: place.seed)
        let hasReference = place.references?.path(of: "intake_postgres") != nil
        let table = try hasReference ? IntakeTable(pupils, at: place).path : ""
        let reference: Contest.Side? = hasReference ? {
            guard let references = place.references else { throw BenchFailure("no references") }
            return try references.run("intake_postgres", [table, "10000"])
        } : nil
        let contest = try await Contest.run(place.runs, warmUp: false, own: { try run(pupils, at: place) }, reference: reference)
        return [contest.rate(
            name, "Pupils a second from a school's node to the centre's committed verdict", unit: "pupils/s", goal: .ratioAtLeast(2),
            referenceName: "PostgreSQL 15 logical replication", expected: "\(rows)")]
    }

    private func run(_ pupils: BenchPupils, at place: Workplace) throws -> Trial {
        let pair = try ServedPair(at: place)
        defer { pair.centre.stop() }
        try GateSteps(pupils, place).fill(pair.school.folder, at: place)
        place.tell("\(name): \(pupils.count) pupils wait at the school")
        let centre = pair.centre.pid.map { ProcessFigures(pid: $0).cpuSeconds } ?? 0
        let start = place.seconds()
        try pair.school.start()
        defer { pair.school.stop() }
        while try judged(pair.centre) < pupils.count {
            guard place.seconds() - start < 3600 else { throw BenchFailure("the centre has not judged all within an hour") }
            usleep(20_000)
        }
        let seconds = place.seconds() - start
        let used = (pair.centre.pid.map { ProcessFigures(pid: $0).cpuSeconds } ?? 0) - centre
        let agree = try steps(pair.school) == steps(pair.centre)
        return Trial(
            seconds: seconds, rows: pupils.count, check: agree ? "\(try judged(pair.centre))" : "the steps differ", cpuSeconds: used)
    }

    /// Verdicts that stand at the centre.
    private func judged(_ centre: ServedNode) throws -> Int {
        try centre.number("SELECT count(*) FROM word WHERE writer = '000000' AND kind = \(EntryKind.verdict.rawValue)")
    }

    /// One digest over the hashes of all steps.
    private func steps(_ node: ServedNode) throws -> Digest {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: node.folder + "/xueji.sqlite", configuration: configuration).read { db in
            var bytes: [UInt8] = []
            let hashes = try Data.fetchCursor(db, sql: "SELECT hash FROM step ORDER BY hash")
            while let hash = try hashes.next() { bytes += hash }
            return Hashing.sha256(bytes)
        }
    }
}

/// The pupils as a table for the reference: a line each, every column of the record.
struct IntakeTable {
    let path: String

    init(_ pupils: BenchPupils, at place: Workplace) throws {
        path = place.folder + "/pupils.tsv"
        let surroundings = place.surroundings
        let fields = StudentField.allCases
        var text = (["id", "home", "name_key", "state", "holder"] + fields.map { "f_\($0)" }).joined(separator: "\t") + "\n"
        for index in 0..<pupils.count {
            let record = pupils.record(index)
            let own = ["\(surroundings.dossier())", BenchPupils.school.text, KeyText.name(record.name), "unchecked", BenchPupils.school.text]
            text += (own + fields.map { record[$0] ?? "" }).joined(separator: "\t") + "\n"
        }
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
