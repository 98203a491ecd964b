@testable import Node
import Testing

struct AddressTests {
    @Test(arguments: ["127.0.0.1:0", "localhost:80", "[::1]:8080", "127.9.9.9:1"])
    func `addresses of this machine are known`(_ text: String) {
        #expect(ListenAddress(text)?.isLoopback == true)
    }

    @Test func `the address of a listener is written with its scheme`() throws {
        #expect(ListenAddress("[::1]:0")?.url("https", port: 81) == "https://[::1]:81")
        #expect(ListenAddress("0.0.0.0:0")?.url(port: 80) == "http://0.0.0.0:80")
    }

    @Test(arguments: ["", "80", "host", "host:x", ":80", "host:70000"])
    func `what is no address is nil`(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
