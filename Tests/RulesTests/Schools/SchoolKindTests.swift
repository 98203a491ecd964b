import Testing
@testable import Rules

@Suite("School kinds")
struct SchoolKindTests {
    @Test("the kinds of Q1 and Q9 are in scope, others are not")
    func scope() throws {
        #expect(SchoolKind["211"]?.stages == [.primary])
        #expect(SchoolKind["312"]?.stages == [.primary, .junior])
        #expect(SchoolKind["345"]?.stages == Set(Stage.allCases))
        #expect(SchoolKind["371"]?.isInScope == true)
        #expect(SchoolKind["365"]?.isInScope == false)
        #expect(SchoolKind["111"]?.isInScope == false)
        #expect(SchoolKind["349"]?.isAttached == true)
        #expect(SchoolKind["514"]?.isAttached == false)
        #expect(SchoolKind["000"] == nil)
        #expect(SchoolKind.all.allSatisfy { CodeTable.schoolCategory.accepts($0.category) })
    }
}
