import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The write gate with whole records: a school's node takes pupils in, 10,000 and 1,000 in one transaction.
///
/// Two figures a size. The rows alone (`StoreRows`): those that a run has written go through `Archive.write` once more as statements. And all
/// of it: from the encoded first step of each dossier, as a feature hands it to `Transaction.append`, until `Archive.write` returns, with
/// decoding, folding, followers and offices, compression, hash chain and signature of the envelopes, all rows and indexes, fsync.
/// The reference is a C program over SQLite's API that has the very same rows in memory and inserts them with prepared statements, in the
/// same order and transactions, into a copy of the same empty store with the same pragmas: every table must be equal afterwards.
struct StoreGate: Benchmark {
    let name = "store-gate"
    let about = "write gate with whole records and indexes, against SQLite's C API writing the same rows"
    let rows = 20_000

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        place.tell("\(name): \(rows) pupils")
        let pupils = try BenchPupils(rows, seed: place.seed)
        let steps = GateSteps(pupils, place)
        var figures: [Figure] = []
        for size in [10_000, 1_000] {
            let model = try GateModel(steps, transaction: size, at: place)
            let reference: Contest.Side? = place.references?.path(of: "sqlite_gate") == nil ? nil : { try model.reference(place) }
            let stored = try StoreRows(model, steps)
            let contest = try await Contest.run(place.runs, own: { try stored.write(at: place) }, reference: reference)
            figures.append(contest.rate(
                "\(name)-rows-\(size)", "Rows of whole pupils through Archive.write, \(size) pupils in a transaction", unit: "pupils/s",
                goal: .ratioAtLeast(0.9), referenceName: "SQLite C API, the same rows", expected: model.check))
            let whole = try await Contest.run(place.runs, own: { try steps.write(perTransaction: size, at: place) }, reference: reference)
            figures.append(whole.rate(
                "\(name)-\(size)", "The same with decoding, folding, offices and sealing", unit: "pupils/s",
                goal: .ratioAtLeast(0.9), referenceName: "SQLite C API, the same rows", expected: model.check))
        }
        return figures
    }
}

/// The first steps of the pupils, encoded.
struct GateSteps: Sendable {
    let payloads: [[UInt8]]
    /// In the order in which they are entered.
    let dossiers: [DossierID]

    init(_ pupils: BenchPupils, _ place: Workplace) {
        self.init(pupils, 0..<pupils.count, of: BenchPupils.school, place.surroundings)
    }

    /// Of some of them, as another school's.
    init(_ pupils: BenchPupils, _ range: Range<Int>, of school: UnitCode, _ surroundings: Surroundings) {
        var payloads: [[UInt8]] = []
        var dossiers: [DossierID] = []
        for index in range {
            let id = surroundings.dossier()
            var record = pupils.record(index)
            record[.schoolCode] = school.text
            let step = Step(
                hash: Hashing.sha256([]), dossier: id, previous: nil, kind: .enter, by: school, nextHolder: school,
                topology: 1, at: surroundings.now(), record: record)
            payloads.append(Payload.encode(step))
            dossiers.append(id)
        }
        (self.payloads, self.dossiers) = (payloads, dossiers)
    }

    /// Writes them into a stopped node's store, 10,000 in a transaction.
    func fill(_ folder: String, at place: Workplace) throws {
        let archive = try Archive(folder: folder, book: place.book(), surroundings: place.surroundings)
        for start in stride(from: 0, to: payloads.count, by: 10_000) {
            try archive.write { transaction in
                for payload in payloads[start..<min(start + 10_000, payloads.count)] {
                    try transaction.append(.step, payload, as: BenchPupils.school, to: .up)
                }
            }
        }
        try archive.close()
    }

    /// One run of ours, in a new store.
    func write(perTransaction size: Int, at place: Workplace, keeping name: String = "gate") throws -> Trial {
        let node = try BenchNode.school(name, at: place)
        let cpu = ProcessFigures.ownCPUSeconds()
        let (seconds, _) = try place.timed {
            for start in stride(from: 0, to: payloads.count, by: size) {
                try node.archive.write { transaction in
                    for payload in payloads[start..<min(start + size, payloads.count)] {
                        try transaction.append(.step, payload, as: BenchPupils.school, to: .up)
                    }
                }
            }
        }
        let used = ProcessFigures.ownCPUSeconds() - cpu
        try node.archive.close()
        return Trial(
            seconds: seconds, rows: payloads.count, check: try StoreDigest.of(node.folder + "/xueji.sqlite"), cpuSeconds: used)
    }
}

/// What the reference needs: the store before and after a run of ours, and the order of the pupils.
struct GateModel {
    let before: String
    let after: String
    let order: String
    let size: Int
    /// Of all tables after a run.
    let check: String

    init(_ steps: GateSteps, transaction size: Int, at place: Workplace) throws {
        let empty = try BenchNode.school("gate-before", at: place)
        try empty.archive.close()
        before = empty.folder + "/xueji.sqlite"
        check = try steps.write(perTransaction: size, at: place, keeping: "gate-after").check
        after = place.folder + "/gate-after/xueji.sqlite"
        order = try place.fresh("gate-order") + "/order.sqlite"
        self.size = size
        let queue = try DatabaseQueue(path: order)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE entered (n INTEGER PRIMARY KEY, dossier BLOB NOT NULL)")
            for id in steps.dossiers {
                try db.cachedStatement(sql: "INSERT INTO entered (dossier) VALUES (?)").execute(arguments: [Data(id.bytes)])
            }
        }
        try queue.close()
        let entered = try StoreDigest.count(of: "dossier", in: after)
        guard entered == steps.payloads.count else { throw BenchFailure("\(entered) dossiers of \(steps.payloads.count)") }
    }

    func reference(_ place: Workplace) throws -> Trial {
        guard let references = place.references else { throw BenchFailure("no references") }
        let target = try place.fresh("gate-reference") + "/xueji.sqlite"
        var trial = try references.run("sqlite_gate", [before, after, order, target, String(size)])
        trial.check = try StoreDigest.of(target)
        return trial
    }
}
