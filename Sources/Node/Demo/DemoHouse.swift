import Features
import Glibc
import Rules

/// The thirteen nodes of the demo: raised from the centre down as an administrator would, and stopped from below.
struct DemoHouse: Sendable {
    let nodes: [UnitCode: DemoNode]

    /// Makes the folders; nothing runs yet.
    init(_ plan: DemoPlan, lifeline: LifelinePipe) throws(DemoFailure) {
        var nodes: [UnitCode: DemoNode] = [:]
        for place in DemoTree.places where place.hasOwnNode {
            nodes[place.unit.code] = try DemoNode(
                place.unit, in: plan.folder, executable: plan.executable, lifeline: lifeline)
        }
        self.nodes = nodes
    }

    /// From the centre down, tier by tier.
    static let tiers: [[DemoTree.Place]] = Tier.allCases.reversed().map { tier in
        DemoTree.places.filter { $0.unit.tier == tier }
    }

    func node(of code: UnitCode) throws(DemoFailure) -> DemoNode {
        guard let node = nodes[code] else {
            throw DemoFailure("demo.tree", "演示的机构表中没有节点 \(code)。", remedy: "请报告这个错误。")
        }
        return node
    }

    /// The API as a unit uses it, wherever it lives.
    func client(of place: DemoTree.Place) async throws -> NodeClient {
        try await node(of: place.node).client(as: place.unit.code)
    }

    /// Where a unit of the demo lives.
    static func place(_ unit: UnitCode) throws(DemoFailure) -> DemoTree.Place {
        guard let place = DemoTree.places.first(where: { $0.unit.code == unit }) else {
            throw DemoFailure("demo.unit", "演示中没有单位 \(unit)。", remedy: "请报告此问题。")
        }
        return place
    }

    func client(of unit: UnitCode) async throws -> NodeClient { try await client(of: Self.place(unit)) }

    // MARK: Raising

    func raise(_ plan: DemoPlan, _ narrator: Narrator) async throws {
        try await foundCentre(plan)
        narrator.tell("中央节点已建立，\(DemoTree.units.count) 个机构已导入")
        for places in Self.tiers.dropFirst() {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for place in places { group.addTask { try await settle(place) } }
                try await group.waitForAll()
            }
            let own = places.filter(\.hasOwnNode).map(\.unit.name)
            narrator.tell("\(places[0].unit.tier.label)节点已加入：\(own.joined(separator: "、"))")
            for place in places where !place.hasOwnNode {
                narrator.tell("\(place.unit.name)没有自己的服务器，由 \(place.node) 的节点代管")
            }
        }
    }

    private func foundCentre(_ plan: DemoPlan) async throws {
        let centre = try node(of: .centre)
        try await centre.found(["init", "--name", centre.unit.name])
        try await centre.start()
        let file = plan.folder + "/units.csv"
        try FileBytes.write(Array(DemoTree.csv.utf8), to: file)
        let answer = try await asking(centre) { try await $0.post("/units/import", file: file, named: "units.csv") }
        guard answer["refused"]?.items.isEmpty == true else {
            throw DemoFailure("demo.units", "机构导入有被拒绝的行：\(answer)", remedy: "请报告这个错误。")
        }
    }

    /// A node of its own by invitation, or a home on the authority's node.
    private func settle(_ place: DemoTree.Place) async throws {
        guard let competent = place.unit.competent else { return }
        let parent = try node(of: competent)
        guard place.hasOwnNode else {
            _ = try await whenKnown(parent, "代管 \(place.unit.code)") { try await $0.post("/units/\(place.unit.code)/host") }
            return
        }
        let answer = try await whenKnown(parent, "邀请 \(place.unit.code)") {
            try await $0.post("/units/\(place.unit.code)/invitation")
        }
        guard let code = answer["code"]?.text, let url = answer["parent"]?.text else {
            throw DemoFailure("demo.invite", "邀请没有给出邀请码：\(answer)", remedy: "请报告这个错误。")
        }
        let node = try node(of: place.unit.code)
        try await node.found(["join", "--parent", url, "--code", code])
        try await node.start()
        try await Patience(standstill: 120, pause: 0.1).wait(for: "\(place.unit.name)收到机构信息") {
            try await node.mustRun()
            let answer = try await asking(node) { try await $0.get("/units") }
            let known = (answer["units"]?.items ?? []).contains { $0["code"]?.text == place.unit.code.text }
            return known ? .there(()) : .notYet("尚未收到")
        }
    }

    /// A node that has just joined learns the directory within moments; until then it does not know its children.
    private func whenKnown(
        _ node: DemoNode, _ what: String, _ ask: @escaping @Sendable (NodeClient) async throws -> JSONValue
    ) async throws -> JSONValue {
        try await Patience(standstill: 120, pause: 0.1).wait(for: what) {
            try await node.mustRun()
            do {
                return .there(try await ask(try await node.client()))
            } catch let refused as NodeClient.Refused
                where ["units.missing", "units.admit", "join.root"].contains(refused.refusal.code) {
                return .notYet(refused.refusal.message)
            } catch {
                throw node.blamed(error)
            }
        }
    }

    private func asking(
        _ node: DemoNode, _ ask: @escaping @Sendable (NodeClient) async throws -> JSONValue
    ) async throws -> JSONValue {
        do { return try await ask(try await node.client()) } catch { throw node.blamed(error) }
    }

    // MARK: Ending

    func mustRun() async throws {
        for node in nodes.values { try await node.mustRun() }
    }

    /// Schools first, the centre last, each tier at once.
    /// - Returns: units whose node did not end in order.
    func stop() async -> [UnitCode] {
        var unruly: [UnitCode] = []
        for places in Self.tiers.reversed() {
            await withTaskGroup(of: UnitCode?.self) { group in
                for place in places where place.hasOwnNode {
                    guard let node = nodes[place.unit.code] else { continue }
                    group.addTask { await node.stop() ? nil : place.unit.code }
                }
                for await code in group { unruly += [code].compactMap { $0 } }
            }
        }
        return unruly.sorted()
    }
}
