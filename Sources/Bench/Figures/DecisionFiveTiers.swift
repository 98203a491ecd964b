import Foundation
import GRDB
import Protocol
import Rules

/// One changed record from the school's key stroke to the centre's verdict at the school, over five tiers with a process each.
///
/// In each round the school gives a pupil another name (in every tenth round all the key fields of another pupil) by its API, as a page
/// would; the round ends when the school's API shows what must come of it: clean, or a problem with that very other pupil, by the centre. Between rounds a
/// plain write with fsync, and a pause of another length each time, so that rounds do not march in step with anything that looks at a clock.
struct DecisionFiveTiers: Benchmark {
    let name = "decision-five-tiers"
    let about = "one changed record from a school over four tiers to the centre's verdict seen at the school"
    /// Rounds.
    let rows = 200

    static let doubleEvery = 10

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        let tree = try ServedTree(at: place)
        defer { tree.stop() }
        let desk = try ChangingDesk(tree, pupils: 2 * rows, at: place)
        place.tell("\(name): \(2 * rows) pupils judged in five tiers")
        let probe = DiskProbe(at: place)
        var times: [Double] = [], isRight = true
        // The first rounds warm statements and connections.
        let warm = min(rows, 10)
        for round in 0..<warm { isRight = try desk.round(round, isDouble: false).isRight && isRight }
        for round in 0..<rows {
            let (seconds, isAsExpected) = try desk.round(round, isDouble: round % Self.doubleEvery == Self.doubleEvery - 1)
            times.append(seconds * 1000)
            if !isAsExpected { isRight = false }
            try probe.measure(at: place)
            usleep(UInt32(round * 7 % 50) * 1000)
        }
        return [Figure(
            name, "One changed record to the centre's verdict at its school over five tiers, p99", values: [Median.percentile(0.99, of: times)], unit: "ms",
            rows: rows, correct: isRight, goal: .atMost(500), reference: ("fsync of 4 KB, median", [Median.of(probe.milliseconds)]),
            note: "p50 \(Median.of(times).rounded()) ms, longest \((times.max() ?? 0).rounded()) ms")]
    }
}

/// The school's side of the rounds.
private final class ChangingDesk {
    private let place: Workplace
    private let line: KeptLine
    private let store: DatabaseQueue
    private let dossiers: [String]
    /// Changes so far of each pupil, so that every name is a new one.
    private var changes = 0

    private static let key: [StudentField] = StudentField.key

    init(_ tree: ServedTree, pupils: Int, at place: Workplace) throws {
        self.place = place
        for year in BenchPupils.years {
            try tree.school.call("classes", "add", "--stage", "primary", "--year", String(year), "--count", "20", "--wait", "60")
        }
        let path = place.folder + "/tiers.xlsx"
        let book = try BenchWorkbook(rows: pupils, seed: place.seed, path: path, withRefusals: false)
        guard book.refused == 0 else { throw BenchFailure("a row would be refused") }
        try tree.school.call("import", path, "--wait", "600")
        line = try KeptLine(.socket(try tree.school.socket()))
        store = try tree.school.store.open()
        let school = tree.school
        try ServedTree.wait(for: "the centre's verdicts on all", at: place, seconds: 600) {
            try school.number("SELECT count(DISTINCT dossier) FROM word WHERE writer = '000000' AND kind = \(EntryKind.verdict.rawValue)") == pupils
        }
        dossiers = try store.read { db in
            try Data.fetchAll(db, sql: "SELECT id FROM dossier ORDER BY id").map { DossierID($0)?.description ?? "" }
        }
    }

    private struct Shown: Decodable {
        struct Student: Decodable {
            struct Verdict: Decodable {
                struct Peer: Decodable { let dossier: String }
                let tier, result: String
                let peers: [Peer]
            }
            let name, state: String
            let verdict: Verdict?
        }
        struct Field: Decodable { let field, value: String }
        let student: Student
        let record: [Field]
    }

    /// - Parameter isDouble: whether the pupil takes over another's key fields, so that both become problems.
    /// - Returns: from the change to the verdict shown; whether the verdict is what it must be.
    func round(_ number: Int, isDouble: Bool) throws -> (seconds: Double, isRight: Bool) {
        // Those who lend their key fields are never changed themselves.
        let (dossier, peer) = (dossiers[number], dossiers[dossiers.count - 1 - number])
        changes += 1
        var wanted = [StudentField.name.label: "王" + Self.syllables(changes)]
        if isDouble {
            let lent = try shown(peer).record
            for field in Self.key { wanted[field.label] = lent.first { $0.field == field.label }?.value ?? "" }
        }
        let body = try JSONEncoder().encode(["changes": wanted])
        let before = try verdicts(dossier)
        let begun = place.seconds()
        let answer = try line.ask(
            "PUT", "/api/v1/students/\(dossier)", headers: [("Content-Type", "application/json")], body: Array(body))
        guard answer.status == 200 else { throw BenchFailure("the change is refused: \(String(decoding: answer.body, as: UTF8.self))") }
        while try verdicts(dossier) == before {
            guard place.seconds() - begun < 60 else { throw BenchFailure("no verdict within a minute") }
            usleep(1000)
        }
        let student = try shown(dossier).student
        let seconds = place.seconds() - begun
        let state = isDouble ? "problem" : "clean"
        let peers = student.verdict?.peers.map(\.dossier) ?? []
        return (
            seconds, student.name == wanted[StudentField.name.label] && student.state == state && student.verdict?.tier == "centre"
                && peers == (isDouble ? [peer] : []))
    }

    /// The centre's verdicts about a dossier that the school has.
    private func verdicts(_ dossier: String) throws -> Int {
        guard let id = DossierID(hex: dossier) else { throw BenchFailure("no dossier") }
        return try store.read { db in
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT count(*) FROM word WHERE dossier = ? AND kind = ? AND writer = '000000'"),
                arguments: [Data(id.bytes), EntryKind.verdict.rawValue]) ?? 0
        }
    }

    private func shown(_ dossier: String) throws -> Shown {
        let answer = try line.ask("GET", "/api/v1/students/\(dossier)")
        guard answer.status == 200 else { throw BenchFailure("not shown: status \(answer.status)") }
        return try JSONDecoder().decode(Shown.self, from: Data(answer.body))
    }

    /// Another given name for every number below 10,000.
    private static func syllables(_ number: Int) -> String {
        let letters = Array("安博晨达恩方格海佳凯")
        return String([letters[number / 1000 % 10], letters[number / 100 % 10], letters[number / 10 % 10], letters[number % 10]])
    }
}
