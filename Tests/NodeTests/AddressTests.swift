import Features
@testable import Node
import Testing

struct AddressTests {
    @Test(arguments: ["127.0.0.1:0", "localhost:80", "[::1]:8080", "127.9.9.9:1"])
    func `addresses of this machine are known`(_ text: String) {
        #expect(ListenAddress(text)?.isLoopback == true)
    }

    @Test(arguments: ["0.0.0.0:80", "10.1.2.3:80", "127.example.org:80", "[::]:80"])
    func `peers may not listen unencrypted where others could reach them`(_ text: String) throws {
        let address = try #require(ListenAddress(text))
        let refusal = #expect(throws: Refusal.self) { try address.mustBeLoopback() }
        #expect(refusal?.code == "serve.plain")
    }

    @Test(arguments: ["", "80", "host", "host:x", ":80", "host:70000"])
    func `what is no address is nil`(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
