import Replication
import Testing

@Suite("Addresses of parents")
struct PeerAddressTests {
    @Test(arguments: ["https://edu.example.cn:8443/", "http://edu.example.cn:8443", "edu.example.cn:8443"])
    func `Every address is taken as TLS`(text: String) throws {
        let address = try PeerAddress(text)
        #expect(address.url("/peer/v1/hello") == "https://edu.example.cn:8443/peer/v1/hello")
        #expect(address.host == "edu.example.cn" && address.port == 8443 && address.wasPlain == !text.hasPrefix("https"))
    }

    @Test(arguments: ["", "ftp://edu.example.cn", "https://"])
    func `What is no web address is refused`(text: String) {
        #expect { try PeerAddress(text) } throws: { ($0 as? LinkFailure)?.code == .address }
    }

    @Test func `A request to a named peer goes to the same place under the name`() throws {
        let address = try PeerAddress("https://10.1.2.3:8081")
        let request = address.request(OutgoingRequest(.post, address.url("/peer/v1/pull")), toPeerNamed: "root.xueji.internal")
        #expect(request.url == "https://root.xueji.internal:8081/peer/v1/pull" && request.connectTo == "10.1.2.3:8081")
    }

    @Test func `Hosts without a proxy are known by their real names`() throws {
        let address = try PeerAddress("https://node.edu.cn:1")
        #expect(address.isExempt(in: "10.0.0.1, .edu.cn") && address.isExempt(in: "*") && address.isExempt(in: "node.edu.cn"))
        #expect(!address.isExempt(in: "") && !address.isExempt(in: "de.edu.cn,other.cn"))
        let own = try PeerAddress("https://127.0.0.1:1")
        #expect(own.isLoopback && !address.isLoopback)
    }
}
