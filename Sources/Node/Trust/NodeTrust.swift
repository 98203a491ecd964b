import Features
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Trust

/// What this node shows on links and whom it believes: its certificate, its right to issue, the tree's root.
final class NodeTrust: Sendable {
    /// Keys of the node's values. The centre's root key lies in the store: a centre that is restored from a backup is still the
    /// root that everybody knows.
    static let rootKeyName = "trust.rootKey"
    static let rootName = RootOperations.rootName
    static let parentNameKey = "trust.parentName"

    private struct State {
        var node: Credential?
        var authority: Credential?
        /// Grows with every change of the node's certificate.
        var edition = 0
    }

    /// The tree's root certificate, DER.
    let root: [UInt8]
    let unit: UnitCode
    /// The name in the parent's certificate; nil at the centre.
    let parentName: String?
    let surroundings: Surroundings
    private let rootIssuer: CertificateIssuer?
    private let folder: TrustFolder
    private let state: Mutex<State>

    /// - Throws: `StoreError` for a store made before links had certificates.
    init(_ archive: Archive, unit: UnitCode) throws {
        let (root, rootKey, parentName) = try archive.read {
            (
                try $0.nodeValue(Self.rootName), try $0.nodeValue(Self.rootKeyName).flatMap { LinkKey(raw: $0) },
                try $0.nodeText(Self.parentNameKey)
            )
        }
        guard let root else {
            throw StoreError(
                .notInitialised, message: "本节点由没有证书的旧版本建立。", remedy: "请备份后凭上级新的邀请码在空文件夹重新入网（中央节点：重新 init）。")
        }
        self.root = root
        self.unit = unit
        self.parentName = parentName
        surroundings = archive.surroundings
        rootIssuer = try rootKey.map { try CertificateIssuer(root: root, key: $0) }
        folder = TrustFolder(node: archive.folder)
        state = Mutex(State(node: folder.read(.node), authority: folder.read(.authority)))
    }

    /// Makes the root of a new tree.
    static func found(in transaction: Transaction) throws {
        let key = LinkKey(transaction.surroundings)
        try transaction.setNodeValue(rootKeyName, key.raw)
        try transaction.setNodeValue(rootName, try CertificateIssuer.makeRoot(key: key, transaction.surroundings))
    }

    /// The node's certificate; the centre makes its own, and a new one in time.
    var node: Credential? {
        let now = surroundings.now()
        return state.withLock { state in
            if let rootIssuer, state.node.map({ now >= $0.renewal || $0.validity.lowerBound > now }) ?? true {
                let key = LinkKey(surroundings)
                if let request = try? key.signingRequest(),
                   let chain = try? rootIssuer.issueNode(request, for: .centre, unit: unit, surroundings),
                   let fresh = try? Credential(key: key, chain: chain) {
                    // Not kept on a full disk: made again after a restart.
                    try? folder.write(fresh, as: .node)
                    state.node = fresh
                    state.edition += 1
                }
            }
            return state.node
        }
    }

    /// Tells whether `node` has changed.
    var edition: Int { state.withLock { $0.edition } }

    /// The right to issue; nil for a school, or before the own certificates are there.
    var issuer: CertificateIssuer? { rootIssuer ?? state.withLock { $0.authority }.map(CertificateIssuer.init(authority:)) }

    /// Certifies those below.
    var desk: CertificateDesk? { issuer.map { CertificateDesk(issuer: $0, root: root) } }

    /// Takes new certificates into use, after they are on disk.
    func adopt(node: Credential, authority: Credential?) throws {
        if let authority { try folder.write(authority, as: .authority) }
        try folder.write(node, as: .node)
        state.withLock { state in
            state.node = node
            if let authority { state.authority = authority }
            state.edition += 1
        }
    }

    /// How the parent is called: its certificate must lead to the root.
    func tls(showing own: Credential?) -> TLSSettings {
        .tree(
            root: Credential.text(certificates: [root]),
            own: own.map { .init(chain: $0.certificatesText, key: $0.keyText) })
    }
}
