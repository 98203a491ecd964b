import Protocol
import Rules
import Store

/// `status` and `why`.
public enum OversightOperations {
    /// What the running process knows about its links.
    public struct Links: Sendable {
        public var parent: StatusReport.Link
        public var children: [StatusReport.Link]

        public init(parent: StatusReport.Link, children: [StatusReport.Link]) {
            self.parent = parent
            self.children = children
        }

        /// A stopped node.
        public static let none = Links(parent: .init(state: "none"), children: [])
    }

    public static func operations(version: String, links: @escaping @Sendable () -> Links) -> [Operation] {
        [
            Operation(
                "node.status", .get, "/status", "Links, counts, digest, queues, alarms", title: "节点状态",
                parameters: [
                    .init("subtree", "Counts and digest of this unit's subtree"), .init("digest", "`false`: without it, for it reads every record"),
                ], response: .anything
            ) { call in
                let now = links()
                return .json(try call.archive.read { reading in
                    let subtree = call.parameters["subtree"].map { UnitCode($0) } ?? call.actor.unit
                    guard reading.directory.contains(call.actor.unit, subtree) else {
                        throw Refusal("units.sight", "只能查看本单位及下属单位。", remedy: "请核对单位代码。", kind: .permission)
                    }
                    return try StatusReport.report(
                        subtree: subtree, version: version, parent: now.parent, children: now.children,
                        hasDigest: call.parameters["digest"] != "false", reading)
                })
            },
            SubtreeCounts.operation,
            Operation(
                "students.why", .get, "/students/{dossier}/path", "One record's path through all tiers", title: "办理轨迹",
                parameters: [.path("dossier", "Dossier id")], response: .anything
            ) { call in
                guard let id = DossierID(hex: call.parameters["dossier"] ?? "") else {
                    throw Refusal("dossier.id", "学籍档案编号不对，应为32位十六进制数。", remedy: "请从学生列表中选取。", kind: .usage)
                }
                return .json(try call.archive.read { try PathReport.report(id, sight: call.actor.unit, $0) })
            },
        ] + FigureOperations.all
    }
}
