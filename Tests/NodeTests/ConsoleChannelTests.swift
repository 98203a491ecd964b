@testable import Node
import Testing

struct ConsoleChannelTests {
    @Test func `plain HTTP is told the encrypted address of the host it asked for`() {
        let answer = PlainTurnedAway.answer(to: "GET / HTTP/1.1\r\nAccept: */*\r\nhost: 10.0.0.5:8443\r\n\r\n")
        #expect(answer.contains(#"<a href="https://10.0.0.5:8443/">"#) && answer.contains("Upgrade: TLS/1.2\r\n"))
    }

    @Test(arguments: ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n"])
    func `a host that is none does not come back`(_ request: String) {
        let answer = PlainTurnedAway.answer(to: request)
        #expect(!answer.contains("href") && !answer.contains("script") && answer.contains("https://"))
    }
}
