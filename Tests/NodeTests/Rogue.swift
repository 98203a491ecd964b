@testable import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing
import Trust

/// Somebody with a province's keys, true ones, who calls the centre's door over TLS and says what no node should.
final class Rogue: Sendable {
    static let unit: UnitCode = "440000"

    struct Answer: Sendable {
        let status: Int
        /// The parent's code for a refusal; empty for none.
        let code: String
        let body: [UInt8]
    }

    let node: ServedNode
    let statement: StatementKey
    let chance: Surroundings
    /// The node's certificate with its key, and the right to issue below.
    let own: Credential
    let authority: Credential
    let root: String
    /// Of the centre's process.
    let nonce: BootNonce
    private let address: PeerAddress
    private let calls: Mutex<SessionToken?>

    /// Joins with a code, as a machine does, and says hello.
    init(_ node: ServedNode, code: String, seed: UInt64) async throws {
        self.node = node
        chance = Fixture.surroundings(seed: seed)
        statement = chance.statementKey()
        address = try PeerAddress(node.ready.peer)
        let (nodeKey, authorityKey) = (LinkKey(chance), LinkKey(chance))
        let code = try #require(OneTimeCode(code))
        let request = try JoinRequest(
            code: code.id, secret: code.secret, key: statement, nonce: chance.randomBytes(16),
            nodeRequest: nodeKey.signingRequest(), authorityRequest: authorityKey.signingRequest())
        let reply = try await JoinCall(sender: try HTTPCaller(HTTPSettings(tls: .unverified, noProxy: "*")))
            .join(request, secret: code.secret, at: address)
        own = try Credential(key: nodeKey, chain: reply.certificates.node)
        authority = try Credential(key: authorityKey, chain: reply.certificates.authority)
        root = Credential.text(certificates: [reply.rootCertificate])
        calls = Mutex(nil)
        let hello = try Hello(
            unit: Self.unit, nonce: try #require(BootNonce([UInt8](repeating: 1, count: 16))), protocols: PeerCall.protocols, version: "t",
            headsDigest: nil, challenge: nil, key: statement)
        let first = try await Self.send(hello.bytes, "hello", root, own, address)
        nonce = try #require(HelloReply(bytes: first.body)).nonce
        _ = try await session()
    }

    /// Who shows what on the line.
    enum Shown {
        case own, nothing
        case other(chain: [[UInt8]], key: LinkKey)
    }

    func call(_ path: String, _ body: [UInt8], showing shown: Shown = .own) async throws -> Answer {
        let text: (chain: String, key: String)? = switch shown {
        case .own: (own.certificatesText, own.keyText)
        case .nothing: nil
        case .other(let chain, let key): (Credential.text(certificates: chain), key.text)
        }
        return try await Self.send(body, path, root, text, address)
    }

    private static func send(_ body: [UInt8], _ path: String, _ root: String, _ own: Credential, _ address: PeerAddress) async throws -> Answer {
        try await send(body, path, root, (own.certificatesText, own.keyText), address)
    }

    private static func send(
        _ body: [UInt8], _ path: String, _ root: String, _ own: (chain: String, key: String)?, _ address: PeerAddress
    ) async throws -> Answer {
        let caller = try HTTPCaller(HTTPSettings(
            tls: .tree(root: root, own: own.map { .init(chain: $0.chain, key: $0.key) }), noProxy: "*"))
        let request = OutgoingRequest(
            .post, address.url("/peer/v1/" + path), headers: [("Content-Type", PeerCall.contentType)], body: .bytes(body))
        let answer = try await caller.send(address.request(request, toPeerNamed: "root.xueji.internal"))
        return Answer(status: answer.status, code: PeerProblem(bytes: answer.body)?.code ?? "", body: answer.body)
    }

    // MARK: What nodes say

    func hello(
        challenge: BootNonce?, key: StatementKey? = nil, as unit: UnitCode = Rogue.unit, protocols: ClosedRange<UInt32> = PeerCall.protocols
    ) throws -> Hello {
        try Hello(
            unit: unit, nonce: try #require(BootNonce([UInt8](repeating: 1, count: 16))), protocols: protocols, version: "t",
            headsDigest: nil, challenge: challenge, key: key ?? statement)
    }

    func session() async throws -> SessionToken {
        if let token = calls.withLock({ $0 }) { return token }
        let answer = try await call("hello", try hello(challenge: nonce).bytes)
        let token = try #require(HelloReply(bytes: answer.body)?.session)
        calls.withLock { $0 = token }
        return token
    }

    /// Pushes envelopes.
    /// - Returns: what the first was refused for; nil: it was taken, or known.
    func push(_ envelopes: [UInt8]...) async throws -> Acceptance.Refusal? {
        let answer = try await call("push", PushRequest(session: try await session(), envelopes: envelopes).bytes)
        let reply = try #require(PushReply(bytes: answer.body))
        return reply.refused.first?.refusal
    }

    /// A stream of the province, or of another unit.
    func stream(_ number: UInt8, of unit: UnitCode = Rogue.unit, to audience: Audience = .up) throws -> StreamID {
        StreamID(unit: unit, incarnation: try #require(Incarnation([UInt8](repeating: number, count: 8))), audience: audience)
    }

    func entry(_ kind: EntryKind, _ payload: [UInt8]) -> Entry { Entry(act: chance.act(), kind: kind, payload: payload) }

    /// An entry that means nothing here, for envelopes that must not be taken anyhow.
    func filler() -> Entry { entry(.drop, []) }

    func envelope(
        _ stream: StreamID, _ entries: [Entry]? = nil, after: StreamHead? = nil, key: StatementKey? = nil
    ) throws -> Envelope {
        try Envelope.seal(entries ?? [filler()], stream: stream, after: after, key: key ?? statement)
    }

    func renewal(challenge: BootNonce?, key: StatementKey? = nil) throws -> [UInt8] {
        try RenewRequest(
            unit: Self.unit, challenge: challenge, nodeRequest: LinkKey(chance).signingRequest(),
            authorityRequest: LinkKey(chance).signingRequest(), key: key ?? statement).bytes
    }
}

