import Testing
import Trust

struct CredentialTests {
    @Test func `a credential is read back from its text`() throws {
        let tree = try TestTree()
        let node = try tree.node(tree.province, tree.countyName, "440106")
        let again = try Credential(text: node.text)
        #expect(again.chain == node.chain && again.key.raw == node.key.raw && again.name == tree.countyName)
    }

    @Test func `a certificate of another key is refused`() throws {
        let tree = try TestTree()
        let node = try tree.node(tree.province, tree.countyName, "440106")
        #expect(throws: TrustFlaw.self) { try Credential(key: LinkKey(tree.chance), chain: node.chain) }
        #expect(throws: TrustFlaw.self) { try Credential(text: "") }
    }

    @Test func `it is renewed after 60 percent of its days`() throws {
        let tree = try TestTree()
        let node = try tree.node(tree.province, tree.countyName, "440106")
        let days = (node.renewal - tree.chance.now()) / 86_400
        #expect(days == 239 || days == 240)
        #expect(node.daysLeft(at: node.validity.upperBound + 1) == -1)
    }
}
