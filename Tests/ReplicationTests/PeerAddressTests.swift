import Replication
import Testing

@Suite("Addresses of parents")
struct PeerAddressTests {
    @Test(arguments: ["https://edu.example.cn", "https://edu.example.cn:8443/", "http://localhost:8080", "http://127.0.0.1:9/", "http://[::1]:80"])
    func `TLS anywhere and plain HTTP on this machine are taken`(text: String) throws {
        let address = try PeerAddress(text)
        #expect(!address.url("/peer/v1/hello").contains("//peer"))
    }

    @Test(arguments: ["http://edu.example.cn", "http://10.0.0.1", "http://127.0.0.1.example.cn", "http://127.1.evil", "http://localhost.example.cn", "http://user@10.0.0.1"])
    func `Plain HTTP to another machine is refused with a remedy`(text: String) {
        #expect { try PeerAddress(text) } throws: { error in
            guard let failure = error as? LinkFailure else { return false }
            return failure.code == .address && failure.kind == .standing && failure.message.contains("没有加密")
                && failure.remedy.contains("https")
        }
    }

    @Test(arguments: ["", "edu.example.cn", "ftp://edu.example.cn", "https://", "上级"])
    func `What is no web address is refused`(text: String) {
        #expect { try PeerAddress(text) } throws: { ($0 as? LinkFailure)?.code == .address }
    }
}
