import Features
import Rules

/// What the demo tells at its end, in Chinese.
struct DemoReport: Sendable {
    let tally: DemoTally
    let decisions: DemoRun.Decisions
    let population: Population
    let house: DemoHouse
    let narrator: Narrator

    func tell() async throws {
        tellTiers()
        tellDuplicates()
        tellRefusals()
        try await tellSample()
        try await tellDecisions()
        try await tellTransfer()
        if population.plan.planted.heardWrongly > 0 { try await tellSuspicions() }
    }

    // MARK: Tables

    private func tellTiers() {
        narrator.say("\n各级所见（摘要相同即内容相同）：")
        let rows = DemoTree.places.map { place in
            let view = tally.own(place.unit.code)
            let counts = view?.counts ?? DemoTruth.Counts()
            return row([
                "unit": place.unit.code.text, "name": place.unit.name, "tier": place.unit.tier.label,
                "node": place.hasOwnNode ? "" : "代管于 \(place.node)", "dossiers": "\(counts.dossiers)",
                "clean": "\(counts.dossiers - counts.problems)", "problems": "\(counts.problems)",
                "enrolled": "\(counts.enrolled)", "L": "\(counts.L)", "G": "\(counts.G)", "J": "\(counts.J)",
                "digest": String(view?.digest.prefix(12) ?? ""),
            ])
        }
        narrator.say(Printout.table(rows, columns: [
            ("unit", "单位"), ("tier", "级"), ("dossiers", "学籍"), ("clean", "无问题"), ("problems", "问题学籍"),
            ("enrolled", "在校生"), ("L", "仅L号"), ("G", "G号"), ("J", "J号"), ("digest", "摘要"), ("name", "名称"), ("node", "节点"),
        ]))
    }

    private func tellDuplicates() {
        narrator.say("\n中央查重结论（人数）：")
        let kinds = tally.kinds
        let rows = DuplicateKind.allCases.filter { kinds[$0.rawValue] != nil }.map { kind in
            row([
                "name": kind.chineseName, "pupils": "\(kinds[kind.rawValue] ?? 0)",
                "truth": "\(tally.truth.kinds[kind.rawValue] ?? 0)", "result": kind.isProblem ? "问题学籍，不能上报" : "提示，可以上报",
            ])
        }
        narrator.say(Printout.table(
            rows, columns: [("pupils", "查出"), ("truth", "实有"), ("name", "类别"), ("result", "处理")]))
    }

    private func tellRefusals() {
        narrator.say("\n退回的行：")
        let rows = tally.imported.refusals.sorted { $0.key < $1.key }.map { rule, found in
            row(["rule": rule, "rows": "\(found.rows)", "message": found.message])
        }
        narrator.say(Printout.table(rows, columns: [("rows", "行数"), ("rule", "规则"), ("message", "例如")]))
    }

    // MARK: One pupil

    /// A pupil of the first school with a G number, as that school's own node tells it.
    private func tellSample() async throws {
        guard let place = DemoTree.places.first(where: { $0.unit.tier == .school && $0.hasOwnNode }),
              let student = tally.students.first(where: {
                  $0["school"]?.text == place.unit.code.text && $0["number"]?.text?.hasPrefix("G") == true
              }), let dossier = student["dossier"]?.text else { return }
        let path = try await house.client(of: place).get("/students/\(dossier)/path")
        narrator.say("\n一名学生的办理轨迹（\(place.unit.name)，\(student["name"]?.text ?? "")，学籍号 \(path["number"]?.text ?? "")）：")
        tellSteps(path, indent: "  ")
        for seen in path["seen"]?.items ?? [] {
            let unit = seen["unit"]?.text ?? ""
            narrator.say("  到达 \(Self.unitNames[unit] ?? unit)：\(seen["storedAt"]?.text ?? "尚未得知")")
        }
    }

    private static let unitNames = Dictionary(DemoTree.units.map { ($0.code.text, $0.name) }, uniquingKeysWith: { first, _ in first })

    func tellSteps(_ path: JSONValue, indent: String) {
        for step in path["steps"]?.items ?? [] {
            let kind = StepKind(rawValue: step["kind"]?.text ?? "")?.label ?? ""
            let by = step["by"]?.text ?? ""
            narrator.say("\(indent)\(step["at"]?.text ?? "")  \(kind)  \(Self.unitNames[by] ?? by)  \(step["hash"]?.text?.prefix(12) ?? "")")
        }
    }

    /// Where one can go on by oneself.
    func tellAddresses() async {
        narrator.say("\n节点地址（浏览器或 API）：")
        for place in DemoTree.places where place.hasOwnNode {
            guard let node = house.nodes[place.unit.code], let ready = await node.ready else { continue }
            narrator.say("  \(place.unit.code)  \(ready.console)  \(place.unit.name)  数据在 \(node.data)")
        }
        narrator.say("\n每级一个账号（一次性密码，首次登录须修改）：")
        for places in DemoHouse.tiers {
            guard let place = places.first(where: \.hasOwnNode), let node = house.nodes[place.unit.code],
                  let admin = await node.founded?.admin, let ready = await node.ready else { continue }
            narrator.say("  \(place.unit.tier.label)  \(place.unit.code)  \(ready.console)  账号 \(admin.account)  密码 \(admin.password)")
        }
    }

    private func row(_ cells: [String: String]) -> JSONValue { .object(cells.mapValues { .string($0) }) }
}
