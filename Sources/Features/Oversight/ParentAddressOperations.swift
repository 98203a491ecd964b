import Protocol
import Rules
import Store

/// `parent URL`: calls the parent at another address, for example after a move to an authority whose address nobody knew.
public enum ParentAddressOperations {
    struct Wish: Decodable { let address: String }

    struct State: Encodable, Sendable { let parent: String }

    public static func all(_ controls: @escaping @Sendable () -> LinkOperations.Controls) -> [Operation] {
        [
            Operation(
                "links.parent", .put, "/links/parent/address", "Call the parent at another address from now on", title: "上级地址",
                body: .json(.fields(("address", .string))), response: .fields(("parent", .string)), roles: [.systemAdministrator]
            ) { call in
                let wish: Wish = try JSONBody.decode(call.body)
                guard try call.archive.read({ try $0.ownUnit() }) != .centre else {
                    throw Refusal("link.none", "本节点没有上级链路。", remedy: "中央节点没有上级；请在下级节点上办理。")
                }
                return .json(State(parent: try controls().redirect(wish.address)))
            },
        ]
    }
}
