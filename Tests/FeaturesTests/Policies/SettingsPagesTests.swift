@testable import Features
import Rules
import Testing

@Suite struct SettingsPagesTests {
    private typealias C = SmallCountry

    private func page(as unit: Unit) throws -> String {
        let node = try C().node
        return try node.visit("settings", as: Actor(unit: unit.code, account: "admin", roles: [.systemAdministrator]), PolicyOperations.all)
    }

    @Test func `what is in force is said in Chinese, and whoever may set it chooses among words`() throws {
        let province = try page(as: C.guangdong)
        #expect(province.contains("<dd>中央</dd>") && province.contains("<dd>主管部门</dd>") && !province.contains("<dd>centre</dd>"))
        #expect(province.contains(#"<option value="province">省级</option>"#) && province.contains(#"<option value="on" selected>开</option>"#))
        #expect(province.contains(#"<option value="">不设定（按上级或系统默认）</option>"#), "what was set can be taken back")
        #expect(!province.contains(#"<input id="v-duplicates.instant""#))
        #expect(province.contains("应为“起始日/截止日”，例如 2026-08-15/2026-09-30"), "how a window is written stands beside its field")
    }

    @Test func `who may not set it sees it alone`() throws {
        let school = try page(as: C.tianheFirst)
        #expect(school.contains("<dd>中央</dd>") && !school.contains("v-duplicates.sufficient"))
    }

    @Test func `every choice of every policy has a word`() {
        for policy in PolicyCatalogue.all { for choice in policy.options { #expect(PolicyDefinition.label(ofChoice: choice) != nil, "\(policy.key) \(choice)") } }
    }
}
