@testable import Features
import Testing

struct FindingGroupTests {
    private func item(_ row: Int, _ cell: String?, _ rule: String, _ severity: String, _ message: String) -> ImportReport.Item {
        ImportReport.Item(
            row: row, cell: cell, field: nil, rule: rule, question: "Q17", severity: severity, message: message, remedy: "请改正。")
    }

    @Test func `findings of one rule stand together, the gravest first, with their cells`() {
        let groups = FindingGroup.groups([
            item(3, "B3", "Q9-phone", "warning", "电话可能有误"), item(4, "C4", "Q17-sex", "error", "性别不对"),
            item(5, "C5", "Q17-sex", "error", "性别不对"), item(6, nil, "Q1-row", "error", "学校不对"),
        ])
        #expect(groups.map(\.count) == [2, 1, 1])
        #expect(groups[0].cells == ["C4", "C5"] && groups[1].cells == ["第6行"])
        #expect(groups[2].first.severity == "warning")
    }

    @Test func `a page names forty cells and counts the rest`() {
        let group = FindingGroup.groups((1...100).map { item($0, "A\($0)", "Q17-sex", "error", "性别不对") })[0]
        #expect(group.shown["more"] as? Int == 60)
    }
}
