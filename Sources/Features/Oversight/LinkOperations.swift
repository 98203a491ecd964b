import Protocol
import Rules
import Store

/// `pause`, `resume`, `resync`: the operator's hand on the links.
public enum LinkOperations {
    /// What the running process can do with its links.
    public struct Controls: Sendable {
        /// Paused links have changed: stop or continue.
        public var changed: @Sendable (PausedLinks) -> Void
        /// Compares heads with the parent now, held streams included. False without a link upwards.
        public var resync: @Sendable () -> Bool
        /// Calls the parent at another address from now on, and keeps it; gives the address as it is kept.
        public var redirect: @Sendable (String) throws -> String

        public init(
            changed: @escaping @Sendable (PausedLinks) -> Void, resync: @escaping @Sendable () -> Bool,
            redirect: @escaping @Sendable (String) throws -> String
        ) {
            self.changed = changed
            self.resync = resync
            self.redirect = redirect
        }

        /// A stopped node.
        public static let none = Controls(changed: { _ in }, resync: { false }, redirect: { $0 })
    }

    struct State: Encodable, Sendable { let paused: [String] }

    /// How a stream whose apply is paused is named: `stream:ROW`.
    private static let stream = "stream:"

    struct Resynced: Encodable, Sendable { let resync: Bool }

    private static let state = Schema.fields(("paused", .array(.string)))
    private static let link = Operation.Parameter.path("link", "`parent`, or the code of a unit directly below with a node")

    public static func operations(_ controls: @escaping @Sendable () -> Controls) -> [Operation] {
        [
            Operation(
                "links.pause", .post, "/links/{link}/pause", "Stop a link until it is resumed, also over a restart", title: "暂停链路",
                parameters: [link], response: state, roles: [.systemAdministrator]
            ) { call in .json(try set(call, paused: true, controls())) },
            Operation(
                "links.resume", .post, "/links/{link}/resume", "Continue a paused link", title: "恢复链路", parameters: [link],
                response: state, roles: [.systemAdministrator]
            ) { call in .json(try set(call, paused: false, controls())) },
            Operation(
                "links.resync", .post, "/links/parent/resync", "Compare heads with the parent now", title: "重新核对",
                response: .fields(("resync", .boolean)), roles: [.systemAdministrator]
            ) { call in
                if try call.archive.read({ try PausedLinks($0).isParentPaused }) {
                    throw Refusal("link.paused", "到上级的链路已暂停，不能核对。", remedy: "请先运行 resume。")
                }
                guard controls().resync() else { throw noParent }
                return .json(Resynced(resync: true))
            },
        ]
    }

    private static func set(_ call: Call, paused: Bool, _ controls: Controls) throws -> State {
        let name = call.parameters["link"] ?? ""
        if name.hasPrefix(stream), !paused { return try resumeStream(name, call) }
        let links = try call.archive.write { transaction in
            if name == PausedLinks.parent {
                guard try transaction.reading.ownUnit() != .centre else { throw noParent }
            } else {
                let unit = UnitCode(name)
                guard transaction.directory.unit(unit)?.competent == call.actor.unit,
                      try transaction.directory.activeKey(of: unit)?.node == unit else {
                    throw Refusal(
                        "link.missing", "没有到“\(name)”的链路。", remedy: "请写 parent，或有自己节点的直接下级的单位代码。", kind: .missing)
                }
            }
            return try PausedLinks.set(name, paused: paused, in: transaction)
        }
        controls.changed(links)
        return State(paused: links.names.sorted())
    }

    private static func resumeStream(_ name: String, _ call: Call) throws -> State {
        try call.archive.write { transaction in
            guard let row = Int64(name.dropFirst(stream.count)), try transaction.resumeStream(row) else {
                throw Refusal("stream.missing", "没有暂停处理的数据流“\(name)”。", remedy: "请按 status 告警中的编号填写。", kind: .missing)
            }
            return State(paused: try PausedLinks(transaction.reading).names.sorted() + transaction.reading.pausedStreams())
        }
    }

    private static let noParent = Refusal("link.none", "本节点没有上级链路。", remedy: "中央节点没有上级；请在下级节点上办理。")
}
