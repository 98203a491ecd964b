import Protocol
import struct Protocol.Attachment
import Rules
import Testing

struct AttachmentTests {
    private func attachment(size: Int = 70) throws -> Attachment {
        Attachment(
            dossier: try #require(DossierID([UInt8](repeating: 3, count: 16))), by: "2144000001", hash: Hashing.sha256([1]), size: size,
            type: "jpg", purpose: "evidence", name: "佐证.jpg", at: 1_789_005_600)
    }

    @Test func `an attachment comes back as it was written`() throws {
        let attachment = try attachment()
        #expect(Payload.attachment(Payload.encode(attachment)) == attachment)
    }

    @Test func `a file of no bytes or above the limit is no attachment`() throws {
        #expect(Payload.attachment(Payload.encode(try attachment(size: 0))) == nil)
        #expect(Payload.attachment(Payload.encode(try attachment(size: Attachment.maxBytes + 1))) == nil)
        #expect(Payload.attachment(Payload.encode(try attachment(size: Attachment.maxBytes))) != nil)
        #expect(Payload.attachment([1, 2, 3]) == nil)
    }

    @Test func `a withdrawal comes back as it was written`() throws {
        let withdrawal = AttachmentWithdrawal(
            dossier: try #require(DossierID([UInt8](repeating: 3, count: 16))), by: "2144000001", hash: Hashing.sha256([1]),
            reason: "扫描件不清晰", at: 1_789_005_600)
        #expect(Payload.attachmentWithdrawal(Payload.encode(withdrawal)) == withdrawal)
        #expect(Payload.attachmentWithdrawal([1, 2, 3]) == nil)
        #expect(Payload.attachmentWithdrawal([]) == nil)
    }
}
