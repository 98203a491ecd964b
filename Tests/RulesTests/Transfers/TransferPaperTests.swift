import Rules
import Testing

@Suite struct TransferPaperTests {
    @Test func `what a policy names is asked for in the kinds of transfer that the table says`() {
        let asked: Set<TransferPaper> = [.residence, .household, .other]
        #expect(TransferPaperTable.needed(.acrossProvinces, asked: asked) == [.residence, .household])
        #expect(TransferPaperTable.needed(.withinAuthority, asked: asked) == [.residence])
        #expect(TransferPaperTable.needed(.acrossProvinces, asked: []).isEmpty)
    }

    @Test func `every paper but other can be asked for, once`() {
        #expect(TransferPaper.allCases.filter { !TransferPaperTable.mayBeAsked($0) } == [.other])
        #expect(Set(TransferPaperTable.rows.map(\.paper)).count == TransferPaperTable.rows.count)
        #expect(TransferPaperTable.rows.allSatisfy { !$0.kinds.isEmpty })
    }
}
