import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The exact duplicate check over a registry's first load: normalise, key, probe, persist.
///
/// Ours begins with the values as written, in memory, and ends when `Archive.write` returns: normal forms, keyed hashes, sorting, the
/// groups confirmed key by key, log and runs in the node's store, fsync. Two references: PostgreSQL upserts the same keys, normalised for
/// it beforehand, with a unique key and fsync (COPY into a staging table, then INSERT … ON CONFLICT), and DuckDB on one thread normalises
/// and groups the same rows in memory without keeping anything. DuckDB's verdict set and ours must be the oracle's; PostgreSQL must end
/// with as many keys as there are.
struct DuplicateCheck: Benchmark {
    let name = "duplicates"
    let about = "bulk exact duplicate check, against PostgreSQL's unique-key upsert and DuckDB's grouping"
    let rows = 1_000_000

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        place.tell("\(name): \(rows) rows")
        let keys = BenchKeys(0..<rows, seed: place.seed)
        let expected = KeyGroups.oracle([keys])
        let files = try KeyFiles(keys, at: place)
        let dossiers = keys.dossiers
        func own() throws -> Trial { try check(keys, dossiers, at: place) }

        let duck = try await Contest.run(place.runs, own: own, reference: reference("keys_duckdb", [files.raw], at: place))
        let postgres = try await Contest.run(place.runs, own: own, reference: reference("keys_postgres", [files.normal, place.folder], at: place).map { run in
            {
                var trial = try await run()
                if trial.check == "\(files.count)" { trial.check = expected }
                return trial
            }
        })
        return [
            postgres.rate(
                "\(name)-postgres", "Exact duplicate check of a first load", goal: .ratioAtLeast(5), referenceName: "PostgreSQL 15, COPY and upsert of the same keys",
                expected: expected),
            duck.rate(
                "\(name)-duckdb", "Exact duplicate check of a first load", goal: .ratioAtLeast(1), referenceName: "DuckDB, normalise and group on one thread, nothing kept",
                expected: expected),
        ]
    }

    private func reference(_ name: String, _ arguments: [String], at place: Workplace) -> Contest.Side? {
        guard let references = place.references, references.path(of: name) != nil else { return nil }
        return { try references.run(name, arguments) }
    }

    private func check(_ keys: BenchKeys, _ dossiers: ContiguousArray<UInt8>, at place: Workplace) throws -> Trial {
        let registry = try DuplicateRegistry(at: place)
        let cpu = ProcessFigures.ownCPUSeconds()
        let (seconds, groups) = try place.timed { try registry.insert(keys.batch(dossiers)) }
        let used = ProcessFigures.ownCPUSeconds() - cpu
        try registry.close()
        return Trial(seconds: seconds, rows: keys.rows.count, check: KeyGroups.digest(groups, seed: place.seed), cpuSeconds: used)
    }
}

/// A node's store with its duplicate index, and nothing else in it.
struct DuplicateRegistry {
    let archive: Archive
    private let surroundings: Surroundings

    init(at place: Workplace) throws {
        surroundings = place.surroundings
        archive = try Archive(folder: try place.fresh("registry"), book: FeatureBook.book(), surroundings: surroundings)
    }

    func insert(_ batch: DuplicateBatch) throws -> [DuplicateGroup<DossierID>] {
        try archive.write { transaction in
            var index = try StoredDuplicateIndex(database: transaction.database, randomBytes: surroundings.randomBytes)
            return try index.insert(batch)
        }
    }

    /// One changed record, and what is to be said of it.
    func change(_ dossier: DossierID, _ fields: KeyFields) throws -> [DuplicateProblem<DossierID>] {
        try archive.write { transaction in
            var index = try StoredDuplicateIndex(database: transaction.database, randomBytes: surroundings.randomBytes)
            _ = try index.insert(dossier, fields)
            return try index.problems(of: dossier, with: fields)
        }
    }

    func close() throws { try archive.close() }
}

/// The rows as files for the references: raw for who normalises, key by key for who does not.
struct KeyFiles {
    let raw: String
    let normal: String
    /// Different keys.
    let count: Int

    init(_ keys: BenchKeys, at place: Workplace) throws {
        let folder = try place.fresh("keys")
        raw = folder + "/raw.tsv"
        normal = folder + "/normal.tsv"
        var rawLines = "rec\tname\tsex\tbirth\tid_type\tid_no\n", normalLines = ""
        var texts = Set<String>()
        for row in keys.rows {
            rawLines += "\(row)\t" + (0..<5).map { keys.string(row, $0) }.joined(separator: "\t") + "\n"
            for key in keys.fields(row).keys {
                normalLines += "\(key.text)\t\(row)\n"
                texts.insert(key.text)
            }
        }
        count = texts.count
        try Data(rawLines.utf8).write(to: URL(fileURLWithPath: raw))
        try Data(normalLines.utf8).write(to: URL(fileURLWithPath: normal))
    }
}
