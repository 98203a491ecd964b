import Foundation
import Protocol
import Rules

/// Searches and lists at a centre that holds a million pupils, by the API of its running node: what people wait for.
///
/// Each question is asked as often as there are runs times forty, every time for another pupil, class or place in a list, by the centre or by a county
/// on its node. Every answer, total and each dossier in its order, must be what the generator says.
struct SearchMillion: Benchmark {
    let name = "search-million"
    let about = "searches and lists at a centre with so many pupils; --keep FOLDER makes them once"
    let rows = 1_000_000

    private static let perRun = 40

    func figures(rows: Int, at place: Workplace) async throws -> [Figure] {
        let pupils = try SearchPupils(rows, seed: place.seed)
        let (seconds, store) = try place.timed { try SearchStore(pupils, at: place) }
        defer { store.node.stop() }
        place.tell("\(name): \(rows) pupils at hand after \(seconds.rounded()) s, \(store.node.store.bytes >> 20) MB")
        let oracle = SearchOracle(pupils)
        let asker = SearchAsker(line: try KeptLine(.socket(try store.node.socket())), oracle: oracle, place: place)
        return try SearchQuestion.Kind.allCases.map { kind in
            let questions = (0..<place.runs * Self.perRun).map { oracle.question(kind, number: $0) }
            var isRight = true, times: [Double] = []
            // The first ones warm statements and pages, as the first of the morning do.
            for question in questions.prefix(5) { isRight = try asker.ask(question).isRight && isRight }
            for question in questions {
                let (milliseconds, isAsExpected) = try asker.ask(question)
                times.append(milliseconds)
                if !isAsExpected { isRight = false }
            }
            return Figure(
                "\(name)-\(kind.rawValue)", "\(kind.title) among \(rows) pupils, p99", values: [Median.percentile(0.99, of: times)], unit: "ms", rows: rows,
                correct: isRight, goal: .atMost(50), note: "p50 \(Self.one(Median.of(times))) ms, longest \(Self.one(times.max() ?? 0)) ms, asked \(times.count) times")
        }
    }

    private static func one(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// What is asked, by whom, and what must be answered.
struct SearchQuestion: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case name, idNumber = "id-number", number, `class`, state, first = "page-first", middle = "page-middle", last = "page-last"

        var title: String {
            switch self {
            case .name: "Search by name"
            case .idNumber: "Search by resident ID number"
            case .number: "Search by student number"
            case .class: "A class"
            case .state: "A list by state"
            case .first: "The first page of all"
            case .middle: "A page in the middle"
            case .last: "The last page"
            }
        }
    }

    var unit: UnitCode
    /// Of a list, with `?`; nil for a search.
    var query: String?
    var search = ""
    var total: Int
    /// Serials in the order of the answer.
    var page: [Int]
}

/// Says from the generator alone what every question must be answered.
struct SearchOracle {
    static let page = 100

    let pupils: SearchPupils
    private let order: [Int]

    init(_ pupils: SearchPupils) {
        self.pupils = pupils
        order = pupils.inOrder()
    }

    /// Questions of a kind go round over pupils, and by turns over the centre and the counties.
    func question(_ kind: SearchQuestion.Kind, number: Int) -> SearchQuestion {
        let pupil = number * 7919 % pupils.count
        let county = number % 2 == 0 ? nil : Optional(pupils.county(pupil))
        let unit = county.map { pupils.counties[$0] } ?? .centre
        func isInSight(_ other: Int) -> Bool { county.map { pupils.county(other) == $0 } ?? true }
        switch kind {
        case .name:
            let name = pupils.names[pupil]
            return found(by: unit, search: pupils.text(ofName: name)) { isInSight($0) && pupils.begins($0, with: name) }
        case .idNumber:
            return SearchQuestion(unit: unit, query: nil, search: pupils.idNumber(pupil), total: 1, page: [pupil])
        case .number:
            let numbered = pupil % SearchStore.numbered(pupils).count
            return SearchQuestion(
                unit: county == nil ? .centre : pupils.counties[0], query: nil, search: "G" + pupils.idNumber(numbered), total: 1, page: [numbered])
        case .class:
            let (school, code) = (pupils.school(pupil), pupils.classCode(pupil))
            return listed(by: unit, "?school=\(pupils.schoolCode(school))&class=\(code)") { pupils.school($0) == school && pupils.classCode($0) == code }
        case .state:
            let isEnrolled = number % 4 < 2
            return listed(by: unit, "?state=\(isEnrolled ? "enrolled" : "clean")") {
                isInSight($0) && SearchStore.numbered(pupils).contains($0) == isEnrolled
            }
        case .first: return paged(by: unit, from: 0, isInSight)
        case .middle: return paged(by: unit, from: 0.5, isInSight)
        case .last: return paged(by: unit, from: 1, isInSight)
        }
    }

    private func found(by unit: UnitCode, search: String, _ passes: (Int) -> Bool) -> SearchQuestion {
        let all = order.filter(passes)
        return SearchQuestion(unit: unit, query: nil, search: search, total: all.count, page: Array(all.prefix(Self.page)))
    }

    private func listed(by unit: UnitCode, _ query: String, _ passes: (Int) -> Bool) -> SearchQuestion {
        let all = order.filter(passes)
        return SearchQuestion(unit: unit, query: query, total: all.count, page: Array(all.prefix(Self.page)))
    }

    /// - Parameter share: how far into the list, 0...1; 1 is its last hundred.
    private func paged(by unit: UnitCode, from share: Double, _ isInSight: (Int) -> Bool) -> SearchQuestion {
        let all = order.filter(isInSight)
        let start = min(Int(Double(all.count) * share), max(all.count - Self.page, 0))
        let after = start == 0 ? "" : "?after=\(pupils.dossier(all[start - 1]))"
        return SearchQuestion(unit: unit, query: after, total: all.count, page: Array(all[start..<min(start + Self.page, all.count)]))
    }
}

/// Asks a running node and compares.
struct SearchAsker {
    let line: KeptLine
    let oracle: SearchOracle
    let place: Workplace

    private struct Answered: Decodable {
        struct Student: Decodable { let dossier, name: String }
        let total: Int
        let students: [Student]
    }

    func ask(_ question: SearchQuestion) throws -> (milliseconds: Double, isRight: Bool) {
        let body = question.query == nil ? Array(try JSONEncoder().encode(["search": question.search])) : []
        let (seconds, answer) = try place.timed {
            try line.ask(
                question.query == nil ? "POST" : "GET", "/api/v1/students" + (question.query ?? "/search"), headers: AuthorityDesk.json(question.unit.text), body: body)
        }
        let shown = try? JSONDecoder().decode(Answered.self, from: Data(answer.body))
        let isRight = answer.status == 200 && shown?.total == question.total
            && shown?.students.map(\.dossier) == question.page.map { oracle.pupils.dossier($0).description }
            && shown?.students.map(\.name) == question.page.map { oracle.pupils.text(ofName: oracle.pupils.names[$0]) }
        if !isRight { place.tell("search-million: \(question.unit) \(question.query ?? "search"): status \(answer.status), total \(shown?.total ?? -1) of \(question.total)") }
        return (seconds * 1000, isRight)
    }
}
