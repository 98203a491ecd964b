import Testing

@testable import Rules

@Suite struct TransferTableTests {
    @Test func `the application's matrix is the golden one`() {
        let text = TransferTable.rows.map { "\($0.from) --\($0.step)/\($0.by)--> \($0.to)" }.joined(separator: "\n")
        #expect(text == """
            none --apply/receivingSchool--> prepared
            prepared --amend/receivingSchool--> prepared
            prepared --submit/receivingSchool--> underWay
            underWay --pass/holder--> underWay
            underWay --sendBack/holder--> returned
            underWay --accept/releasingSchool--> accepted
            returned --amend/receivingSchool--> prepared
            accepted --amend/receivingSchool--> prepared
            """)
    }

    @Test func `whoever is at a stand has one row for a step, and every stand is reached`() {
        for stand in TransferStand.allCases {
            let steps = TransferTable.rows.filter { $0.from == stand }.map(\.step)
            #expect(Set(steps).count == steps.count)
            #expect(stand == .none || TransferTable.rows.contains { $0.to == stand })
        }
    }
}
