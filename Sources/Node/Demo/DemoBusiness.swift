import Features
import Protocol
import Rules

/// What the schools and their authorities do in the demo, each through its own node's API.
struct DemoBusiness: Sendable {
    let plan: DemoPlan
    let population: Population
    let house: DemoHouse
    let narrator: Narrator

    private static var schools: [DemoTree.Place] { DemoTree.places.filter { $0.unit.tier == .school } }

    /// What an import answered.
    struct Imported: Sendable {
        var rows = 0
        var accepted = 0
        var failed = 0
        /// Rule to rows refused by it, and an example of its message.
        var refusals: [String: (rows: Int, message: String)] = [:]

        init() {}

        init(_ report: JSONValue) {
            rows = report["rows"]?.count ?? 0
            accepted = report["accepted"]?.count ?? 0
            failed = report["failed"]?.count ?? 0
            for finding in report["findings"]?.items ?? [] where finding["severity"]?.text == "error" {
                let rule = finding["rule"]?.text ?? ""
                refusals[rule, default: (0, finding["message"]?.text ?? "")].rows += 1
            }
        }

        mutating func add(_ other: Imported) {
            rows += other.rows
            accepted += other.accepted
            failed += other.failed
            refusals.merge(other.refusals) { ($0.rows + $1.rows, $0.message) }
        }
    }

    // MARK: Classes and workbooks

    private struct Classes: Encodable {
        let stage: String
        let year: Int
        let count: Int
    }

    func addClasses() async throws {
        try await everywhere(Self.schools) { place in
            for plan in DemoTree.classPlans(of: place.unit, schoolYear: self.plan.schoolYear) {
                _ = try await client(place).post(
                    "/classes", Classes(stage: String(plan.stage.rawValue), year: plan.year, count: plan.count))
            }
        }
        narrator.tell("\(Self.schools.count) 所学校已设置班级")
    }

    /// Writes each school's workbook and has the school's node take it in.
    func importWorkbooks() async throws -> Imported {
        let total = Collected(Imported())
        try await everywhere(Self.schools) { place in
            let version = DemoPlan.template(of: place.unit.code)
            let rows = population.rows(of: place.unit.code.text)
            // With few pupils a school may have none.
            guard !rows.isEmpty else { return }
            let file = try house.node(of: place.node).folder + "/\(place.unit.code)-\(version.rawValue).xlsx"
            try DemoWorkbook.write(rows, version: version, to: file)
            let client = try await client(place)
            let job = try await client.post("/imports", file: file, named: "\(place.unit.code)-\(version.rawValue).xlsx")
            let report = try await result(of: job["job"]?.text ?? "", at: place, client)
            let imported = Imported(report)
            total.change { $0.add(imported) }
            narrator.tell(
                "\(place.unit.name)（\(version.rawValue) 版模板）：\(imported.rows) 行，录入 \(imported.accepted)，退回 \(imported.failed)")
        }
        return total.value
    }

    private func result(of job: String, at place: DemoTree.Place, _ client: NodeClient) async throws -> JSONValue {
        try await Patience().wait(for: "\(place.unit.name)的导入结果") {
            try await mustRun(place)
            let answer = try await client.get("/imports/" + job)
            guard answer["state"]?.text == "done", let report = answer["report"] else {
                return .notYet("已处理 \(answer["doneRows"]?.count ?? 0) 行")
            }
            return .there(report)
        }
    }

    // MARK: Review, submission, approval

    private struct Batch: Encodable { let dossiers: [String] }

    private struct Statement: Encodable { let about, kind, date, place: String }

    /// The school reviews what is clean and submits it. What is refused for a missing paper gets the paper registered.
    /// - Returns: how many were submitted to each authority.
    func submit() async throws -> [UnitCode: Int] {
        let total = Collected<[UnitCode: Int]>([:])
        try await everywhere(Self.schools) { place in
            let client = try await client(place)
            let clean = try await client.students([("state", "clean")]).compactMap { $0["dossier"]?.text }
            guard !clean.isEmpty else { return }
            let reviewed = try await client.post("/students/review", Batch(dossiers: clean))
            try mustBeAll(reviewed, "学校审核", place)
            let first = try await client.post("/students/submit", Batch(dossiers: clean))
            let waiting = first["refused"]?.items.filter { $0["code"]?.text == "Q22-proof-before-submission" } ?? []
            let papers = waiting.compactMap { $0["dossier"]?.text }
            for dossier in papers {
                _ = try await client.post("/students/\(dossier)/statements", Statement(
                    about: "noIDProof", kind: "无身份证在校就读证明", date: plan.today.compact, place: "学校档案室"))
            }
            let second = try await client.post("/students/submit", Batch(dossiers: papers))
            try mustBeAll(second, "上报", place)
            let count = Self.done(first) + Self.done(second)
            if let authority = place.unit.competent { total.change { $0[authority, default: 0] += count } }
            narrator.tell("\(place.unit.name)：审核并上报 \(count) 名，其中 \(papers.count) 名先登记了无身份证在校就读证明")
        }
        return total.value
    }

    /// Each competent authority approves what has reached it, until all that was submitted to it is approved.
    func approve(_ submitted: [UnitCode: Int]) async throws {
        try await everywhere(DemoTree.places.filter { submitted[$0.unit.code] != nil }) { place in
            let client = try await client(place)
            let expected = submitted[place.unit.code] ?? 0
            let approved = Collected(0)
            try await Patience(pause: 0.1).wait(for: "\(place.unit.name)核办") {
                try await house.mustRun()
                let here = try await client.students([("state", "submitted"), ("holder", "self")])
                    .compactMap { $0["dossier"]?.text }
                if !here.isEmpty {
                    let answer = try await client.post("/students/approve", Batch(dossiers: here))
                    // The numbers come down by themselves; whoever is early tries again.
                    try mustBeAll(answer, "核办", place, but: ["lease.missing"])
                    approved.change { $0 += Self.done(answer) }
                }
                return approved.value == expected ? .there(()) : .notYet("已核办 \(approved.value)，应核办 \(expected)")
            }
            narrator.tell("\(place.unit.name)：核办通过 \(expected) 名，已给出临时学籍号")
        }
    }

    private static func done(_ answer: JSONValue) -> Int { answer["done"]?.items.count ?? 0 }

    private func mustBeAll(_ answer: JSONValue, _ act: String, _ place: DemoTree.Place, but tolerated: Set<String> = []) throws {
        let refused = (answer["refused"]?.items ?? []).filter { !tolerated.contains($0["code"]?.text ?? "") }
        guard let first = refused.first else { return }
        throw DemoFailure(
            "demo.refused", "\(place.unit.name)\(act)时有 \(refused.count) 名被拒绝，例如：\(first["message"]?.text ?? "")",
            remedy: first["remedy"]?.text ?? "")
    }

    // MARK: Asking

    private func client(_ place: DemoTree.Place) async throws -> NodeClient { try await house.client(of: place) }

    private func mustRun(_ place: DemoTree.Place) async throws { try await house.node(of: place.node).mustRun() }

    /// Does the same at several units at once; a failure names the node.
    private func everywhere(
        _ places: [DemoTree.Place], _ act: @escaping @Sendable (DemoTree.Place) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for place in places {
                group.addTask {
                    do { try await act(place) } catch {
                        let node = try house.node(of: place.node)
                        try await node.mustRun()
                        throw node.blamed(error)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
