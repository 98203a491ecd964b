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
            {{#isEmpty}}<p class="soft">还没有数字。每十分钟记一次，一小时、一天之后开始有图。</p>{{/isEmpty}}
            {{^isEmpty}}<div class="chart">{{{svg}}}</div>
            <details><summary>{{title}}的数据表</summary><div class="scroll"><table><thead><tr><th scope="col">时间</th><th scope="col" class="n">{{unit}}</th></tr></thead><tbody>
            {{#rows}}<tr><td class="t">{{label}}</td><td class="n">{{value}}</td></tr>
            {{/rows}}</tbody></table></div></details>{{/isEmpty}}
            {{/charts}}
            <p class="soft small">按小时保留7天，按天保留一年；节点停机的时段没有数字。<a href="/overview">回到辖区</a></p>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let report: FigureOperations.Report
        do { report = try call.ask("node.figures", as: FigureOperations.Report.self) } catch let refusal as Refusal { return Notice.of(refusal) }
        return ["charts": [
            chart("每天新增学籍", "人", bars(Array(report.days.suffix(61)), .day, grown(\.dossiers))),
            chart("每天发放学籍号", "个", bars(Array(report.days.suffix(61)), .day, grown(\.numbers))),
            chart("每小时收到的数据", "批", bars(report.hours, .hour, grown(\.envelopes))),
            chart("每小时排队最多时", "项", bars(report.hours, .hour) { item, _ in item.queue }),
        ]]
    }

    /// What came since the row before, which may lie further back; the first row has nothing to compare with. A store that went back
    /// brings none.
    static func grown(
        _ value: @escaping (FigureOperations.Item) -> Int
    ) -> (FigureOperations.Item, FigureOperations.Item?) -> Int? {
        { item, before in before.map { max(0, value(item) - value($0)) } }
    }

    /// One bar for each hour or day from the first to the last, also where the node stood still and nothing is known.
    static func bars(
        _ items: [FigureOperations.Item], _ span: FigureShelf.Span, _ value: (FigureOperations.Item, FigureOperations.Item?) -> Int?
    ) -> [TimeChart.Bar] {
        let known = Dictionary(items.compactMap { item in ChinaTime.seconds(item.at).map { ($0, item) } }) { $1 }
        guard let first = known.keys.min(), let last = known.keys.max() else { return [] }
        var before: FigureOperations.Item?
        var bars: [TimeChart.Bar] = []
        for start in stride(from: first, through: last, by: Int64.Stride(span.rawValue)) {
            let item = known[start]
            let isFirst = start == first
            let number = item.flatMap { value($0, before) }
            before = item ?? before
            if isFirst, number == nil { continue }
            let stamp = ChinaTime.text(start)
            bars.append(TimeChart.Bar(label: span == .day ? day(stamp) : hour(stamp), value: number))
        }
        return bars
    }

    private static func chart(_ title: String, _ unit: String, _ bars: [TimeChart.Bar]) -> [String: Any] {
        [
            "title": title, "unit": unit, "isEmpty": bars.isEmpty, "svg": TimeChart(title: title, bars: bars).svg,
            "rows": bars.reversed().map { ["label": $0.label, "value": $0.value.map(ShownTime.count) ?? "–"] as [String: Any] },
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
