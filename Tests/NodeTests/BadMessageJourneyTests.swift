@testable import Features
import FoundationEssentials
import GRDB
import NIOCore
import NIOPosix
import NIOSSL
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing
import Trust

/// Forged, replayed, misaddressed, downgraded, oversized: each kind against a really served door over TLS. Each is refused,
/// leaves journal and tables as they were, and is told to the operator by kind, number and sender.
struct BadMessageJourneyTests {
    /// One kind of bad message.
    struct Kind: Sendable {
        let name: String
        /// Kind under which `peer.refused` tells of it.
        let told: String
        /// Whether the journal keeps what came: a well-signed entry without right is stored, and has no effect.
        var isStored = false
        /// Says it; true when the door refused.
        let say: @Sendable (Rogue) async throws -> Bool
    }

    private static func refused(_ answer: Rogue.Answer, _ code: String) -> Bool { answer.status >= 400 && answer.code == code }

    /// What an honest node may cause for a moment is told when it comes again and again.
    private static func often(_ body: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<RefusalBoard.often { guard try await body() else { return false } }
        return true
    }

    // MARK: Hellos, calls

    private static let calls: [Kind] = [
        Kind(name: "forged signature", told: "badSignature") { rogue in
            var bytes = try rogue.hello(challenge: rogue.nonce).bytes
            bytes[bytes.count - 1] ^= 1
            return refused(try await rogue.call("hello", bytes), "badSignature")
        },
        Kind(name: "wrong key", told: "badSignature") { rogue in
            refused(try await rogue.call("hello", try rogue.hello(challenge: rogue.nonce, key: rogue.chance.statementKey()).bytes), "badSignature")
        },
        Kind(name: "in another unit's name", told: "certificate.otherUnit") { rogue in
            refused(try await rogue.call("hello", try rogue.hello(challenge: rogue.nonce, as: "450000").bytes), "certificate.otherUnit")
        },
        Kind(name: "replayed hello of another process's nonce", told: "hello.nonce") { rogue in
            let old = try rogue.hello(challenge: BootNonce([UInt8](repeating: 9, count: 16))).bytes
            return try await often { HelloReply(bytes: try await rogue.call("hello", old).body)?.session == nil }
        },
        Kind(name: "replayed push of an ended session", told: "sessionGone") { rogue in
            let gone = try #require(SessionToken([UInt8](repeating: 5, count: 16)))
            let push = PushRequest(session: gone, envelopes: [try rogue.envelope(try rogue.stream(1)).bytes]).bytes
            return try await often { refused(try await rogue.call("push", push), "sessionGone") }
        },
        Kind(name: "downgrade of the protocol range", told: "upgrade") { rogue in
            refused(try await rogue.call("hello", try rogue.hello(challenge: rogue.nonce, protocols: 0...0).bytes), "upgrade")
        },
        Kind(name: "oversized body", told: "tooLarge") { rogue in
            refused(try await rogue.call("push", [UInt8](repeating: 0, count: PeerCall.requestLimit + 1)), "tooLarge")
        },
        Kind(name: "truncated protobuf", told: "malformed") { rogue in
            refused(try await rogue.call("hello", Array(try rogue.hello(challenge: rogue.nonce).bytes.dropLast(7))), "malformed")
        },
        Kind(name: "garbage", told: "malformed") { rogue in
            refused(try await rogue.call("push", rogue.chance.randomBytes(300)), "malformed")
        },
        Kind(name: "a path that is none", told: "unknownPath") { rogue in
            refused(try await rogue.call("secrets", []), "unknownPath")
        },
        Kind(name: "renewal signed by the wrong statement key", told: "renew.signature") { rogue in
            refused(try await rogue.call("renew", try rogue.renewal(challenge: rogue.nonce, key: rogue.chance.statementKey())), "renew.signature")
        },
        Kind(name: "replayed renewal", told: "renew.nonce") { rogue in
            let old = try rogue.renewal(challenge: BootNonce([UInt8](repeating: 9, count: 16)))
            return try await often { RenewReply(bytes: try await rogue.call("renew", old).body)?.certificates == nil }
        },
        Kind(name: "a code used by another machine", told: "join.used") { rogue in
            let thief = rogue.chance.statementKey()
            return refused(try await rogue.call("join", try CodeBook.request(CodeBook.used, thief, rogue), showing: .nothing), "join.used")
        },
        Kind(name: "a code that has expired", told: "join.code") { rogue in
            let thief = rogue.chance.statementKey()
            return refused(try await rogue.call("join", try CodeBook.request(CodeBook.expired, thief, rogue), showing: .nothing), "join.code")
        },
        Kind(name: "a code guessed five times is burnt, and wrong for its owner too", told: "join.code") { rogue in
            let code = try #require(OneTimeCode(CodeBook.read(CodeBook.good)))
            let wrong = try #require(JoinSecret([UInt8](repeating: 1, count: 20)))
            let guess = try #require(OneTimeCode(id: code.id, secret: wrong))
            for code in [guess, guess, guess, guess, guess, code] {
                let answer = try await rogue.call("join", try CodeBook.request(code, rogue.chance.statementKey(), rogue), showing: .nothing)
                guard refused(answer, "join.code") else { return false }
            }
            return true
        },
    ]

    // MARK: Envelopes

    private static let envelopes: [Kind] = [
        Kind(name: "altered header", told: "envelope.badSignature") { rogue in
            var parts = Parts(try rogue.envelope(try rogue.stream(2)).bytes)
            parts.header = parts.header.replacing([0x12, 8] + [UInt8](repeating: 2, count: 8), with: [0x12, 8] + [UInt8](repeating: 3, count: 8))
            return try await rogue.push(parts.bytes) == .badSignature
        },
        Kind(name: "altered body", told: "envelope.bodyDiffers") { rogue in
            var parts = Parts(try rogue.envelope(try rogue.stream(3)).bytes)
            parts.body = Parts(try rogue.envelope(try rogue.stream(3)).bytes).body
            return try await rogue.push(parts.bytes) == .bodyDiffers
        },
        Kind(name: "signed by a key that is not enrolled", told: "envelope.unknownKey") { rogue in
            let stranger = rogue.chance.statementKey()
            return try await often { try await rogue.push(try rogue.envelope(try rogue.stream(4), key: stranger).bytes) == .unknownKey }
        },
        Kind(name: "gap in the sequence", told: "envelope.gap") { rogue in
            let first = try rogue.envelope(try rogue.stream(5))
            let second = try rogue.envelope(try rogue.stream(5), after: first.head)
            return try await often { try await rogue.push(second.bytes) == .gap }
        },
        Kind(name: "another previous hash", told: "envelope.fork") { rogue in
            let known = try rogue.envelope(try rogue.stream(200), [try CodeBook.filler])
            let head = StreamHead(stream: known.stream, sequence: 1, hash: Hashing.sha256([7]))
            return try await rogue.push(try rogue.envelope(known.stream, after: head).bytes) == .fork
        },
        Kind(name: "fork of a sequence that was acknowledged", told: "envelope.fork") { rogue in
            try await rogue.push(try rogue.envelope(try rogue.stream(200)).bytes) == .fork
        },
        Kind(name: "unknown algorithm", told: "envelope.unknownAlgorithm") { rogue in
            var parts = Parts(try rogue.envelope(try rogue.stream(6)).bytes)
            parts.header = parts.header.replacing([0x40, 1, 0x4A], with: [0x40, 2, 0x4A])
            return try await rogue.push(parts.bytes) == .unknownAlgorithm
        },
        Kind(name: "oversized envelope", told: "envelope.tooLarge") { rogue in
            let big = rogue.entry(.drop, rogue.chance.randomBytes(64) + [UInt8](repeating: 0, count: 100))
            var parts = Parts(try rogue.envelope(try rogue.stream(7), [big]).bytes)
            parts.body = [UInt8](repeating: 1, count: Envelope.maxBytes)
            return try await rogue.push(parts.bytes) == .tooLarge
        },
        Kind(name: "too many entries", told: "envelope.tooLarge") { rogue in
            let one = rogue.filler()
            let many = [Entry](repeating: one, count: Envelope.maxEntries)
            var parts = Parts(try rogue.envelope(try rogue.stream(8), many).bytes)
            // Count 500 becomes 501.
            parts.header = parts.header.replacing([0x38, 0xF4, 0x03], with: [0x38, 0xF5, 0x03])
            return try await rogue.push(parts.bytes) == .tooLarge
        },
        Kind(name: "a body that inflates without end", told: "envelope.malformed") { rogue in
            var parts = Parts(try rogue.envelope(try rogue.stream(9)).bytes)
            parts.body = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0x40, 0, 0, 0, 0] + [0x03, 0, 0x10, 0]
            return try await rogue.push(parts.bytes) == .malformed
        },
        Kind(name: "bytes that are no envelope", told: "envelope.malformed") { rogue in
            try await rogue.push(rogue.chance.randomBytes(400)) == .malformed
        },
        Kind(name: "addressed to others", told: "envelope.notForUs") { rogue in
            let stream = try rogue.stream(10, of: "450000", to: .unit("450000"))
            return try await rogue.push(try rogue.envelope(stream).bytes) == .notForUs
        },
        Kind(name: "of a unit outside the child's subtree", told: "envelope.notForUs") { rogue in
            try await rogue.push(try rogue.envelope(try rogue.stream(11, of: "450000")).bytes) == .notForUs
        },
        Kind(name: "addressed beyond the writer's subtree", told: "envelope.notAllowed") { rogue in
            try await rogue.push(try rogue.envelope(try rogue.stream(12, to: .subtree("450000"))).bytes) == .notAllowed
        },
    ]

    // MARK: Entries without right

    private static func void(_ name: String, _ number: UInt8, _ make: @escaping @Sendable (Rogue) throws -> Entry) -> Kind {
        Kind(name: name, told: "entry.void", isStored: true) { rogue in
            try await rogue.push(try rogue.envelope(try rogue.stream(number), [make(rogue)]).bytes) == nil
        }
    }

    private static let entries: [Kind] = [
        void("a number by another than the centre", 20) { rogue in
            rogue.entry(.number, Payload.encode(IssuedNumber(
                dossier: rogue.chance.dossier(), number: "G110101201603050011", cites: Hashing.sha256([1]), at: 0)))
        },
        void("a verdict in the centre's name", 21) { rogue in
            rogue.entry(.verdict, Payload.encode(Verdict(
                dossier: rogue.chance.dossier(), keyDigest: Hashing.sha256([1]), by: .centre, tier: .centre, position: 1, problems: [], peers: [],
                at: 0)))
        },
        void("a verdict of another tier than the writer's", 22) { rogue in
            rogue.entry(.verdict, Payload.encode(Verdict(
                dossier: rogue.chance.dossier(), keyDigest: Hashing.sha256([1]), by: Rogue.unit, tier: .school, position: 1, problems: [],
                peers: [], at: 0)))
        },
        void("a key enrolled outside the issuer's path", 23) { rogue in
            rogue.entry(.key, Payload.encode(KeyEnrolment(
                unit: "450000", publicKey: rogue.statement.publicKey, issuer: Rogue.unit, generation: 9, node: "450000")))
        },
        void("its own next key", 24) { rogue in
            rogue.entry(.key, Payload.encode(KeyEnrolment(
                unit: Rogue.unit, publicKey: rogue.chance.statementKey().publicKey, issuer: Rogue.unit, generation: 9, node: Rogue.unit)))
        },
        void("a seal outside the path", 25) { rogue in
            rogue.entry(.seal, Payload.encode(KeySeal(
                unit: "450000", issuer: Rogue.unit, generation: 9, isRevocation: true, heads: [], reason: "x", at: 0)))
        },
        void("a unit's record by one that is not above", 26) { rogue in
            rogue.entry(.unit, Payload.encode(Unit(code: "450000", name: "假名", tier: .province, competent: .centre, version: 9)))
        },
        void("a lease of numbers to itself", 27) { rogue in
            rogue.entry(.lease, Payload.encode(Lease(
                holder: Rogue.unit, incarnation: try rogue.stream(27).incarnation, division: "440106", birthDates: "20160101"..."20161231",
                tails: 0...9999)))
        },
        void("a policy of another unit", 28) { rogue in
            rogue.entry(.policy, Payload.encode(PolicySetting(
                unit: "450000", key: "registration.current", value: "off", version: 1, by: "450000", at: 0)))
        },
    ]

    // MARK: Certificates

    private static let hello = "hello"

    private static func certificate(
        _ name: String, _ told: String, path: String = hello,
        _ make: @escaping @Sendable (Rogue) throws -> (chain: [[UInt8]], key: LinkKey)?
    ) -> Kind {
        Kind(name: name, told: told) { rogue in
            let shown = try make(rogue)
            let answer = try await rogue.call(
                path, try rogue.hello(challenge: rogue.nonce).bytes, showing: shown.map { .other(chain: $0.chain, key: $0.key) } ?? .nothing)
            return refused(answer, told)
        }
    }

    private static func days(_ days: Int64, _ rogue: Rogue) -> Surroundings {
        Surroundings(now: { SystemSurroundings.real.now() + days * 86_400 }, randomBytes: { rogue.chance.randomBytes($0) })
    }

    private static let county = TreeName(path: [.centre, "440000", "440106"])

    /// Signed with the rogue's right to issue, for any name at any time.
    private static func issued(_ rogue: Rogue, _ name: TreeName?, days: Int64 = 0) throws -> (chain: [[UInt8]], key: LinkKey) {
        let key = LinkKey(rogue.chance)
        let issuer = try CertificateIssuer(root: try #require(rogue.authority.chain.first), key: rogue.authority.key)
        let own = try issuer.issueNode(key.signingRequest(), for: try #require(name), unit: "440106", Self.days(days, rogue))
        return (own + rogue.authority.chain, key)
    }

    private static let certificates: [Kind] = [
        certificate("no certificate", "certificate.none") { _ in nil },
        certificate("of another tree", "certificate.untrusted") { rogue in
            let root = LinkKey(rogue.chance)
            let issuer = try CertificateIssuer(root: try CertificateIssuer.makeRoot(key: root, rogue.chance), key: root)
            let key = LinkKey(rogue.chance)
            return (try issuer.issueNode(key.signingRequest(), for: try #require(TreeName(path: [.centre, Rogue.unit])), unit: Rogue.unit, rogue.chance), key)
        },
        // Not even good for a handshake: an authority's key signs certificates and nothing else.
        Kind(name: "self-signed", told: "tls.handshake") { rogue in
            let key = LinkKey(rogue.chance)
            let root = try CertificateIssuer.makeRoot(key: key, rogue.chance)
            let hello = try rogue.hello(challenge: rogue.nonce).bytes
            return (try? await rogue.call("hello", hello, showing: .other(chain: [root], key: key))) == nil
        },
        certificate("of a name outside the issuer's path", "certificate.untrusted") { rogue in
            try issued(rogue, TreeName(path: [.centre, "450000"]))
        },
        certificate("issued by a node's key", "certificate.untrusted") { rogue in
            let key = LinkKey(rogue.chance)
            let issuer = CertificateIssuer(authority: rogue.own)
            return (try issuer.issueNode(key.signingRequest(), for: try #require(county), unit: "440106", rogue.chance), key)
        },
        certificate("ended", "certificate.expired") { rogue in try issued(rogue, county, days: -401) },
        certificate("not begun", "certificate.notYet") { rogue in try issued(rogue, county, days: 100) },
        certificate("good, and not issued by this node", "certificate.unknown") { rogue in try issued(rogue, county) },
        Kind(name: "TLS 1.1", told: "tls.version") { rogue in try await OldHandshake.isRefused(port: try #require(URL(string: rogue.node.ready.peer)?.port)) },
        Kind(name: "no TLS at all", told: "tls.plain") { rogue in
            let plain = OutgoingRequest(.post, rogue.node.ready.peer.replacing("https://", with: "http://") + "/peer/v1/hello", body: .bytes([1]))
            return (try? await rogue.node.caller.send(plain)) == nil
        },
    ]

    // MARK: The door

    /// What the door has let in: heads of others' streams, and every table that follows from the journal.
    private func state(_ folder: String) throws -> (heads: [StreamHead], tables: [String: Digest]) {
        let archive = try Archive(folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 1799), exclusive: false)
        defer { try? archive.close() }
        return try archive.read { reading in
            (
                try Journal.heads(in: reading.database).filter { $0.stream.unit != .centre },
                try TableDigest.all(reading, of: archive)
            )
        }
    }

    private func told(_ kind: String, _ folder: String) throws -> Int {
        try Fixture.read(folder) { try Int.fetchOne($0.database, sql: "SELECT sum(count) FROM refusal WHERE kind = ?", arguments: [kind]) ?? 0 }
    }

    private func alarm(_ kind: String, _ folder: String) throws -> Bool {
        try Fixture.read(folder) { reading in
            try String.fetchAll(reading.database, sql: "SELECT text FROM alarm WHERE code = 'peer.refused' AND subject LIKE ?", arguments: [kind + " %"])
                .contains { $0.contains(kind) && $0.contains("次") }
        }
    }

    private func meet(_ kind: Kind, _ rogue: Rogue) async throws {
        let folder = rogue.node.folder
        let (before, count) = (try state(folder), try told(kind.told, folder))
        #expect(try await kind.say(rogue), "\(kind.name): not refused")
        try await Fixture.eventually { try told(kind.told, folder) > count }
        #expect(try alarm(kind.told, folder), "\(kind.name): no alarm")
        let after = try state(folder)
        #expect(after.tables == before.tables, "\(kind.name): tables have changed")
        if !kind.isStored { #expect(after.heads == before.heads, "\(kind.name): journal has changed") }
    }

    @Test func `each kind is refused at a served door, changes nothing and is told to the operator`() async throws {
        let all = Self.calls + Self.envelopes + Self.entries + Self.certificates
        #expect(all.count >= 40)
        let centre = try CodeBook.centre(seed: 1700)
        defer { Fixture.remove(centre) }
        try await ServedNode.serve(centre, seed: 1710) { node in
            let rogue = try await Rogue(node, code: CodeBook.read(CodeBook.used), seed: 1711)
            // What the forks are forks of.
            #expect(try await rogue.push(try rogue.envelope(try rogue.stream(200), [try CodeBook.filler]).bytes) == nil)
            try await Fixture.eventually { try told("entry.void", centre) > 0 }
            for kind in all { try await meet(kind, rogue) }
            try await shutOut(rogue)
        }
    }

    /// The last rows, for they shut the rogue out: another machine takes the unit over, then its key is revoked, too.
    private func shutOut(_ rogue: Rogue) async throws {
        let socket = try HTTPCaller(HTTPSettings(unixSocket: try RunRecord.socketPath(for: rogue.node.folder)))
        let invited = try await socket.send(OutgoingRequest(.post, "http://localhost/api/v1/units/440000/invitation"))
        let json: JSONValue = try JSONBody.decode(invited.body)
        let successor = try await Rogue(rogue.node, code: try #require(json["code"]?.text), seed: 1712)
        try await meet(Kind(name: "superseded certificate", told: "certificate.superseded") { rogue in
            Self.refused(try await rogue.call("hello", try rogue.hello(challenge: rogue.nonce).bytes), "certificate.superseded")
        }, rogue)
        let old = rogue.statement
        try await meet(Kind(name: "superseded key", told: "badSignature") { successor in
            Self.refused(try await successor.call("hello", try successor.hello(challenge: successor.nonce, key: old).bytes), "badSignature")
        }, successor)
        try await meet(Kind(name: "an envelope of a superseded key", told: "envelope.sealedKey") { successor in
            try await successor.push(try successor.envelope(try successor.stream(30), key: old).bytes) == .sealedKey
        }, successor)
        #expect(await rogue.node.verb("revoke", Rogue.unit.text, "--reason", "机器失窃") == 0)
        try await meet(Kind(name: "revoked key", told: "certificate.revoked") { rogue in
            Self.refused(try await rogue.call("hello", try rogue.hello(challenge: rogue.nonce).bytes), "certificate.revoked")
        }, successor)
        try await meet(Kind(name: "renewal of a revoked key", told: "certificate.revoked") { rogue in
            Self.refused(try await rogue.call("renew", try rogue.renewal(challenge: rogue.nonce)), "certificate.revoked")
        }, successor)
    }
}
