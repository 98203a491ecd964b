import Features
import Glibc
import Logging
import NIOCore
import NIOSSL
import Protocol
import Store
import Synchronization
import Trust

/// The operator's own certificate for the console: PEM files, read again when they change.
public struct ConsoleFiles: Sendable, Hashable {
    public var certificate: String
    /// May be the same file.
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What the console shows to browsers: the operator's own certificate, or one of the tree for this machine's addresses. An authority
/// makes the latter itself, a school has it from its parent and shows its link's certificate until then.
final class ConsoleTrust: Sendable {
    /// Seconds between two wishes to a parent that did not fulfil the first.
    private static let pause: Int64 = 3600

    private struct State {
        var certificate: ConsoleCertificate?
        var askedAt: Int64?
        /// What the context was made of.
        var basis: [UInt8] = []
        var context: NIOSSLContext?
    }

    private let files: ConsoleFiles?
    private let trust: NodeTrust
    private let folder: TrustFolder
    private let log: Logger
    /// Of this machine, 4 or 16 bytes each.
    private let addresses: [[UInt8]]
    private let state: Mutex<State>

    /// Whether the certificate is the operator's own.
    var isOwn: Bool { files != nil }

    /// Nil where the console needs no encryption: on loopback, without a certificate of the operator's.
    /// - Throws: `Refusal` `serve.certificate` for files that cannot be used, `serve.consoleAddress`.
    init?(_ plan: NodeServer.Plan, _ trust: NodeTrust, folder: String) throws {
        guard plan.consoleFiles != nil || !plan.listen.isLoopback else { return nil }
        files = plan.consoleFiles
        self.trust = trust
        self.folder = TrustFolder(node: folder)
        log = plan.log
        addresses = files == nil ? try Self.addresses(plan) : []
        state = Mutex(State(certificate: files == nil ? self.folder.readConsole() : nil))
        if files != nil { _ = try context() }
    }

    /// For a new connection.
    func context() throws -> NIOSSLContext {
        try files.map(ownContext) ?? treeContext()
    }

    // MARK: The operator's own

    private func ownContext(_ files: ConsoleFiles) throws -> NIOSSLContext {
        let basis = Self.stamp(files.certificate) + Self.stamp(files.key)
        return try state.withLock { state in
            if let context = state.context, state.basis == basis { return context }
            do {
                let context = try Self.context(
                    try NIOSSLCertificate.fromPEMFile(files.certificate), try NIOSSLPrivateKey(file: files.key, format: .pem))
                (state.context, state.basis) = (context, basis)
                return context
            } catch {
                // The two files are rarely replaced at once: the pair of before goes on.
                guard let former = state.context else {
                    throw Refusal(
                        "serve.certificate", "控制台的自备证书不能使用：\(files.certificate)。",
                        remedy: "请核对证书链和私钥是否成对、是否为 PEM、运行用户能否读取。\(error)", kind: .usage)
                }
                log.error("console certificate not read again", metadata: ["cause": "\(error)"])
                state.basis = basis
                return former
            }
        }
    }

    /// Time and size of a file: enough to see that it was replaced.
    private static func stamp(_ path: String) -> [UInt8] {
        var found = Glibc.stat()
        guard stat(path, &found) == 0 else { return [] }
        return Array("\(found.st_mtim.tv_sec).\(found.st_mtim.tv_nsec)/\(found.st_size)/\(found.st_ino) ".utf8)
    }

    // MARK: The tree's

    private func treeContext() throws -> NIOSSLContext {
        let now = trust.surroundings.now()
        let link = trust.node
        return try state.withLock { state in
            if state.certificate?.isDue(at: now, for: addresses) ?? true, let issued = makeOwn() {
                // Not kept on a full disk: made again after a restart.
                try? folder.write(issued)
                state.certificate = issued
            }
            let (chain, key): (String, String)
            if let certificate = state.certificate, certificate.validity.contains(now) {
                (chain, key) = (certificate.certificatesText, certificate.keyText)
            } else if let link {
                (chain, key) = (link.certificatesText, link.keyText)
            } else {
                throw StoreError(.notInitialised, message: "本节点还没有证书。", remedy: "请先与上级连通。")
            }
            let basis = Array(chain.utf8)
            if let context = state.context, state.basis == basis { return context }
            let context = try Self.context(
                try NIOSSLCertificate.fromPEMBytes(basis), try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
            (state.context, state.basis) = (context, basis)
            return context
        }
    }

    /// Nil for a unit that issues to nobody.
    private func makeOwn() -> ConsoleCertificate? {
        guard let issuer = trust.issuer else { return nil }
        let key = LinkKey(trust.surroundings)
        do {
            let chain = try issuer.issueConsole(
                key.signingRequest(), for: issuer.name, unit: trust.unit, addresses: addresses, trust.surroundings)
            return try ConsoleCertificate(key: key, chain: chain)
        } catch {
            log.error("console certificate not made", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    /// Whether the parent should be asked for a certificate now.
    func asksParent(at now: Int64) -> Bool {
        guard files == nil, trust.issuer == nil else { return false }
        return state.withLock { state in
            (state.certificate?.isDue(at: now, for: addresses) ?? true) && state.askedAt.map { now - $0 >= Self.pause || now < $0 } ?? true
        }
    }

    /// What the parent is asked for along with the link's own renewal.
    func wish(at now: Int64) -> (key: LinkKey, wish: ConsoleWish)? {
        guard files == nil, trust.issuer == nil else { return nil }
        state.withLock { $0.askedAt = now }
        let key = LinkKey(trust.surroundings)
        guard let request = try? key.signingRequest() else { return nil }
        return (key, ConsoleWish(request: request, addresses: addresses))
    }

    /// - Parameter chain: empty from a parent of an older release.
    func take(_ key: LinkKey, _ chain: [[UInt8]], _ log: Logger) {
        guard !chain.isEmpty else { return log.notice("the parent gave no console certificate") }
        do {
            let certificate = try ConsoleCertificate(key: key, chain: chain)
            try folder.write(certificate)
            state.withLock { $0.certificate = certificate }
        } catch {
            log.error("console certificate not taken", metadata: ["cause": "\(error)"])
        }
    }

    private static func context(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }

    // MARK: Addresses

    /// Those that others reach the console at, as far as a certificate of the tree may carry them.
    private static func addresses(_ plan: NodeServer.Plan) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for text in plan.consoleAddresses {
            guard let address = bytes(try? SocketAddress(ipAddress: text, port: 0)), OwnNetwork.has(address) else {
                throw Refusal(
                    "serve.consoleAddress", "--console-address“\(text)”不是内部网络的 IP 地址。",
                    remedy: "体系签发的证书只能写内部网络的 IP 地址；公网地址或域名请用 --console-certificate 自备证书。", kind: .usage)
            }
            found.append(address)
        }
        if ["0.0.0.0", "::"].contains(plan.listen.host) {
            found += ((try? System.enumerateDevices()) ?? []).compactMap { bytes($0.address) }
        } else {
            found += [bytes(try? SocketAddress.makeAddressResolvingHost(plan.listen.host, port: 0))].compactMap { $0 }
        }
        let usable = found.filter(OwnNetwork.has)
        if usable.count < found.count {
            plan.log.warning("public addresses are in no certificate of the tree: use --console-certificate for them")
        }
        return Array(Set(usable).sorted { $0.lexicographicallyPrecedes($1) }.prefix(ConsoleWish.mostAddresses))
    }

    private static func bytes(_ address: SocketAddress?) -> [UInt8]? {
        switch address {
        case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
        case .unixDomainSocket, nil: nil
        }
    }
}
