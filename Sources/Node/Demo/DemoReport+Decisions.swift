import Features
import Rules

/// How doubles were decided, and what is only alike.
extension DemoReport {
    func tellDecisions() async throws {
        guard !decisions.rulings.isEmpty else { return }
        narrator.say("\n重复学籍的裁定：")
        for ruling in decisions.rulings {
            guard let ruler = DemoTree.places.first(where: { $0.unit.code == ruling.decision.ruler }) else { continue }
            let client = try await house.client(of: ruler)
            let problem = try await client.get("/students/\(ruling.one)/problem")
            let word = problem["peers"]?.items.first { $0["dossier"]?.text == ruling.other }?["ruling"]
            let names = [ruling.decision.one, ruling.decision.other].map { "\($0.name)（\(schoolName(of: $0))）" }
            narrator.say("  \(ruling.decision.kind.chineseName)：\(names.joined(separator: " 与 "))")
            narrator.say(
                "  \(word?["at"]?.text ?? "")  \(word?["byName"]?.text ?? "")裁定：\(word?["label"]?.text ?? "")；\(word?["reason"]?.text ?? "")")
            for (dossier, pupil) in [(ruling.one, ruling.decision.one), (ruling.other, ruling.decision.other)] {
                try await tellPath(of: dossier, pupil, client)
            }
        }
    }

    private func tellPath(of dossier: String, _ pupil: PopulationPupil, _ client: NodeClient) async throws {
        let path = try await client.get("/students/\(dossier)/path")
        let number = path["number"]?.text.map { "学籍号 \($0)" } ?? "仍为问题学籍，由学校变更号码"
        narrator.say("  \(pupil.name)（\(schoolName(of: pupil))）：\(number)")
        tellSteps(path, indent: "    ")
    }

    private func schoolName(of pupil: PopulationPupil) -> String {
        let code = population.plan.schools[pupil.school].code
        return DemoTree.units.first { $0.code.text == code }?.name ?? code
    }

    func tellSuspicions() async throws {
        let queue = try await house.node(of: .centre).client().get("/suspicions", [("limit", "3")])
        narrator.say("\n中央的疑似重复（不影响办理）：共 \(queue["total"]?.count ?? 0) 对")
        for item in queue["suspicions"]?.items ?? [] {
            let pupils = ["one", "other"].compactMap { item[$0] }.map {
                "\($0["name"]?.text ?? "")（\($0["birthDate"]?.text ?? "")，\($0["schoolName"]?.text ?? "")）"
            }
            narrator.say("  " + pupils.joined(separator: " 与 "))
            narrator.say("    依据：" + (item["reasons"]?.items ?? []).prefix(5).compactMap { $0["text"]?.text }.joined(separator: "；"))
        }
    }

    /// From the question to the class, with who agreed when.
    func tellTransfer() async throws {
        guard let made = decisions.transfer else { return }
        let place = try DemoHouse.place(made.transfer.receiving)
        let client = try await house.client(of: place)
        let inquiry = try await client.get("/inquiries/\(made.inquiry)")
        let page = try await client.get("/transfers/\(made.application)")
        narrator.say("\n跨省转学：\(made.transfer.pupil.name)（\(schoolName(of: made.transfer.pupil))）转入\(place.unit.name)")
        narrator.say("  \(inquiry["askedAt"]?.text ?? "")  查询  \(place.unit.name)")
        narrator.say("  \(inquiry["answer"]?["at"]?.text ?? "")  答复  \(inquiry["answer"]?["byName"]?.text ?? "")")
        for event in page["events"]?.items ?? [] {
            narrator.say("  \(event["at"]?.text ?? "")  \(event["label"]?.text ?? "")  \(event["byName"]?.text ?? "")")
        }
        let pupil = try await client.get("/students/\(made.dossier)")["student"]
        narrator.say("  现在的班级：\(pupil?["class"]?.text ?? "")，学籍号 \(pupil?["number"]?.text ?? "")（不变）")
    }
}
