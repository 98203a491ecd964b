import Crowd
import Foundation
import Glibc
import Protocol
import Replication
import Rules
import Synchronization

/// A September at the centre: twenty provinces send their new pupils at once, while authorities decide and people search.
///
/// The centre is a process of its own. Twenty provinces, each a child with its own key, certificate and connections, send sealed streams from this
/// process; the bulk is over when the centre has spoken its last verdict. All the while a school on the centre's node reviews and submits, its county approves
/// and returns, one pupil after another, and the centre searches, each by the API. What is said of the interactive side is said of the time of the bulk alone.
struct September: Benchmark {
    let name = "september"
    let about = "twenty provinces' streams at once at one centre, with decisions and searches going on"
    /// Pupils of all provinces together.
    let rows = 60_000

    private static let provinces = SeptemberScene.divisions.count
    /// Pupils of the school whose authority decides meanwhile.
    static let own = 2_000

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        let scene = try await SeptemberScene(rows: rows, own: Self.own, at: place)
        defer { scene.centre.stop() }
        let stage = scene.stage
        let convoy = Convoy(
            to: try PeerAddress(scene.centre.peer), scene.bulk,
            clock: LinkClock(now: place.seconds, epoch: place.surroundings.now, sleep: place.sleep, chance: place.chance),
            surroundings: place.surroundings(stream: 13))
        place.tell("\(name): \(Self.provinces) provinces with \(rows) pupils set off")
        let sending = Task { await convoy.run() }
        defer { sending.cancel() }
        let course = try await Crew.away { try stage.watch(at: place) }
        let (decisions, reviews, searches) = (course.desk.decisions, course.desk.reviews, course.searches)
        place.tell("\(name): \(decisions.count) decisions, \(reviews.count) reviews, \(searches.count) searches in \(course.seconds) s")
        let isRight = try course.desk.isRight && course.isFound && stage.isWhole(decided: decisions.count) && !decisions.isEmpty && !searches.isEmpty
        func figure(_ id: String, _ title: String, _ times: [Double], _ goal: Goal?) -> Figure {
            Figure(
                "\(name)-\(id)", title, values: [Median.percentile(0.99, of: times)], unit: "ms", rows: times.count, correct: isRight, goal: goal,
                note: "p50 \(Self.one(Median.of(times))) ms, longest \(Self.one(times.max() ?? 0)) ms")
        }
        return [
            Figure(
                "\(name)-bulk", "Pupils a second from \(Self.provinces) provinces to the centre's last verdict", values: [Double(rows) / course.seconds],
                unit: "pupils/s", rows: rows, correct: isRight, note: "the centre's processor \(Self.one(course.cpu / Double(rows) * 1e6)) us a pupil, what else it did included"),
            figure("decisions", "A decision during the bulk, p99", decisions, .atMost(1000)),
            figure("reviews", "A school's review or submission during the bulk, p99", reviews, nil),
            figure("searches", "A search by name at the centre during the bulk, p99", searches, nil),
        ]
    }

    private static func one(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// What has been prepared: the centre's node with a school of its own pupils, and provinces that have not set off yet.
private struct SeptemberScene {
    let centre: ServedNode
    let stage: SeptemberStage
    let bulk: [ConvoyProvince]

    /// First two digits of twenty provinces; that of the school on the centre's node is not among them.
    static let divisions = [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 45, 50]

    init(rows: Int, own: Int, at place: Workplace) async throws {
        let surroundings = place.surroundings(stream: 12)
        let codes = Self.divisions.map { (province: UnitCode("\($0)0000"), school: UnitCode("21\($0)000001")) }
        centre = try ServedNode("september", at: place)
        try centre.call("init", "--name", "全国中心")
        try centre.start()
        try centre.found(beside: codes.flatMap { code in
            [[code.province.text, "第\(code.province.text.prefix(2))省教育厅", "province", "000000", "", "", "", "", "", ""],
             [code.school.text, "省直小学", "school", code.province.text, code.province.text, "211", "1", "6", "831", "111"]]
        }, at: place)
        try centre.call("host", BenchPupils.school.text, "--unit", BenchPupils.county.text)
        let pupils = try BenchPupils(rows + own, seed: place.seed)
        let mine = GateSteps(pupils, 0..<own, of: BenchPupils.school, surroundings)
        centre.stop()
        try mine.fill(centre.folder, at: place)
        try centre.start()
        stage = SeptemberStage(
            rows: rows, own: mine.dossiers, names: (0..<min(own, 100)).map { pupils.record($0).name }, store: centre.store, socket: try centre.socket(),
            pid: centre.pid ?? 0)
        let enrolment = try Enrolment(
            local: try HTTPCaller(HTTPSettings(unixSocket: stage.socket, noProxy: "*")), address: try PeerAddress(centre.peer), surroundings: surroundings)
        var bulk: [ConvoyProvince] = []
        for (number, code) in codes.enumerated() {
            let part = own + rows * number / codes.count..<own + rows * (number + 1) / codes.count
            let steps = GateSteps(pupils, part, of: code.school, surroundings)
            bulk.append(try ConvoyProvince(
                try await enrolment.enrol(code.province), school: code.school, steps: steps.payloads, surroundings: surroundings))
        }
        self.bulk = bulk
        let stage = stage
        try await Crew.away {
            try ServedTree.wait(for: "the own pupils to be judged", at: place, seconds: 600) { try stage.judged() >= own }
        }
    }
}

/// What is watched while the provinces send.
private struct SeptemberStage: Sendable {
    let rows: Int
    /// Dossiers of the school on the centre's node.
    let own: [DossierID]
    let names: [String]
    let store: NodeStore
    let socket: String
    let pid: Int32

    struct Course: Sendable {
        var seconds = 0.0
        /// Seconds of the centre's processor.
        var cpu = 0.0
        var desk = DeskDay()
        /// Milliseconds.
        var searches: [Double] = []
        var isFound = true
    }

    /// Verdicts that stand at the centre.
    func judged() throws -> Int {
        try store.number("SELECT count(*) FROM word WHERE writer = '000000' AND kind = \(EntryKind.verdict.rawValue)")
    }

    /// Lets people work until the centre has judged all that the provinces bring.
    func watch(at place: Workplace) throws -> Course {
        let isOver = Mutex(false)
        let course = Mutex(Course())
        let cpu = ProcessFigures(pid: pid).cpuSeconds
        let begun = place.seconds()
        _ = try Crew.run(3) { worker in
            defer { if worker == 0 { isOver.withLock { $0 = true } } }
            switch worker {
            case 0:
                try ServedTree.wait(for: "the centre's last verdict", at: place, seconds: 3600) { try judged() >= rows + own.count }
                course.withLock { $0.seconds = place.seconds() - begun }
            case 1:
                let day = try work(while: { !isOver.withLock { $0 } }, at: place)
                course.withLock { $0.desk = day }
            default:
                let (times, isFound) = try search(while: { !isOver.withLock { $0 } }, at: place)
                course.withLock { ($0.searches, $0.isFound) = (times, isFound) }
            }
        }
        var result = course.withLock { $0 }
        result.cpu = ProcessFigures(pid: pid).cpuSeconds - cpu
        return result
    }

    private func work(while goesOn: () -> Bool, at place: Workplace) throws -> DeskDay {
        let desk = try AuthorityDesk(socket: socket, at: place)
        for dossier in own where goesOn() {
            try desk.decide(dossier)
            usleep(20_000)
        }
        return desk.day
    }

    private struct Found: Decodable {
        struct Student: Decodable { let name: String }
        let total: Int
        let students: [Student]
    }

    private func search(while goesOn: () -> Bool, at place: Workplace) throws -> (times: [Double], isFound: Bool) {
        let line = try KeptLine(.socket(socket))
        var times: [Double] = [], isFound = true
        while goesOn() {
            let name = names[times.count % names.count]
            let body = Array(try JSONEncoder().encode(["search": name]))
            let (seconds, answer) = try place.timed { try line.ask("POST", "/api/v1/students/search", headers: AuthorityDesk.json("000000"), body: body) }
            times.append(seconds * 1000)
            let found = try? JSONDecoder().decode(Found.self, from: Data(answer.body))
            if answer.status != 200 || found?.students.allSatisfy({ $0.name.hasPrefix(name) }) != true || found?.total ?? 0 < 1 { isFound = false }
            usleep(50_000)
        }
        return (times, isFound)
    }

    /// All steps are there, nobody is a problem, and so many of the own school's pupils have left the state in which all began.
    func isWhole(decided: Int) throws -> Bool {
        let pupils = try store.number("SELECT count(*) FROM dossier")
        let clean = try store.number("SELECT count(*) FROM dossier WHERE state = 'clean'")
        let decidedHere = try store.number("SELECT count(*) FROM dossier WHERE state IN ('enrolled', 'returned') AND home = '\(BenchPupils.school)'")
        // The last one may have been under way when the bulk was over.
        return pupils == rows + own.count && (decided...decided + 1).contains(decidedHere) && clean >= pupils - decided - 1
    }
}

/// Times in milliseconds.
struct DeskDay: Sendable {
    var decisions: [Double] = []
    var reviews: [Double] = []
    var isRight = true
}

/// A school that reviews and submits, and its county that decides, on one node by its local socket.
final class AuthorityDesk {
    private let line: KeptLine
    private let place: Workplace
    private(set) var day = DeskDay()

    init(socket: String, at place: Workplace) throws {
        line = try KeptLine(.socket(socket))
        self.place = place
    }

    static func json(_ unit: String) -> [(name: String, value: String)] { [("Xueji-Unit", unit), ("Content-Type", "application/json")] }

    private struct Batch: Encodable {
        let dossiers: [String]
        let reason: String?
    }

    private struct Outcome: Decodable { let done: [String] }

    /// Reviews, submits, and has it approved; of four one is returned.
    func decide(_ dossier: DossierID) throws {
        let isReturned = day.decisions.count % 4 == 3
        for verb in ["review", "submit"] { day.reviews.append(try act(verb, dossier, as: BenchPupils.school)) }
        day.decisions.append(try act(isReturned ? "return" : "approve", dossier, as: BenchPupils.county, reason: isReturned ? "请核对户籍地址" : nil))
    }

    /// - Returns: milliseconds from the call to the answer, which says that it is saved.
    private func act(_ verb: String, _ dossier: DossierID, as unit: UnitCode, reason: String? = nil) throws -> Double {
        let body = Array(try JSONEncoder().encode(Batch(dossiers: [dossier.description], reason: reason)))
        let (seconds, answer) = try place.timed { try line.ask("POST", "/api/v1/students/\(verb)", headers: Self.json(unit.text), body: body) }
        let outcome = try? JSONDecoder().decode(Outcome.self, from: Data(answer.body))
        if outcome?.done != [dossier.description] {
            day.isRight = false
            place.tell("\(verb): status \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return seconds * 1000
    }
}
