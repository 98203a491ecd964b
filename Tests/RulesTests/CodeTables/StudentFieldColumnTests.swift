import Testing
@testable import Rules

@Suite("Columns of the student's items")
struct StudentFieldColumnTests {
    @Test("every item has a name of its own and a length")
    func labels() {
        #expect(Set(StudentField.allCases.map(\.label)).count == StudentField.allCases.count)
        #expect(StudentField.allCases.allSatisfy { $0.maxLength > 0 })
        for field in StudentField.allCases { #expect(StudentField.named(field.label) == field) }
    }

    @Test("names stand at the items they belong to", arguments: [
        (StudentField.schoolCode, "学校标识码"), (.classCode, "班号"), (.homeAddress, "家庭地址"), (.schoolBus, "是否需要乘坐校车"),
        (.inclusiveEducation, "随班就读"), (.guardian1Name, "成员1姓名"), (.guardian2Position, "成员2职务"),
        (.migrantChild, "是否进城务工人员随迁子女"), (.continuationID, "学籍接续标识"), (.guardianConfirmation, "监护人确认"),
    ])
    func anchors(field: StudentField, label: String) {
        #expect(field.label == label)
    }

    @Test("no code of a table is longer than its column allows")
    func lengths() {
        for field in StudentField.allCases {
            for entry in field.codeTable?.entries ?? [] {
                #expect(entry.code.count <= field.maxLength, "\(field) \(entry.code)")
            }
        }
    }

    @Test("an item is a code or a division, never both")
    func kinds() {
        for field in StudentField.allCases where field.isDivision {
            #expect(field.codeTable == nil)
            #expect(field.maxLength == 12)
        }
    }
}
