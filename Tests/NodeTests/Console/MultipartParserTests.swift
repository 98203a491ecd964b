@testable import Node
import Testing

struct MultipartParserTests {
    private let type = "multipart/form-data; boundary=----edge7"
    private let body = Array((
        "------edge7\r\nContent-Disposition: form-data; name=\"formToken\"\r\n\r\nabc\r\n"
            + "------edge7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%22a%22.xlsx\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\nPK\r\n--\r\n------edg\r\n------edge7--\r\n").utf8)

    /// Events with the bytes of one part joined.
    private func events(chunk: Int) throws -> [MultipartParser.Event] {
        var parser = try #require(MultipartParser(contentType: type))
        var joined: [MultipartParser.Event] = []
        var start = 0
        while start < body.count {
            for event in try parser.feed(body[start..<min(start + chunk, body.count)]) {
                if case .bytes(let more) = event, case .bytes(let before)? = joined.last {
                    joined[joined.count - 1] = .bytes(before + more)
                } else {
                    joined.append(event)
                }
            }
            start += chunk
        }
        #expect(parser.isComplete)
        return joined
    }

    @Test(arguments: 1...40) func `fields and files are the same however the bytes arrive`(_ chunk: Int) throws {
        #expect(try events(chunk: chunk) == [
            .part(name: "formToken", file: nil), .bytes(Array("abc".utf8)), .end,
            .part(name: "file", file: "\"a\".xlsx"), .bytes(Array("PK\r\n--\r\n------edg".utf8)), .end,
        ])
    }

    @Test func `a cut body is not complete`() throws {
        var parser = try #require(MultipartParser(contentType: type))
        _ = try parser.feed(body.dropLast(12))
        #expect(!parser.isComplete)
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"])
    func `a body without a boundary is no form`(_ type: String) {
        #expect(MultipartParser(contentType: type) == nil)
    }

    @Test func `a part without a name, or with an endless head, is refused`() throws {
        var nameless = try #require(MultipartParser(contentType: type))
        #expect(throws: MultipartParser.Malformed.self) {
            _ = try nameless.feed(Array("------edge7\r\nContent-Type: text/plain\r\n\r\nx".utf8))
        }
        var endless = try #require(MultipartParser(contentType: type))
        #expect(throws: MultipartParser.Malformed.self) {
            _ = try endless.feed(Array("------edge7\r\n".utf8) + [UInt8](repeating: 65, count: MultipartParser.headLimit + 1))
        }
    }
}
