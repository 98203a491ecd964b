import Protocol
import Rules
import Testing

@Suite struct TransferPayloadsTests {
    private static let head = TransferHead(
        application: DossierID([UInt8](repeating: 5, count: 16))!, receiving: "2144000001", releasing: "2143000001")
    private static let hash = Hashing.sha256([1])

    @Test(arguments: TransferStepKind.allCases) func `a step comes back as it was, with the hash of its bytes`(kind: TransferStepKind) throws {
        let content = TransferContent(
            name: "张伟", number: "", idNumber: "440106201603050022", cohort: "20221", date: "20260910", reason: "迁居", stay: "1")
        var step = TransferStep(
            hash: Self.hash, head: Self.head, previous: kind == .apply ? nil : Self.hash, kind: kind, by: "2144000001", station: .receivingSchool,
            next: .receivingAuthority, nextHolder: "440106", receivingVersion: 2, releasingVersion: 3, at: 7, reason: "说明",
            content: kind == .apply || kind == .amend ? content : nil, cohort: "20211", dossier: kind == .accept ? DossierID([UInt8](repeating: 9, count: 16))! : nil,
            opened: kind == .accept ? Hashing.sha256([2]) : nil, due: "2026-09-24", isInStead: true)
        let payload = Payload.encode(step)
        step.hash = Payload.transferHash(payload)
        #expect(Payload.transferStep(payload) == step)
        #expect(Payload.transferStep(Array(payload.dropLast(1))) == nil)
    }

    @Test func `withdrawal, notice and request come back as they were`() {
        let withdrawal = TransferWithdrawal(head: Self.head, by: "2144000001", reason: "改变主意", at: 8)
        #expect(Payload.transferWithdrawal(Payload.encode(withdrawal)) == withdrawal)
        let notice = TransferNotice(
            head: Self.head, dossier: DossierID([UInt8](repeating: 9, count: 16))!, opened: Hashing.sha256([2]), step: Hashing.sha256([3]), by: "430104",
            outcome: .returned, station: .receivingSchool, holder: "2144000001", due: "2026-09-24", length: 6, isInStead: true, reason: "不符",
            at: 9)
        #expect(Payload.transferNotice(Payload.encode(notice)) == notice)
        let request = TransferRequest(head: Self.head, by: "2144000001", step: Hashing.sha256([3]), reason: "超期", at: 9)
        #expect(Payload.transferRequest(Payload.encode(request)) == request)
    }

    @Test func `a file comes back with its application, and is the receiving school's or malformed`() {
        let file = Attachment(
            dossier: Self.head.application, by: Self.head.receiving, hash: Hashing.sha256([4]), size: 9, type: "jpg", purpose: "residence", name: "证明",
            at: 8)
        let read = Payload.transferFile(Payload.encode(Self.head, file: file))
        #expect(read?.head == Self.head && read?.file == file)
        var foreign = file
        foreign.by = Self.head.releasing
        #expect(Payload.transferFile(Payload.encode(Self.head, file: foreign)) == nil)
        foreign = file
        foreign.dossier = DossierID([UInt8](repeating: 3, count: 16))!
        #expect(Payload.transferFile(Payload.encode(Self.head, file: foreign)) == nil && Payload.transferFile([7]) == nil)
    }

    @Test func `what names no school, or one school twice, is malformed`() {
        var head = Self.head
        head.releasing = head.receiving
        #expect(Payload.transferWithdrawal(Payload.encode(TransferWithdrawal(head: head, by: "2144000001", reason: "", at: 1))) == nil)
        #expect(Payload.transferNotice([1, 2, 3]) == nil && Payload.transferRequest([]) == nil)
    }
}
