import Rules
import Testing

@Suite struct TransferTellingTests {
    @Test func `every step of the case says what it is to the other side, and no other step does`() {
        let told = StepKind.allCases.filter { TransferTelling.of($0) != nil }
        #expect(Set(told) == [.acceptTransfer, .passTransfer, .approveTransfer, .returnTransfer, .deleteByRuling, .handOver])
        #expect(TransferTelling.of(.acceptTransfer)?.station == .releasingAuthority && TransferTelling.of(.handOver)?.outcome == .completed)
    }

    @Test func `each party is told what it is not itself to do, and both schools of every end`() {
        for party in TransferParty.allCases { #expect(TransferNews.label(.completed, at: .placing, for: party) == "已调档办结") }
        #expect(TransferNews.label(.returned, at: .receivingSchool, for: .releasingSchool) != nil)
        #expect(TransferNews.label(.underWay, at: .releasingAuthority, for: .receivingSchool) == "转出学校已同意")
        #expect(TransferNews.label(.underWay, at: .releasingSchool, for: .releasingSchool) == nil)
        #expect(TransferNews.label(.prepared, at: .receivingSchool, for: .receivingSchool) == nil)
    }
}
