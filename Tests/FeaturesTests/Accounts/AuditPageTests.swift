@testable import Features
import Protocol
import Rules
import Store
import Testing

@Suite struct AuditPageTests {
    @Test func `the trail is read in the words of the menu, and says what was not done and why`() throws {
        let node = try SmallCountry().node
        let actor = Actor(unit: SmallCountry.tianhe.code, account: "li", roles: [.head])
        try node.archive.write { transaction in
            try AuditTrail.record("students.show", by: actor, subject: "0f", outcome: "done", in: transaction)
            try AuditTrail.record("students.approve", by: actor, subject: "0f", outcome: "holder", in: transaction)
            try AuditTrail.record("inquiries.answer", by: actor, subject: "1f", outcome: "found", in: transaction)
            try AuditTrail.record("of.tomorrow", by: actor, subject: "2f", outcome: "done", in: transaction)
        }
        let page = try node.visit("audit", as: actor, TrailOperations.operations { .none } + RegistrationOperations.all, settling: false)
        #expect(page.contains("<td class=\"words\">学籍档案</td>") && page.contains("<td>完成</td>") && !page.contains("students.show"))
        #expect(page.contains("<td>未办成（holder）</td>"))
        #expect(page.contains("<td class=\"words\">答复转学查询</td>") && page.contains("<td>found</td>"))
        #expect(page.contains("<td class=\"words\">of.tomorrow</td>"), "what a newer program did keeps its name")
    }
}
