import Protocol
import Rules
import Testing
import Trust

struct ConsoleCertificateTests {
    private static let addresses: [[UInt8]] = [[10, 1, 2, 3], [127, 0, 0, 1]]

    @Test func `a county's console has the unit's name and its addresses, and no link takes it`() async throws {
        let tree = try TestTree()
        let key = LinkKey(tree.chance)
        let chain = try tree.province.issueConsole(
            key.signingRequest(), for: #require(tree.countyName), unit: "440106", addresses: Self.addresses, tree.chance)
        let certificate = try ConsoleCertificate(key: key, chain: chain)
        #expect(certificate.addresses == Set(Self.addresses))
        let read = try ConsoleCertificate(text: certificate.text)
        #expect(read.chain == chain && read.key.fingerprint == key.fingerprint)
        guard case .untrusted = try await ChainJudge(root: tree.rootCertificate).judge(chain) else {
            Issue.record("a console's certificate was taken for a link's")
            return
        }
        #expect(throws: TrustFlaw.self) { try ConsoleCertificate(key: LinkKey(tree.chance), chain: chain) }
    }

    @Test func `it is due after sixty per cent of its days, and when the machine has an address more`() throws {
        let tree = try TestTree()
        let key = LinkKey(tree.chance)
        let certificate = try ConsoleCertificate(key: key, chain: try tree.province.issueConsole(
            key.signingRequest(), for: #require(tree.countyName), unit: "440106", addresses: Self.addresses, tree.chance))
        let now = tree.chance.now()
        #expect(!certificate.isDue(at: now, for: Self.addresses) && !certificate.isDue(at: now, for: []))
        #expect(certificate.isDue(at: now, for: [[10, 1, 2, 4]]))
        #expect(certificate.isDue(at: now + 245 * 86_400, for: Self.addresses))
    }

    @Test func `addresses of the world, and names of others, are in no certificate of the tree`() throws {
        let tree = try TestTree()
        let request = try LinkKey(tree.chance).signingRequest()
        let name = try #require(tree.countyName)
        for address in [[1, 1, 1, 1], [172, 32, 0, 1], [1, 2, 3], [0x20, 1] + [UInt8](repeating: 0, count: 14)] as [[UInt8]] {
            #expect(throws: TrustFlaw.foreignAddress) {
                try tree.province.issueConsole(request, for: name, unit: "440106", addresses: [address], tree.chance)
            }
        }
        let many = (0...ConsoleWish.mostAddresses).map { [10, 0, 0, UInt8($0)] }
        #expect(throws: TrustFlaw.foreignAddress) {
            try tree.province.issueConsole(request, for: name, unit: "440106", addresses: many, tree.chance)
        }
        #expect(throws: TrustFlaw.outsidePath) {
            try tree.province.issueConsole(request, for: .centre, unit: .centre, addresses: [], tree.chance)
        }
    }
}
