import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing
import Trust

struct PeerGateTests {
    /// A centre that has certified a province, with the gate at its door.
    private struct Gate {
        let folder: String
        let archive: Archive
        let gate: PeerGate
        let province: Credential

        init(_ name: String, seed: UInt64) throws {
            (folder, archive) = try Fixture.centre(name, seed: seed)
            let trust = try NodeTrust(archive, unit: .centre)
            gate = try PeerGate(archive: archive, root: trust.root, workers: Workers(threads: 1))
            let (key, statement) = (LinkKey(archive.surroundings), archive.surroundings.statementKey())
            let issuer = try #require(trust.desk).issuer
            let chain = try issuer.issueNode(
                key.signingRequest(), for: try #require(TreeName(path: [.centre, "440000"])), unit: "440000", archive.surroundings)
            province = try Credential(key: key, chain: chain)
            let issued = IssuedCertificate(
                unit: "440000", fingerprint: key.fingerprint.bytes, generation: 1, validity: province.validity)
            try archive.write { transaction in
                let enrolment = KeyEnrolment(unit: "440000", publicKey: statement.publicKey, issuer: .centre, generation: 1, node: "440000")
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree("440000"))
                try transaction.noteCertificate(issued)
            }
        }

        func code(_ chain: [[UInt8]]?, _ path: String = "/peer/v1/hello") async -> String? {
            do { _ = try await gate.proof(chain, path: path) } catch { return (error as? PeerRefusal)?.problem.code ?? "\(error)" }
            return nil
        }
    }

    @Test func `a certificate issued here proves its unit; none is needed only where a call proves itself`() async throws {
        let gate = try Gate("gate-good", seed: 1830)
        defer { Fixture.remove(gate.folder) }
        guard case .certificate(let unit) = try await gate.gate.proof(gate.province.chain, path: "/peer/v1/push") else {
            Issue.record("no proof")
            return
        }
        #expect(unit == "440000")
        #expect(await gate.code(nil) == "certificate.none")
        for path in ["join", "renew", "vouch"] { #expect(await gate.code(nil, "/peer/v1/" + path) == nil) }
        #expect(await gate.code([[1, 2, 3]]) == "certificate.untrusted")
    }

    @Test func `it is asked anew each time: a newer enrolment and a revocation end it at once`() async throws {
        let gate = try Gate("gate-end", seed: 1840)
        defer { Fixture.remove(gate.folder) }
        #expect(await gate.code(gate.province.chain) == nil)
        _ = try gate.archive.write { try $0.revoke("440000", by: .centre, since: nil, reason: "机器失窃") }
        let refusal = await #expect(throws: PeerRefusal.self) { try await gate.gate.proof(gate.province.chain, path: "/peer/v1/push") }
        #expect(refusal?.status == 403 && refusal?.problem.code == "certificate.revoked")
        #expect(refusal?.problem.text.contains("机器失窃") == true)
        let next = gate.archive.surroundings.statementKey()
        let enrolment = KeyEnrolment(unit: "440000", publicKey: next.publicKey, issuer: .centre, generation: 2, node: "440000")
        _ = try gate.archive.write { try $0.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree("440000")) }
        #expect(await gate.code(gate.province.chain) == "certificate.superseded")
    }
}
