import Features
import FoundationEssentials
import Glibc
import GRDB
import Logging
import Protocol
import Replication
import Rules
import Store
import Trust

/// Sends to the parent over TLS with this node's certificate, and sees to it that there is a good one: renewed in time, after it
/// has ended, or when the parent no longer knows it. The link notices nothing of it.
actor CertifiedSender: RequestSender {
    /// Seconds between two tries, when the first has failed.
    static let pause: Int64 = 30
    /// Days before the end from which a renewal that fails raises an alarm.
    static let worried = 100
    static let alarm = "certificate.expiring"

    private let trust: NodeTrust
    /// Has its certificate from the parent where this node issues to nobody.
    private let console: ConsoleTrust?
    private let archive: Archive
    private let proxy: String?
    private let log: Logger
    /// The parent of the moment, and the name in its certificate.
    private var address: PeerAddress
    private var name: String
    private var caller: HTTPCaller
    /// Shows no certificate: for renewing.
    private var bare: HTTPCaller
    private var edition = -1
    private var lastTry: Int64?
    private var challenge: BootNonce?
    private var renewal: Task<Result<Void, LinkFailure>, Never>?

    /// - Parameter proxy: nil takes `https_proxy`.
    init(trust: NodeTrust, console: ConsoleTrust? = nil, archive: Archive, address: PeerAddress, proxy: String?, log: Logger) throws {
        self.trust = trust
        self.console = console
        self.archive = archive
        self.address = address
        self.proxy = proxy
        self.log = log
        name = trust.parentName ?? address.host
        let settings = HTTPSettings(proxy: proxy, tls: trust.tls(showing: nil), noProxy: Self.noProxy(address))
        caller = try HTTPCaller(settings)
        bare = try HTTPCaller(settings)
    }

    /// The certificate's name stands in the URL, so the environment's exceptions are asked about the real host.
    static func noProxy(_ address: PeerAddress) -> String? {
        let exceptions = ["no_proxy", "NO_PROXY"].lazy.compactMap { (name: String) in getenv(name).map { String(cString: $0) } }.first ?? ""
        return address.isLoopback || address.isExempt(in: exceptions) ? "*" : nil
    }

    func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
        try followIfMoved(request)
        let now = archive.surroundings.now()
        let own = trust.node
        let isGood = own.map { $0.validity.contains(now) } ?? false
        if !isGood || own.map({ now >= $0.renewal }) ?? false || console?.asksParent(at: now) ?? false {
            let result = await renew(now)
            if !isGood, case .failure(let failure) = result { throw failure }
        }
        showNewest()
        let answer = try await caller.send(address.request(request, toPeerNamed: name))
        // A parent that has just been reminded of us can certify us now.
        if answer.status == 200, request.url.hasSuffix("/vouch") { lastTry = nil }
        guard answer.status == 401, let failure = LinkFailure(answer: answer), Self.asksForNew(failure.peerCode) else { return answer }
        guard case .success = await renew(now) else { return answer }
        showNewest()
        return try await caller.send(address.request(request, toPeerNamed: name))
    }

    /// The link calls another parent since the unit has moved: it has another name, and certifies us anew.
    private func followIfMoved(_ request: OutgoingRequest) throws(LinkFailure) {
        guard !request.url.hasPrefix(address.base) else { return }
        do {
            let (text, named) = try archive.read {
                (try $0.nodeText(Joining.parentAddress) ?? "", try $0.nodeText(NodeTrust.parentNameKey))
            }
            let parent = try PeerAddress(text)
            guard request.url.hasPrefix(parent.base) else { return }
            let settings = HTTPSettings(proxy: proxy, tls: trust.tls(showing: nil), noProxy: Self.noProxy(parent))
            caller = try HTTPCaller(settings)
            bare = try HTTPCaller(settings)
            (address, name, edition, lastTry, challenge) = (parent, named ?? parent.host, -1, nil, nil)
        } catch let failure as LinkFailure {
            throw failure
        } catch {
            throw LinkFailure(.ownStore, message: "读不到新上级的地址。", remedy: "请稍后重试；如再次出现，请查看日志。", cause: "\(error)")
        }
    }

    private static func asksForNew(_ code: String?) -> Bool {
        ["certificate.none", "certificate.unknown", "certificate.expired", "certificate.notYet"].contains(code)
    }

    private func showNewest() {
        guard let own = trust.node, edition != trust.edition else { return }
        edition = trust.edition
        caller.use(trust.tls(showing: own))
    }

    // MARK: Renewing

    /// Both lanes of the link may ask at once: they share one try.
    private func renew(_ now: Int64) async -> Result<Void, LinkFailure> {
        if let renewal { return await renewal.value }
        if let lastTry, now - lastTry < Self.pause, now >= lastTry { return .failure(Self.waiting) }
        lastTry = now
        let task = Task { await self.tryRenewing() }
        renewal = task
        let result = await task.value
        renewal = nil
        note(result, now)
        return result
    }

    private func tryRenewing() async -> Result<Void, LinkFailure> {
        do throws(LinkFailure) {
            let (nodeKey, authorityKey) = (LinkKey(archive.surroundings), LinkKey(archive.surroundings))
            let wish = console?.wish(at: archive.surroundings.now())
            var chains: IssuedChains?
            // The first answer may only tell the parent's nonce.
            for _ in 0..<2 where chains == nil {
                let reply = try await ask(nodeKey, authorityKey, wish?.wish)
                challenge = reply.nonce
                chains = reply.certificates
            }
            guard let chains else { throw Self.unusable("no certificates") }
            try await adopt(chains, nodeKey, authorityKey)
            if let wish { console?.take(wish.key, chains.console, log) }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func ask(_ nodeKey: LinkKey, _ authorityKey: LinkKey, _ console: ConsoleWish?) async throws(LinkFailure) -> RenewReply {
        let request: RenewRequest
        do {
            let (unit, key) = try archive.read { try Self.identity($0) }
            request = try RenewRequest(
                unit: unit, challenge: challenge, nodeRequest: nodeKey.signingRequest(),
                authorityRequest: authorityKey.signingRequest(), console: console, key: key)
        } catch {
            throw LinkFailure(.ownStore, message: "本节点没有可用的签名密钥，不能更新证书。", remedy: "请凭新的邀请码重新入网。", cause: "\(error)")
        }
        return try await RenewCall(sender: Named(caller: bare, address: address, name: name)).renew(request, at: address)
    }

    private func adopt(_ chains: IssuedChains, _ nodeKey: LinkKey, _ authorityKey: LinkKey) async throws(LinkFailure) {
        do {
            let node = try Credential(key: nodeKey, chain: chains.node)
            let authority = chains.authority.isEmpty ? nil : try Credential(key: authorityKey, chain: chains.authority)
            guard case .proven = try await ChainJudge(root: trust.root).judge(node.chain) else { throw Self.unusable("not of this tree") }
            try trust.adopt(node: node, authority: authority)
            log.notice("certificate renewed", metadata: ["days": "\(node.daysLeft(at: archive.surroundings.now()))"])
        } catch let failure as LinkFailure {
            throw failure
        } catch {
            throw Self.unusable("\(error)")
        }
    }

    private static func identity(_ reading: Reading) throws -> (UnitCode, StatementKey) {
        guard let unit = try reading.ownUnit(), let seed = try Data.fetchOne(
            reading.database, sql: "SELECT seed FROM secret WHERE unit = ? AND active = 1", arguments: [unit.text]),
            let key = StatementKey(seed: Array(seed)) else {
            throw StoreError(.noKey, message: "本节点没有本单位的有效签名密钥。", remedy: "需要时请凭新的邀请码重新入网。")
        }
        return (unit, key)
    }

    private func note(_ result: Result<Void, LinkFailure>, _ now: Int64) {
        let days = trust.node?.daysLeft(at: now)
        do {
            switch result {
            case .success:
                try archive.write { try $0.clearAlarm(Self.alarm, subject: "node") }
            case .failure(let failure):
                log.error("certificate not renewed", metadata: ["cause": "\(failure.cause)"])
                guard days.map({ $0 < Self.worried }) ?? true else { return }
                let state = days.map { $0 >= 0 ? "还有 \($0) 天到期" : "已过期 \(-$0) 天" } ?? "不在"
                try archive.write {
                    try $0.raiseAlarm(Self.alarm, subject: "node", "本节点的证书\(state)，更新没有成功：\(failure.message)\(failure.remedy)")
                }
            }
        } catch {
            log.error("alarm not written", metadata: ["error": "\(error)"])
        }
    }

    private static let waiting = LinkFailure(
        .certificate, message: "本节点没有有效的证书，正在等待重新申请。", remedy: "程序会自动重试；也请检查本机时间。", cause: "renewal tried moments ago")

    private static func unusable(_ cause: String) -> LinkFailure {
        LinkFailure(.certificate, message: "上级签发的证书不能使用。", remedy: "请检查两端的时间和程序版本。", cause: cause)
    }
}

/// Reaches a peer at an address under the name in its certificate.
struct Named: RequestSender {
    let caller: HTTPCaller
    let address: PeerAddress
    let name: String

    func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
        try await caller.send(address.request(request, toPeerNamed: name))
    }
}
