import Features
import Rules

/// Has a school ask for a pupil of another province, apply, and put the pupil into a class once every station has agreed.
struct DemoTransfers: Sendable {
    /// A transfer that was made.
    struct Made: Sendable {
        let transfer: DemoTransfer
        /// Ids of inquiry and application, and the pupil's dossier.
        let inquiry, application, dossier: String
    }

    let population: Population
    let house: DemoHouse
    let narrator: Narrator

    private struct Question: Encodable { let name, studentNumber: String }
    private struct Wish: Encodable { let releasing, name, number, cohort, date, reason, stay: String }
    private struct Nothing: Encodable {}
    private struct Placement: Encodable { let dossiers: [String] }

    /// Nil where the population has nobody for it.
    func make() async throws -> Made? {
        guard let transfer = DemoTransfer.planned(in: population) else { return nil }
        let school = try await house.client(of: transfer.receiving)
        let (dossier, number) = try await known(transfer)
        let inquiry = try await ask(number, transfer, school)
        let code = transfer.classCode
        let answer = try await school.post("/transfers", Wish(
            releasing: transfer.releasing.text, name: transfer.pupil.name, number: number, cohort: String(code.text.prefix(5)),
            date: "\(code.year)0915", reason: "随父母迁居", stay: "走读"))
        guard let application = answer["transfer"]?.text else { throw Self.strange(answer) }
        _ = try await school.post("/transfers/\(application)/submit")
        try await passStations(of: application, for: transfer, school)
        let placed = try await school.post("/classes/\(code.text)/students", Placement(dossiers: [dossier]))
        guard placed["done"]?.items.count == 1 else { throw Self.strange(placed) }
        narrator.tell("跨省转学办结：\(transfer.pupil.name)由\(name(of: transfer.releasing))转入\(name(of: transfer.receiving))，已编班")
        return Made(transfer: transfer, inquiry: inquiry, application: application, dossier: dossier)
    }

    /// The answer of the other province, who need not do anything for it.
    private func ask(_ number: String, _ transfer: DemoTransfer, _ school: NodeClient) async throws -> String {
        let asked = try await school.post("/inquiries", Question(name: transfer.pupil.name, studentNumber: number))
        guard let inquiry = asked["inquiry"]?.text else { throw Self.strange(asked) }
        return try await Patience(standstill: 240).wait(for: "跨省查询的答复") {
            try await house.mustRun()
            let item = try await school.get("/inquiries/\(inquiry)")
            let found = item["answer"]?["pupil"]?["school"]?.text
            return found == transfer.releasing.text ? .there(inquiry) : .notYet(item["state"]?.text ?? "")
        }
    }

    /// Whoever holds it agrees, at its own node, until the last one has.
    private func passStations(of application: String, for transfer: DemoTransfer, _ school: NodeClient) async throws {
        try await Patience(standstill: 240).wait(for: "跨省转学办结") {
            try await house.mustRun()
            let page = try await school.get("/transfers/\(application)")
            let state = page["transfer"]?["state"]?.text ?? ""
            if state == "completed" { return .there(()) }
            guard let holder = page["transfer"]?["holder"]?.text.map({ UnitCode($0) }), holder != transfer.receiving else { return .notYet(state) }
            do {
                _ = try await house.client(of: holder).post("/transfers/\(application)/approve", Nothing())
            } catch let refused as NodeClient.Refused {
                // Not there yet, or already agreed to and not yet known here.
                return .notYet("\(state)：\(holder) \(refused.refusal.code)")
            }
            return .notYet("\(state)：\(holder)")
        }
    }

    /// What the pupil's card says, as the releasing school knows it.
    private func known(_ transfer: DemoTransfer) async throws -> (dossier: String, number: String) {
        let pupils = try await house.client(of: transfer.releasing).students([("class", transfer.pupil.classCode.text)])
        let found = pupils.first { $0["name"]?.text == transfer.pupil.name && $0["number"]?.text == "G" + transfer.pupil.idNumber }
        guard let dossier = found?["dossier"]?.text, let number = found?["number"]?.text else {
            throw DemoFailure("demo.pupil", "转出学校没有计划转学的学生。", remedy: "请查看该节点的日志。")
        }
        return (dossier, number)
    }

    private func name(of unit: UnitCode) -> String { DemoTree.units.first { $0.code == unit }?.name ?? unit.text }

    private static func strange(_ answer: JSONValue) -> DemoFailure {
        DemoFailure("demo.transfer", "转学没有按计划进行：\(answer)", remedy: "请报告这个错误。")
    }
}
