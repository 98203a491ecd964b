import Features
import Logging
@testable import Node
import Synchronization
import Testing

struct JSONLogHandlerTests {
    @Test func `a line is one JSON object with its metadata; what is too long is cut`() throws {
        final class Lines: Sendable { let all = Mutex<[String]>([]) }
        let lines = Lines()
        let log = Logger(label: "test") { _ in
            JSONLogHandler(now: { 1_800_000_000 }) { line in lines.all.withLock { $0.append(line) } }
        }
        log.error("applying failed", metadata: ["error": "\(String(repeating: "x", count: 5_000))", "unit": "440106"])
        let line = try #require(lines.all.withLock { $0.first })
        #expect(!line.contains("\n"))
        let value: JSONValue = try JSONBody.decode(Array(line.utf8))
        #expect(value["message"]?.text == "applying failed")
        #expect(value["level"]?.text == "error")
        #expect(value["unit"]?.text == "440106")
        #expect(value["at"]?.text == "1800000000")
        #expect(value["error"]?.text?.count == 2048)
    }
}
