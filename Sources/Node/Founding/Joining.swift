import Features
import FoundationEssentials
import Glibc
import Protocol
import Replication
import Rules
import Store

/// `join`: a bare machine becomes a unit's node. What it needs streams down once it is served.
struct Joining {
    let parent: String
    let code: String
    let folder: String
    let proxy: String?
    let surroundings: Surroundings
    /// Nil: libcurl.
    var sender: (any RequestSender)?

    /// Key of the node's value with the parent's address.
    static let parentAddress = "parent"

    func join() async throws -> Founding.Result {
        let address = try PeerAddress(parent)
        guard let code = OneTimeCode(code) else {
            throw Refusal("join.code", "邀请码不对。", remedy: "请核对后重新输入:32 个字母和数字,不含 I、L、O、U。", kind: .usage)
        }
        try NodeFolder.prepare(folder)
        let archive = try Archive(folder: folder, book: Wiring.book(), surroundings: surroundings)
        defer { try? archive.close() }
        guard try archive.read({ try $0.ownUnit() }) == nil else { throw NodeFolder.exists(folder) }
        let key = try pendingKey(for: code, in: archive)
        let reply = try await ask(address, JoinRequest(secret: code.secretText, key: key))
        guard code.isFingerprint(of: reply.rootKey) else {
            throw Refusal(
                "join.root", "对方出示的中央公钥与邀请码不符,可能连错了节点或被人冒充。", remedy: "请核对上级地址,并向上级重新索取邀请码。")
        }
        let (text, password) = try AccountShelf.oneTimePassword(surroundings)
        try archive.write { transaction in
            try transaction.setNodeText("unit", reply.unit.text)
            try transaction.setNodeText(Self.parentAddress, address.base)
            try transaction.setNodeText("parentUnit", reply.parent.text)
            try transaction.setNodeText("tier", reply.tier.rawValue)
            try transaction.setNodeText("name", reply.name)
            try transaction.keepSecret(key, of: reply.unit, incarnation: surroundings.incarnation())
            try transaction.trustRoot(reply.rootKey)
            try AccountShelf.putAdministrator(of: reply.unit, password, in: transaction)
            try transaction.setNodeValue(Self.pending, [])
        }
        return Founding.Result(
            unit: reply.unit.text, tier: reply.tier.rawValue,
            admin: .init(account: AccountShelf.administrator, password: text))
    }

    private static let pending = "joining"

    /// The key shown to the parent is kept before it is shown: when the answer is lost, the same code with the same key is
    /// answered again.
    private func pendingKey(for code: OneTimeCode, in archive: Archive) throws -> StatementKey {
        try archive.write { transaction in
            if let kept = try transaction.reading.nodeValue(Self.pending), kept.count == 52, Array(kept[..<10]) == code.secret,
               let key = StatementKey(seed: Array(kept[20...])) { return key }
            let key = surroundings.statementKey()
            try transaction.setNodeValue(Self.pending, code.secret + code.fingerprint + key.seed)
            return key
        }
    }

    private func ask(_ address: PeerAddress, _ request: JoinRequest) async throws -> JoinReply {
        do throws(LinkFailure) {
            let caller: any RequestSender = if let sender { sender } else { try HTTPCaller.network(proxy: proxy) }
            return try await JoinCall(sender: caller).join(request, at: address)
        } catch {
            // The parent's own words: the code is wrong, used or over.
            guard error.code == .forbidden || error.code == .unauthorised else { throw error }
            throw Refusal("join.refused", error.message, remedy: error.remedy)
        }
    }
}
