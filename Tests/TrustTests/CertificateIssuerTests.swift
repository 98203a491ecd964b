import Protocol
import Rules
import Testing
import Trust

struct CertificateIssuerTests {
    @Test func `an authority vouches for names under its own and no others`() throws {
        let tree = try TestTree()
        #expect(throws: TrustFlaw.outsidePath) { try tree.node(tree.province, TreeName(path: [.centre, "330000"]), "330000") }
        #expect(throws: TrustFlaw.outsidePath) { try tree.node(tree.province, .centre, .centre) }
        let key = LinkKey(tree.chance)
        #expect(throws: TrustFlaw.outsidePath) {
            try tree.province.issueAuthority(key.signingRequest(), for: #require(tree.provinceName), unit: "440000", tree.chance)
        }
    }

    @Test func `a node's certificate does not outlast its issuer's`() throws {
        let tree = try TestTree()
        let late = surroundings(5, now: tree.province.end - 86_400)
        let key = LinkKey(late)
        let node = try Credential(
            key: key, chain: tree.province.issueNode(key.signingRequest(), for: #require(tree.countyName), unit: "440106", late))
        #expect(node.validity.upperBound == tree.province.end)
        let after = surroundings(6, now: tree.province.end)
        #expect(throws: TrustFlaw.issuerEnded) {
            try tree.province.issueNode(key.signingRequest(), for: #require(tree.countyName), unit: "440106", after)
        }
    }

    @Test func `a request that its key has not signed gets nothing`() throws {
        let tree = try TestTree()
        var request = try LinkKey(tree.chance).signingRequest()
        request[request.count - 3] ^= 1
        #expect(throws: TrustFlaw.badRequest) {
            try tree.root.issueNode(request, for: #require(tree.provinceName), unit: "440000", tree.chance)
        }
    }
}
