@testable import Features
import Rules
import Testing

struct NavigationTests {
    private func labels(_ roles: Set<Features.Role>, _ tier: Tier, at path: String = "/") -> [String] {
        Navigation.groups(for: Actor(unit: "2144000101", account: "wang", roles: roles), tier: tier, at: path)
            .flatMap { $0["items"] as? [[String: Any]] ?? [] }.compactMap { $0["label"] as? String }
    }

    @Test func `a role sees only its own pages in the menu`() {
        #expect(labels([.mealRegistrar], .school) == ["待办"])
        let registrar = labels([.registrar], .school, at: "/students/1")
        #expect(registrar.contains("导入") && !registrar.contains("账号"))
        let atCounty = labels([.registrar], .county)
        #expect(!atCounty.contains("导入") && atCounty.contains("审核"))
    }

    @Test func `a group of which somebody sees nothing is not shown`() {
        let meal = Navigation.groups(for: Actor(unit: "2144000101", account: "canteen", roles: [.mealRegistrar]), tier: .school, at: "/")
        #expect(meal.compactMap { $0["label"] as? String } == ["办理"])
    }

    @Test func `every page of the menu is one, and the one that is open is marked`() {
        let all = Set(Features.Role.allCases)
        let shown = [Tier.school, .county, .city, .province, .centre].reduce(into: Set<String>()) { $0.formUnion(labels(all, $1)) }
        #expect(shown.count == 20)
        let open = Navigation.groups(for: Actor(unit: "2144000101", account: "wang", roles: all), tier: .school, at: "/students/1")
            .flatMap { $0["items"] as? [[String: Any]] ?? [] }.filter { $0["current"] as? Bool == true }
        #expect(open.compactMap { $0["label"] as? String } == ["学生"])
    }
}
