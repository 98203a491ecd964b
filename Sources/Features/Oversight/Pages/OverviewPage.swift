import Protocol
import Rules
import Store

/// 辖区: the map at the centre, and for every authority the units below with pupils, problems, link and lag.
enum OverviewPage {
    static let pages: [Page] = [
        Page(
            "overview", .get, "/overview", title: "辖区", tiers: [.county, .city, .province, .centre],
            roles: [.registrar, .head, .systemAdministrator]
        ) { call in .page("overview", try context(call)) },
    ]

    static let templates = [
        "overview": """
            <h1>{{name}}</h1>
            {{>notice}}
            {{#isBelow}}<p><a href="/overview">回到本单位辖区</a></p>{{/isBelow}}
            {{^isBelow}}<p><a href="/figures">走势</a></p>{{/isBelow}}
            <div data-live="on">
            {{#map}}<div class="noprint">{{{.}}}</div>{{/map}}
            {{#hasLines}}<div class="scroll"><table><caption>直属单位，按代码排列。链路一栏只有本单位直接下级的节点。</caption><thead><tr><th scope="col">单位</th><th scope="col">层级</th><th scope="col" class="n">学籍</th><th scope="col"><span class="soft">对比</span></th><th scope="col" class="n">问题学籍</th><th scope="col" class="n">待办结</th><th scope="col">链路</th><th scope="col">最近联系</th><th scope="col" class="n">待下发</th></tr></thead><tbody>
            {{#lines}}<tr><td>{{#href}}<a href="{{.}}">{{name}}</a>{{/href}}{{^href}}{{name}}{{/href}}</td><td>{{tier}}</td><td class="n">{{dossiers}}</td><td>{{{bar}}}</td><td class="n">{{problems}}</td><td class="n">{{open}}</td><td>{{#link}}<span class="tag {{tone}}">{{.}}</span>{{/link}}</td><td class="t">{{lastContact}}</td><td class="n">{{lag}}</td></tr>
            {{/lines}}</tbody></table></div>{{/hasLines}}
            {{^hasLines}}<p class="soft">下面没有单位。</p>{{/hasLines}}
            </div>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let unit = call.parameter("under") ?? actor.unit.text
        let counts = try call.ask("units.counts", ["unit": unit], as: SubtreeCounts.self)
        let status = try call.ask("node.status", ["digest": "false"], as: StatusReport.self)
        let links = Dictionary(status.children.map { ($0.unit ?? "", $0) }) { first, _ in first }
        let most = counts.lines.map(\.counts.dossiers).max() ?? 0
        var context: [String: Any] = [
            "name": counts.name, "isBelow": unit != actor.unit.text, "hasLines": !counts.lines.isEmpty,
            "lines": counts.lines.map { line($0, links[$0.unit], most) },
        ]
        if unit == UnitCode.centre.text { context["map"] = map(counts, links) }
        return context
    }

    private static func map(_ counts: SubtreeCounts, _ links: [String: StatusReport.Link]) -> String {
        let tiles = counts.lines.map { line -> (String, ProvinceMap.Tile) in
            let link = links[line.unit].map { NodePages.shown($0, line.name) }
            return (String(line.unit.prefix(2)), ProvinceMap.Tile(
                count: line.counts.dossiers, tone: link?["tone"] as? String ?? "", state: link?["state"] as? String ?? "无节点",
                href: "/overview?under=\(line.unit)"))
        }
        return ProvinceMap.svg(Dictionary(tiles) { first, _ in first })
    }

    private static func line(_ line: SubtreeCounts.Line, _ link: StatusReport.Link?, _ most: Int) -> [String: Any] {
        let settled = [RegistrationState.enrolled, .deleted].reduce(0) { $0 + (line.counts.byState[$1.rawValue] ?? 0) }
        let isSchool = line.tier == Tier.school.rawValue
        var shown: [String: Any] = [
            "name": line.name, "tier": Tier(rawValue: line.tier)?.label ?? line.tier,
            "dossiers": ShownTime.count(line.counts.dossiers), "problems": ShownTime.count(line.counts.problems),
            "open": ShownTime.count(line.counts.byState.values.reduce(0, +) - settled), "bar": Bar.svg(line.counts.dossiers, of: most),
            "lastContact": "", "lag": "",
            "href": isSchool ? "/students?school=\(line.unit)" : "/overview?under=\(line.unit)",
        ]
        if let link {
            let state = NodePages.shown(link, line.name)
            shown["link"] = state["state"]
            shown["tone"] = state["tone"]
            shown["lastContact"] = state["lastContact"]
            shown["lag"] = state["lagEntries"]
        }
        return shown
    }
}

/// A horizontal bar for a number among its peers; the number itself stands beside it.
enum Bar {
    static func svg(_ value: Int, of most: Int) -> String {
        let width = most > 0 ? max(value > 0 ? 1 : 0, value * 100 / most) : 0
        return #"<svg viewBox="0 0 100 10" width="100" height="10" aria-hidden="true"><rect class="bar" width="\#(width)" height="10"/></svg>"#
    }
}
