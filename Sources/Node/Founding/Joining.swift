import Features
import FoundationEssentials
import Glibc
import Protocol
import Replication
import Rules
import Store
import Trust

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
            throw Refusal("join.code", "邀请码不对。", remedy: "请核对后重新输入：40 个字母和数字，不含 I、L、O、U。", kind: .usage)
        }
        try NodeFolder.prepare(folder)
        let archive = try Archive(folder: folder, book: Wiring.book(), surroundings: surroundings)
        defer { try? archive.close() }
        guard try archive.read({ try $0.ownUnit() }) == nil else { throw NodeFolder.exists(folder) }
        let keys = try pendingKeys(for: code, in: archive)
        let request = try JoinRequest(
            code: code.id, secret: code.secret, key: keys.statement, nonce: surroundings.randomBytes(16),
            nodeRequest: keys.node.signingRequest(), authorityRequest: keys.authority.signingRequest())
        let reply = try await ask(address, request, code.secret)
        try keepCertificates(reply.certificates, keys)
        let (text, password) = try AccountShelf.oneTimePassword(surroundings)
        try archive.write { transaction in
            try transaction.setNodeText("unit", reply.unit.text)
            try transaction.callParent(at: address)
            try transaction.setNodeText("parentUnit", reply.parent.text)
            try transaction.setNodeText("tier", reply.tier.rawValue)
            try transaction.setNodeText("name", reply.name)
            try transaction.setNodeValue(NodeTrust.rootName, reply.rootCertificate)
            try transaction.setNodeText(NodeTrust.parentNameKey, reply.parentName)
            try transaction.keepSecret(keys.statement, of: reply.unit, incarnation: surroundings.incarnation())
            try transaction.trustRoot(reply.rootKey)
            try transaction.beginRefill()
            if reply.isReturning { try transaction.noteReturning(reply.unit) }
            try AccountShelf.putAdministrator(of: reply.unit, password, in: transaction)
            try transaction.setNodeValue(Self.pending, [])
        }
        return Founding.Result(
            unit: reply.unit.text, tier: reply.tier.rawValue,
            admin: .init(account: AccountShelf.administrator, password: text))
    }

    private static let pending = "joining"

    /// What a new node makes for itself before it asks.
    private struct Keys {
        let statement: StatementKey
        let node, authority: LinkKey
    }

    /// The keys shown to the parent are kept before they are shown: when the answer is lost, the same code with the same key is
    /// answered again.
    private func pendingKeys(for code: OneTimeCode, in archive: Archive) throws -> Keys {
        try archive.write { transaction in
            if let kept = try transaction.reading.nodeValue(Self.pending), kept.count == 101, Array(kept[..<5]) == code.id,
               let statement = StatementKey(seed: Array(kept[5..<37])), let node = LinkKey(raw: Array(kept[37..<69])),
               let authority = LinkKey(raw: Array(kept[69...])) {
                return Keys(statement: statement, node: node, authority: authority)
            }
            let keys = Keys(
                statement: surroundings.statementKey(), node: LinkKey(surroundings), authority: LinkKey(surroundings))
            try transaction.setNodeValue(Self.pending, code.id + keys.statement.seed + keys.node.raw + keys.authority.raw)
            return keys
        }
    }

    private func keepCertificates(_ chains: IssuedChains, _ keys: Keys) throws {
        let shelf = TrustFolder(node: folder)
        try shelf.write(try Credential(key: keys.node, chain: chains.node), as: .node)
        guard !chains.authority.isEmpty else { return }
        try shelf.write(try Credential(key: keys.authority, chain: chains.authority), as: .authority)
    }

    /// The line is not verified here: the answer proves by the code's secret that it comes from whoever gave the code.
    private func ask(_ address: PeerAddress, _ request: JoinRequest, _ secret: JoinSecret) async throws -> JoinReply {
        do throws(LinkFailure) {
            let caller: any RequestSender = if let sender { sender } else {
                try HTTPCaller(HTTPSettings(proxy: proxy, tls: .unverified, noProxy: CertifiedSender.noProxy(address)))
            }
            return try await JoinCall(sender: caller).join(request, secret: secret, at: address)
        } catch {
            // The parent's own words: the code is wrong, used or over.
            guard error.code == .forbidden || error.code == .unauthorised else { throw error }
            throw Refusal("join.refused", error.message, remedy: error.remedy)
        }
    }
}
