import Protocol
import Rules
import Testing
import Trust

/// A tree's root, a province below it and a county below that, with their rights to issue.
struct TestTree {
    let chance: Surroundings
    let rootCertificate: [UInt8]
    let root: CertificateIssuer
    let provinceName = TreeName(path: [.centre, "440000"])
    let countyName = TreeName(path: [.centre, "440000", "440106"])
    let province: CertificateIssuer

    init(seed: UInt8 = 1) throws {
        chance = surroundings(seed)
        let key = LinkKey(chance)
        rootCertificate = try CertificateIssuer.makeRoot(key: key, chance)
        root = try CertificateIssuer(root: rootCertificate, key: key)
        let provinceKey = LinkKey(chance)
        let chain = try root.issueAuthority(
            provinceKey.signingRequest(), for: try #require(provinceName), unit: "440000", chance)
        province = CertificateIssuer(authority: try Credential(key: provinceKey, chain: chain))
    }

    func node(_ issuer: CertificateIssuer, _ name: TreeName?, _ unit: UnitCode) throws -> Credential {
        let key = LinkKey(chance)
        return try Credential(key: key, chain: issuer.issueNode(key.signingRequest(), for: try #require(name), unit: unit, chance))
    }
}

struct ChainJudgeTests {
    @Test func `a chain down the path is proven with name, key and dates`() async throws {
        let tree = try TestTree()
        let node = try tree.node(tree.province, tree.countyName, "440106")
        let verdict = try await ChainJudge(root: tree.rootCertificate).judge(node.chain)
        #expect(verdict.proven?.fingerprint == node.key.fingerprint && verdict.proven?.validity == node.validity
            && verdict.proven?.name == node.name)
        #expect(node.chain.count == 2 && node.daysLeft(at: tree.chance.now()) == 400)
    }

    @Test func `another tree's chain, a missing issuer and rubbish are not`() async throws {
        let (tree, other) = (try TestTree(), try TestTree(seed: 9))
        let judge = try ChainJudge(root: tree.rootCertificate)
        let foreign = try other.node(other.province, other.countyName, "440106")
        let node = try tree.node(tree.province, tree.countyName, "440106")
        for chain in [foreign.chain, [node.chain[0]], [[1, 2, 3]], []] { #expect(await judge.judge(chain).isUntrusted) }
    }

    @Test func `a node's key issues nothing, and an authority's certificate opens no link`() async throws {
        let tree = try TestTree()
        let judge = try ChainJudge(root: tree.rootCertificate)
        let node = try tree.node(tree.province, tree.countyName, "440106")
        let below = TreeName(path: [.centre, "440000", "440106", "3144010601"])
        let forged = try tree.node(CertificateIssuer(authority: node), below, "3144010601")
        #expect(await judge.judge(forged.chain).isUntrusted)
        #expect(await judge.judge(Array(node.chain.dropFirst())).isUntrusted)
    }
}

extension ChainJudge.Verdict {
    var proven: ProvenChain? { if case .proven(let chain) = self { chain } else { nil } }
    var isUntrusted: Bool { if case .untrusted = self { true } else { false } }
}
