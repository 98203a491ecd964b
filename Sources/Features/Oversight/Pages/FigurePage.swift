import Protocol
import Rules
import Store

/// 走势: what this node has taken in and numbered, day by day, and how long its queue has been, hour by hour.
enum FigurePage {
    static let pages: [Page] = [
        Page(
            "figures", .get, "/figures", title: "走势", tiers: [.county, .city, .province, .centre], roles: [.registrar, .head, .systemAdministrator]
        ) { call in .page("figures", try context(call)) },
    ]

    static let templates = [
        "figures": """
            <h1>走势</h1>
            {{>notice}}
            {{#charts}}<h2>{{title}}</h2>
            {{#isEmpty}}<p class="soft">还没有数字。每十分钟记一次,一小时、一天之后开始有图。</p>{{/isEmpty}}
            {{^isEmpty}}<div class="chart">{{{svg}}}</div>
            <details><summary>{{title}}的数据表</summary><div class="scroll"><table><thead><tr><th scope="col">时间</th><th scope="col" class="n">{{unit}}</th></tr></thead><tbody>
            {{#rows}}<tr><td class="t">{{label}}</td><td class="n">{{value}}</td></tr>
            {{/rows}}</tbody></table></div></details>{{/isEmpty}}
            {{/charts}}
            <p class="soft small">按小时保留7天,按天保留一年;节点停机的时段没有数字。<a href="/overview">回到辖区</a></p>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let report: FigureOperations.Report
        do { report = try call.ask("node.figures", as: FigureOperations.Report.self) } catch let refusal as Refusal { return Notice.of(refusal) }
        let days = Array(report.days.suffix(61))
        return ["charts": [
            chart("每天新增学籍", "人", growth(days, \.dossiers), day),
            chart("每天发放学籍号", "个", growth(days, \.numbers), day),
            chart("每小时收到的数据", "批", growth(report.hours, \.envelopes), hour),
            chart("每小时排队最多时", "项", report.hours.map { ($0.at, $0.queue) }, hour),
        ]]
    }

    /// What came between one row and the next; the first row has nothing before it to compare with. A store that went back brings none.
    private static func growth(
        _ items: [FigureOperations.Item], _ value: (FigureOperations.Item) -> Int
    ) -> [(at: String, value: Int)] {
        zip(items, items.dropFirst()).map { before, after in (after.at, max(0, value(after) - value(before))) }
    }

    private static func chart(
        _ title: String, _ unit: String, _ values: [(at: String, value: Int)], _ label: (String) -> String
    ) -> [String: Any] {
        let bars = values.map { TimeChart.Bar(label: label($0.at), value: $0.value) }
        return [
            "title": title, "unit": unit, "isEmpty": bars.isEmpty, "svg": TimeChart(title: title, bars: bars).svg,
            "rows": bars.reversed().map { ["label": $0.label, "value": ShownTime.count($0.value ?? 0)] as [String: Any] },
        ]
    }

    /// `11月23日`.
    private static func day(_ stamp: String) -> String {
        let text = ShownTime.text(stamp)
        return String(text.drop { $0 != "年" }.dropFirst().prefix { $0 != " " })
    }

    /// `11月23日 18时`.
    private static func hour(_ stamp: String) -> String {
        day(stamp) + " " + String(stamp.dropFirst(11).prefix(2)) + "时"
    }
}
