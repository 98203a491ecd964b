import Features
import Rules

/// Has two authorities rule on doubles, each at its own node, and waits until the schools know.
struct DemoRulings: Sendable {
    /// A ruling that was made.
    struct Made: Sendable {
        let decision: DemoDecision
        /// Dossiers of the two.
        let one, other: String
    }

    let population: Population
    let house: DemoHouse
    let narrator: Narrator

    private struct Wish: Encodable {
        let first, second, finding: String
        let upheld: String?
        let reason: String
    }

    func make() async throws -> [Made] {
        var made: [Made] = []
        for decision in DemoDecision.all(of: population) { made.append(try await make(decision)) }
        return made
    }

    private func make(_ decision: DemoDecision) async throws -> Made {
        let ruler = try DemoHouse.place(decision.ruler)
        let client = try await house.client(of: ruler)
        let pupils = try await client.students([("state", "problem")])
        let ids = try [decision.one, decision.other].map { try dossier(of: $0, among: pupils) }
        let groups = try await client.get("/duplicates", [("kind", decision.kind.rawValue), ("limit", "1000")])["groups"]?.items ?? []
        let group = groups.first { Set(($0["members"]?.items ?? []).compactMap { $0["dossier"]?.text }) == Set(ids) }
        guard let group = group?["group"]?.text else {
            throw DemoFailure("demo.group", "\(ruler.unit.name)的重复学籍列表里没有计划裁定的一组。", remedy: "请查看该节点的日志。")
        }
        // Whoever rules has looked at both, side by side.
        _ = try await client.post("/duplicates/\(group)/open")
        _ = try await client.post("/problems/rulings", Wish(
            first: ids[0], second: ids[1], finding: Ruling.Finding.different.rawValue, upheld: decision.upheld == nil ? nil : ids[0],
            reason: decision.reason))
        for pupil in [decision.one, decision.other] where decision.settled.contains(pupil.serial) {
            try await awaitClean(dossier: pupil == decision.one ? ids[0] : ids[1], of: pupil)
        }
        narrator.tell("\(ruler.unit.name)裁定一组\(decision.kind.chineseName)：不是同一学生，学校已知")
        return Made(decision: decision, one: ids[0], other: ids[1])
    }

    private func awaitClean(dossier: String, of pupil: PopulationPupil) async throws {
        let school = try DemoHouse.place(UnitCode(population.plan.schools[pupil.school].code))
        let client = try await house.client(of: school)
        try await Patience(standstill: 240).wait(for: "裁定到达\(school.unit.name)") {
            try await house.mustRun()
            let state = try await client.get("/students/\(dossier)")["student"]?["state"]?.text ?? ""
            return state == RegistrationState.clean.rawValue ? .there(()) : .notYet(state)
        }
    }

    private func dossier(of pupil: PopulationPupil, among students: [JSONValue]) throws -> String {
        let school = population.plan.schools[pupil.school].code
        let found = students.first {
            $0["school"]?.text == school && $0["class"]?.text == pupil.classCode.text && $0["name"]?.text == pupil.name
        }
        guard let dossier = found?["dossier"]?.text else {
            throw DemoFailure("demo.pupil", "问题学籍中没有计划裁定的学生（学校 \(school)）。", remedy: "请查看该节点的日志。")
        }
        return dossier
    }
}
