import Features
import FoundationEssentials
import GRDB
import Glibc
import Protocol
import Rules

/// The duplicate index while the registry grows twentyfold, and one changed record's way to its verdict when it has.
///
/// Twenty equal batches. What the last ten cost a row is held against the second to the fourth, merges included: both stand for three
/// quarters of a doubling. Then single changes, each in a transaction of its own, with a plain 4 KB write and fsync between them. Of every
/// 64th key the groups must be the oracle's.
struct DuplicateGrowth: Benchmark {
    let name = "duplicates-growth"
    let about = "duplicate index from 1 M to 20 M pupils: cost of a record, then one change to its verdict"
    let rows = 1_000_000

    private static let batches = 20
    var changes = 2000
    private static let share: UInt64 = 64

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        let registry = try DuplicateRegistry(at: place)
        defer { try? registry.close() }
        var costs: [Double] = [], groups: [DuplicateKey: DuplicateGroup<DossierID>] = [:]
        for number in 0..<Self.batches {
            let keys = BenchKeys(number * rows..<(number + 1) * rows, seed: place.seed)
            let dossiers = keys.dossiers
            let (seconds, found) = try place.timed { try registry.insert(keys.batch(dossiers)) }
            for group in found { groups[group.key] = group }
            costs.append(seconds / Double(rows) * 1e6)
            place.tell("\(name): \((number + 1) * rows) pupils, \(costs[number]) us a row, \(try registry.bytes()) bytes")
        }
        let parts = (0..<Self.batches).lazy.map { BenchKeys($0 * rows..<($0 + 1) * rows, seed: place.seed) }
        let isRight = KeyGroups.digest(groups.values, seed: place.seed, share: Self.share) == KeyGroups.oracle(parts, share: Self.share)
        let few = costs[1...3].reduce(0, +) / 3, many = costs[10...].reduce(0, +) / 10
        let bytes = Double(try registry.bytes()) / Double(rows * Self.batches)
        let growth = Figure(
            "\(name)-cost", "Cost of a record at \(Self.batches * rows) pupils through that at \(2 * rows)", values: [many / few], unit: "times",
            rows: rows * Self.batches, correct: isRight, goal: .atMost(1.5),
            note: "\(Self.two(few)) us a row, then \(Self.two(many)); the dearest batch \(Self.two(costs.max() ?? 0)); \(Self.two(bytes)) bytes a pupil on disk; \(ProcessFigures(pid: getpid()).residentKilobytes / 1024) MB resident")
        return [growth, try change(registry, rows * Self.batches, at: place)]
    }

    private func change(_ registry: DuplicateRegistry, _ pupils: Int, at place: Workplace) throws -> Figure {
        var chance = SeededChance(seed: place.seed), times: [Double] = [], isRight = true, changed = Set<Int>()
        let probe = DiskProbe(at: place)
        for _ in 0..<changes {
            // Someone takes over another's key fields: both have a double then, and it must be said.
            let (one, other) = (chance.number(below: pupils), chance.number(below: pupils))
            let here = BenchKeys(one..<one + 1, seed: place.seed), there = BenchKeys(other..<other + 1, seed: place.seed)
            let (dossier, peer, fields) = (here.dossier(one), there.dossier(other), there.fields(other))
            let (seconds, problems) = try place.timed { try registry.change(dossier, fields) }
            times.append(seconds * 1000)
            let isFound = problems.contains { $0.peers.contains(peer) }
            changed.insert(one)
            if !changed.contains(other), !isFound { isRight = false }
            try probe.measure(at: place)
        }
        return Figure(
            "\(name)-change", "One changed record to its verdict among \(pupils) pupils, p99", values: [Median.percentile(0.99, of: times)], unit: "ms",
            rows: changes, correct: isRight, goal: .atMost(20),
            reference: ("fsync of 4 KB, median", [Median.of(probe.milliseconds)]), note: "p50 \(Self.two(Median.of(times))) ms; fsync p99 \(Self.two(Median.percentile(0.99, of: probe.milliseconds))) ms")
    }

    private static func two(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

extension DuplicateRegistry {
    /// What the index takes on the disk, free pages left out.
    func bytes() throws -> Int {
        try archive.read { reading in
            try Int.fetchOne(reading.database, sql: "SELECT (SELECT page_count FROM pragma_page_count) * 4096 - (SELECT freelist_count FROM pragma_freelist_count) * 4096") ?? 0
        }
    }
}
