import Foundation
import Glibc
import Testing

@testable import Bench

@Suite struct KeptLineTests {
    @Test func severalAnswersComeOverOneConnection() throws {
        let server = try CannedServer([
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n",
        ])
        let line = try KeptLine(.port(server.port, from: 7))
        #expect(try line.ask("GET", "/one") == KeptLine.Answer(status: 200, body: Array("hello".utf8)))
        #expect(try line.ask("DELETE", "/two").status == 204)
        #expect(try line.ask("PUT", "/three", headers: [("X", "y")], body: [1, 2, 3]).status == 201)
        #expect(throws: BenchFailure.self) { try line.ask("GET", "/closed") }
        let heard = server.heard()
        #expect(heard.map { $0.split(separator: "\r\n")[0] } == ["GET /one HTTP/1.1", "DELETE /two HTTP/1.1", "PUT /three HTTP/1.1"])
        #expect(heard[2].contains("X: y\r\n") && heard[2].contains("Content-Length: 3\r\n"))
    }

    @Test func nobodyAndAnAnswerWithoutALengthAreFailures() throws {
        let port = try KeptLine.freePort()
        #expect(throws: BenchFailure.self) { try KeptLine(.port(port)) }
        #expect(throws: BenchFailure.self) { try KeptLine(.socket("/nowhere/at/all")) }
        let server = try CannedServer(["HTTP/1.1 200 OK\r\n\r\nendless"])
        let line = try KeptLine(.port(server.port))
        #expect(throws: BenchFailure.self) { try line.ask("GET", "/") }
    }
}

/// Answers the requests of one connection with what it was given, then closes it.
private final class CannedServer {
    let port: Int
    private let thread: Thread
    private let heardBox: Heard
    private let done = DispatchSemaphore(value: 0)

    /// Written by the thread alone, read after it has ended.
    // The semaphore orders the two.
    private final class Heard: @unchecked Sendable { var requests: [String] = [] }

    init(_ answers: [String]) throws {
        port = try KeptLine.freePort()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let stands = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard stands == 0, listen(listener, 4) == 0 else { throw BenchFailure("the test's server does not stand") }
        let heard = Heard()
        heardBox = heard
        let done = done
        thread = Thread {
            let connection = accept(listener, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 4096)
            for answer in answers {
                let got = recv(connection, &buffer, buffer.count, 0)
                guard got > 0 else { break }
                var text = String(decoding: buffer[..<got], as: UTF8.self)
                // A body may come in a packet of its own.
                if text.hasSuffix("Content-Length: 3\r\n\r\n") { text += String(recv(connection, &buffer, buffer.count, 0)) }
                heard.requests.append(text)
                _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
            }
            close(connection)
            close(listener)
            done.signal()
        }
        thread.start()
    }

    func heard() -> [String] {
        done.wait()
        return heardBox.requests
    }
}
