import Features
import Rules

/// What the nodes say at the end, held against the generator's truth and against each other.
struct DemoTally: Sendable {
    /// One unit's subtree as one node sees it.
    struct View: Sendable, Hashable {
        /// Unit whose node was asked.
        let at: UnitCode
        /// The subtree asked for.
        let subtree: UnitCode
        let counts: DemoTruth.Counts
        let digest: String
    }

    let truth: DemoTruth
    let views: [View]
    /// All pupils as the centre lists them.
    let students: [JSONValue]
    let imported: DemoBusiness.Imported

    /// Asks every node about every unit it holds.
    static func take(
        _ house: DemoHouse, truth: DemoTruth, imported: DemoBusiness.Imported
    ) async throws -> DemoTally {
        var views: [View] = []
        for place in DemoTree.places { views += try await look(at: place, house) }
        let students = try await house.node(of: .centre).client().students([])
        return DemoTally(truth: truth, views: views, students: students, imported: imported)
    }

    /// What every unit on the path of a unit, itself first, says about its subtree.
    static func look(at place: DemoTree.Place, _ house: DemoHouse) async throws -> [View] {
        let tree = UnitTree(DemoTree.units)
        var views: [View] = []
        for above in tree.path(of: place.unit.code) {
            guard let holder = DemoTree.places.first(where: { $0.unit.code == above }) else { continue }
            let status = try await house.client(of: holder).get("/status", [("subtree", place.unit.code.text)])
            views.append(View(
                at: above, subtree: place.unit.code, counts: DemoTruth.Counts(status), digest: status["digest"]?.text ?? ""))
        }
        return views
    }

    func own(_ unit: UnitCode) -> View? { views.first { $0.at == unit && $0.subtree == unit } }

    /// Pupils by kind as the centre's verdicts name them.
    var kinds: [String: Int] {
        var kinds: [String: Int] = [:]
        for student in students {
            let peers = student["verdict"]?["peers"]?.items ?? []
            let problems = (student["problems"]?.items ?? []).compactMap(\.text)
            for kind in Set(peers.compactMap { $0["problem"]?.text } + problems) { kinds[kind, default: 0] += 1 }
        }
        return kinds
    }

    /// Where nodes differ from the truth or from each other, in Chinese; empty when all agree.
    var differences: [String] {
        var found: [String] = []
        for view in views {
            let expected = truth.counts(of: view.subtree)
            if view.counts != expected {
                found.append("\(view.at) 所见的 \(view.subtree)：\(Self.text(view.counts))，应为 \(Self.text(expected))")
            }
            if view.digest.isEmpty || view.digest != own(view.subtree)?.digest {
                found.append("\(view.at) 所见的 \(view.subtree) 的摘要与本单位不同")
            }
        }
        if imported.rows != truth.rows || imported.failed != truth.refused || imported.accepted != truth.total.dossiers {
            found.append(
                "导入 \(imported.rows) 行、录入 \(imported.accepted)、退回 \(imported.failed)，应为 \(truth.rows)、\(truth.total.dossiers)、\(truth.refused)")
        }
        let refusals = imported.refusals.mapValues(\.rows)
        if refusals != truth.refusals { found.append("退回的原因为 \(Self.text(refusals))，应为 \(Self.text(truth.refusals))") }
        if kinds != truth.kinds { found.append("查重结论为 \(Self.text(kinds))，应为 \(Self.text(truth.kinds))") }
        let pupils = students.map { DemoTruth.Pupil($0) }.sorted()
        if pupils != truth.pupils {
            let wrong = zip(pupils, truth.pupils).first { $0 != $1 }
            found.append("中央所见的学生名单与应有的不同（\(pupils.count) 名），首处：\(wrong.map { "\($0) ≠ \($1)" } ?? "人数")")
        }
        return found
    }

    private static func text(_ counts: DemoTruth.Counts) -> String {
        "学籍 \(counts.dossiers) 问题 \(counts.problems) 在校 \(counts.enrolled) L \(counts.L) G \(counts.G) J \(counts.J)"
    }

    private static func text(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
