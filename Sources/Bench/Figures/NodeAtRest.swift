import FoundationEssentials
import Glibc

/// A school's node that has nothing to do: how long it takes to start, what it holds in memory, what it takes of the processor.
///
/// Real processes: the program founds a centre, which hosts province and county; a school joins, takes pupils in and is started again and
/// again. Start is from the call of the program to its ready line; memory and processor are read from the kernel once it has been at rest.
struct NodeAtRest: Benchmark {
    let name = "node-at-rest"
    let about = "a school's node at rest: start, resident memory, processor"
    /// Pupils in its store.
    let rows = 1_000
    /// Seconds over which the processor's share is taken, and before that, for what follows the start.
    static let watch: UInt32 = 10
    static let settling: UInt32 = 3

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        place.tell("\(name): a centre, a school, \(rows) pupils")
        let school = try RestingSchool(pupils: rows, at: place)
        var starts: [Double] = [], used: [Double] = [], memory: [Double] = [], shares: [Double] = []
        for run in 0...place.runs {
            let (seconds, _) = try place.timed { try school.node.start() }
            defer { school.node.stop() }
            // The first start warms the file's pages.
            guard run > 0, let pid = school.node.pid else { continue }
            starts.append(seconds * 1000)
            used.append(ProcessFigures(pid: pid).cpuSeconds * 1000)
            sleep(Self.settling)
            let before = ProcessFigures(pid: pid)
            sleep(Self.watch)
            let after = ProcessFigures(pid: pid)
            memory.append(Double(after.residentKilobytes) / 1024)
            shares.append((after.cpuSeconds - before.cpuSeconds) / Double(Self.watch) * 100)
        }
        let isWhole = try school.pupils() == rows
        return [
            Figure("\(name)-start", "Start of a school's node, until its ready line", values: starts, unit: "ms", rows: rows, correct: isWhole, goal: .atMost(200),
                note: "processor \(Median.of(used)) ms"),
            Figure("\(name)-memory", "Resident memory of a school's node", values: memory, unit: "MB", rows: rows, correct: isWhole, goal: .atMost(60)),
            Figure("\(name)-processor", "Processor of a school's node over \(Self.watch) s", values: shares, unit: "%", rows: rows, correct: isWhole, goal: .atMost(1)),
        ]
    }
}

/// A school that has joined and taken its pupils in; its parent is stopped afterwards, as where the line is down.
private struct RestingSchool {
    let node: ServedNode

    init(pupils: Int, at place: Workplace) throws {
        let pair = try ServedPair(at: place)
        defer { pair.centre.stop() }
        node = pair.school
        try node.start()
        defer { node.stop() }
        for year in BenchPupils.years {
            try node.call("classes", "add", "--stage", "primary", "--year", String(year), "--count", "20", "--wait", "60")
        }
        let path = place.folder + "/rest.xlsx"
        let book = try BenchWorkbook(rows: pupils, seed: place.seed, path: path, withRefusals: false)
        guard book.refused == 0 else { throw BenchFailure("a row would be refused") }
        try node.call("import", path, "--wait", "600")
    }

    /// Pupils in the stopped node's store.
    func pupils() throws -> Int { try node.number("SELECT count(*) FROM dossier") }
}
