import Rules

/// The main menu: the pages that stand in it, for those who may see them, in three groups.
enum Navigation {
    private static let groups: [(label: String, entries: [(label: String, path: String)])] = [
        ("办理", [
            ("待办", "/"), ("学生", "/students"), ("班级", "/classes"), ("导入", "/imports"), ("审核", "/review"), ("变更", "/key-data"),
            ("异动", "/roll-changes"), ("转学", "/transfers"), ("转学查询", "/inquiries"), ("超期", "/overrides"),
        ]),
        ("核对", [("问题学籍", "/problems"), ("重复学籍", "/duplicates"), ("疑似", "/suspicions"), ("核验", "/verification")]),
        ("管理", [
            ("辖区", "/overview"), ("机构", "/directory"), ("节点", "/node"), ("设置", "/settings"), ("账号", "/accounts"), ("操作记录", "/audit"),
        ]),
    ]

    /// The groups of which somebody sees anything, as the layout shows them.
    static func groups(for actor: Actor, tier: Tier, at path: String) -> [[String: Any]] {
        groups.compactMap { group in
            let items = group.entries.compactMap { item($0.label, $0.path, for: actor, tier: tier, at: path) }
            return items.isEmpty ? nil : ["label": group.label, "items": items]
        }
    }

    private static func item(_ label: String, _ href: String, for actor: Actor, tier: Tier, at path: String) -> [String: Any]? {
        guard let page = ConsolePages.all.first(where: { $0.path == href && $0.method == .get }), page.isOpen(to: actor, tier) else { return nil }
        let isHere = href == "/" ? path == "/" : path == href || path.hasPrefix(href + "/")
        return ["label": label, "href": href, "current": isHere]
    }
}
