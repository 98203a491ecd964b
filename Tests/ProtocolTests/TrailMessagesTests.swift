@testable import Protocol
import Rules
import Testing

struct TrailMessagesTests {
    @Test func `an answer comes back as it went, and one that is too long is none`() throws {
        let session = try #require(SessionToken([UInt8](repeating: 1, count: 16)))
        let line = TrailLine(at: 1_789_005_600, account: "admin", operation: "students.show", subject: "0f", outcome: "done")
        for told in [TrailTold.lines([line, line]), .lines([]), .refused("trail.none")] {
            let answer = TrailAnswer(session: session, id: [1, 2, 3, 4, 5, 6, 7, 8], told: told)
            #expect(TrailAnswer(bytes: answer.bytes) == answer)
        }
        let long = TrailAnswer(
            session: session, id: [1, 2, 3, 4, 5, 6, 7, 8], told: .lines([TrailLine](repeating: line, count: TrailAnswer.mostLines + 1)))
        #expect(TrailAnswer(bytes: long.bytes) == nil && TrailAnswer(bytes: []) == nil)
    }

    @Test func `questions go along with what is said of files`() throws {
        let question = TrailQuestion(id: [1, 2, 3, 4, 5, 6, 7, 8], unit: "2144000001", by: "440106", limit: 200)
        let reply = BlobsReply(wants: [], offers: [], queue: BlobQueue(), questions: [question])
        #expect(BlobsReply(bytes: reply.bytes) == reply)
    }
}
