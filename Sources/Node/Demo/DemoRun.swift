import Features
import Glibc
import Rules

/// The whole demo: raises thirteen nodes, carries pupils from workbooks to numbers, and holds the outcome against the
/// generator's truth.
struct DemoRun: Sendable {
    let plan: DemoPlan
    let population: Population
    let truth: DemoTruth
    let house: DemoHouse
    let narrator: Narrator

    /// Makes the folders; nothing runs yet.
    init(_ plan: DemoPlan, lifeline: LifelinePipe, narrator: Narrator) throws(DemoFailure) {
        self.plan = plan
        self.narrator = narrator
        population = try plan.population()
        truth = DemoTruth(population)
        house = try DemoHouse(plan, lifeline: lifeline)
    }

    /// What was decided on the way.
    struct Decisions: Sendable {
        let rulings: [DemoRulings.Made]
        let transfer: DemoTransfers.Made?
    }

    /// From nothing to numbers, and one pupil on to another school. The nodes stay up.
    func perform() async throws -> (DemoTally, Decisions) {
        narrator.tell(
            "种子 \(plan.seed)：\(truth.rows) 行，应录入 \(truth.total.dossiers)、退回 \(truth.refused)，裁定后问题学籍 \(truth.total.problems)")
        try FileBytes.write(try JSONBody.encode(truth), to: plan.folder + "/truth.json")
        try await house.raise(plan, narrator)
        let business = DemoBusiness(plan: plan, population: population, house: house, narrator: narrator)
        try await business.addClasses()
        let imported = try await business.importWorkbooks()
        try await crash(.afterImport)
        try await awaitVerdicts(imported.accepted)
        let rulings = try await DemoRulings(population: population, house: house, narrator: narrator).make()
        try await awaitAgreement()
        let submitted = try await business.submit()
        try await crash(.afterSubmission)
        try await business.approve(submitted)
        try await crash(.afterApproval)
        let enrolled = submitted.values.reduce(0, +)
        try await awaitNumbers(enrolled)
        try await awaitAgreement()
        if population.plan.planted.heardWrongly > 0 { try await awaitSuspicions() }
        let transfer = try await DemoTransfers(population: population, house: house, narrator: narrator).make()
        try await awaitAgreement()
        return (try await DemoTally.take(house, truth: truth, imported: imported), Decisions(rulings: rulings, transfer: transfer))
    }

    // MARK: Crashes

    /// When nodes are killed: work has just been done, and most of it has not gone far yet.
    private enum Moment: Int { case afterImport, afterSubmission, afterApproval }

    /// Kills every third node at once, in an order that follows from the seed, so that each is killed once in a run.
    private func crash(_ moment: Moment) async throws {
        guard plan.crashes else { return }
        var chance = SeededChance(seed: plan.seed, stream: 9, of: 0)
        let victims = chance.shuffled(DemoTree.nodes).enumerated().filter { $0.offset % 3 == moment.rawValue }.map(\.element)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for victim in victims {
                let node = try house.node(of: victim)
                group.addTask { try await node.crash() }
            }
            try await group.waitForAll()
        }
        narrator.tell("kill -9 并重新启动：" + victims.map(\.text).joined(separator: "、"))
    }

    // MARK: Waiting

    /// Until the centre has judged everyone, and every school knows it: the centre's queue is empty, and each school's
    /// digest is the centre's for that school.
    private func awaitVerdicts(_ accepted: Int) async throws {
        let counts: DemoTruth.Counts = try await Patience(standstill: 240).wait(for: "中央查重") {
            try await house.mustRun()
            let status = try await house.node(of: .centre).client().get("/status")
            let counts = DemoTruth.Counts(status)
            let unchecked = status["counts"]?["byState"]?["unchecked"]?.count ?? 0
            let queued = status["queues"]?.items.first { $0["office"]?.text == "duplicates" }?["waiting"]?.count ?? 0
            guard counts.dossiers == accepted, unchecked == 0, queued == 0 else {
                return .notYet("中央已有 \(counts.dossiers)/\(accepted)，待查 \(unchecked + queued)")
            }
            return .there(counts)
        }
        narrator.tell("中央已查重 \(counts.dossiers) 名：问题学籍 \(counts.problems) 名")
        try await awaitAgreement()
        narrator.tell("查重结论已下达各校")
    }

    private func awaitNumbers(_ enrolled: Int) async throws {
        let counts = try await Patience(standstill: 240).wait(for: "正式学籍号") {
            try await house.mustRun()
            let counts = DemoTruth.Counts(try await house.node(of: .centre).client().get("/status"))
            return counts.G + counts.J == enrolled && counts.L == 0
                ? .there(counts) : .notYet("G \(counts.G)，J \(counts.J)，仅 L \(counts.L)，应有 \(enrolled)")
        }
        narrator.tell("中央已核发正式学籍号：G \(counts.G)，J \(counts.J)")
    }

    /// Until the centre has searched all that there is for suspicions.
    private func awaitSuspicions() async throws {
        let centre = try await house.node(of: .centre).client()
        _ = try await centre.post("/suspicions/search")
        let total: Int = try await Patience(standstill: 240).wait(for: "中央查找疑似重复") {
            try await house.mustRun()
            let queue = try await centre.get("/suspicions", [("limit", "1")])
            let search = queue["search"]
            guard search?["state"]?.text == "done", search?["waiting"]?.count == 0, let total = queue["total"]?.count, total > 0 else {
                return .notYet("待查 \(search?["waiting"]?.count ?? 0),\(search?["state"]?.text ?? "")")
            }
            return .there(total)
        }
        narrator.tell("中央已查找疑似重复：\(total) 对，不影响办理")
    }

    /// Until every unit on a school's path says the same about the school.
    private func awaitAgreement() async throws {
        for place in DemoTree.places where place.unit.tier == .school {
            try await Patience(standstill: 240).wait(for: "\(place.unit.name)与上级一致") {
                try await house.mustRun()
                let digests = try await DemoTally.look(at: place, house).map(\.digest)
                return Set(digests).count == 1 ? .there(()) : .notYet(digests.joined(separator: " "))
            }
        }
    }
}
