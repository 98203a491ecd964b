@testable import Features
import Rules
import Testing

struct RecordSectionTests {
    @Test func `every item of the record stands in exactly one section`() {
        let all = RecordSection.allCases.flatMap(\.fields)
        #expect(all.count == StudentField.allCases.count && Set(all).count == all.count)
    }

    @Test func `guardians stand together, and so does what decides identity`() {
        #expect(RecordSection.family.fields.count == 24)
        for field in StudentField.key { #expect(RecordSection.of(field) == .basic) }
    }
}
