import Protocol
import Rules
import Store

/// 转学统计: days per station as bars made on the server, with their table, and who let time pass.
enum TransferFigures {
    static let templates = [
        "transfer-figures": """
            <h1>转学统计</h1>
            {{>notice}}
            <form class="line" method="get" action="/transfers/figures">
            <div><label for="direction">方向</label><select id="direction" name="direction"><option value="">转入和转出</option>{{#directions}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/directions}}</select></div>
            <div><label for="kind">类别</label><select id="kind" name="kind"><option value="">全部</option>{{#kinds}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/kinds}}</select></div>
            <div><label for="from">申请日期自</label><input id="from" name="from" type="date" value="{{from}}"></div>
            <div><label for="to">至</label><input id="to" name="to" type="date" value="{{to}}"></div>
            {{#showsUnit}}<div><label for="unit">单位代码</label><input id="unit" name="unit" class="code" size="12" value="{{unit}}"></div>{{/showsUnit}}
            <button type="submit">查询</button></form>
            <p class="soft">共 {{total}} 件。 {{>help-link}}</p>
            <p><a class="button plain" href="/transfers/workbook?{{query}}">导出工作簿</a>{{#showsUnit}} <span class="soft small">主管部门导出的工作簿不含姓名和学籍号。</span>{{/showsUnit}}</p>
            {{#hasStages}}<h2>每个环节用了几天</h2><div class="chart">{{{svg}}}</div>
            <div class="scroll"><table><thead><tr><th scope="col">环节</th><th scope="col" class="n">平均天数</th><th scope="col" class="n">最长</th><th scope="col" class="n">已办</th><th scope="col" class="n">在办</th><th scope="col" class="n">超期</th></tr></thead><tbody>
            {{#stages}}<tr><td>{{label}}</td><td class="n">{{mean}}</td><td class="n">{{longest}}</td><td class="n">{{ended}}</td><td class="n">{{open}}</td><td class="n">{{overdue}}</td></tr>
            {{/stages}}</tbody></table></div>{{/hasStages}}
            {{#hasUnits}}<h2>超期的单位</h2><div class="scroll"><table><thead><tr><th scope="col">单位</th><th scope="col" class="n">经办</th><th scope="col" class="n">超期</th><th scope="col" class="n">其中在办</th></tr></thead><tbody>
            {{#units}}<tr><td>{{name}}</td><td class="n">{{handled}}</td><td class="n">{{overdue}}</td><td class="n">{{open}}</td></tr>
            {{/units}}</tbody></table></div>{{/hasUnits}}
            """,
    ]

    private static let names = ["direction", "kind", "from", "to", "unit"]

    /// What the page's address asks for.
    static func filters(_ call: PageCall) -> [String: String] {
        var asked: [String: String] = [:]
        for name in names { if let text = call.parameter(name) { asked[name] = text } }
        return asked
    }

    static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        var context = HelpChapter.link("Q77")
        let asked = filters(call)
        for (name, text) in asked { context[name] = text }
        context["directions"] = TransferList.Direction.allCases.map { StudentPages.choice($0.rawValue, $0.label, asked["direction"]) }
        context["kinds"] = TransferKind.allCases.map { StudentPages.choice($0.rawValue, $0.label, asked["kind"]) }
        context["query"] = names.compactMap { name in asked[name].map { (name, $0) } }
            .map { name, value in "\(name)=\(value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })" }.joined(separator: "&")
        context["showsUnit"] = try call.archive.read { $0.directory.tier(of: actor.unit) != .school }
        do {
            let report = try call.ask("transfers.statistics", asked, as: TransferReport.Statistics.self)
            context["total"] = ShownTime.count(report.total)
            context["stages"] = report.stages.map { stage -> [String: Any] in
                [
                    "label": stage.label, "mean": stage.ended == 0 ? "–" : "\(stage.meanDays)", "longest": stage.longest, "ended": stage.ended,
                    "open": stage.open, "overdue": stage.overdue,
                ]
            }
            context["hasStages"] = !report.stages.isEmpty
            context["svg"] = StationChart(bars: report.stages.filter { $0.ended > 0 }.map { ($0.label, $0.meanDays) }).svg
            context["units"] = report.units.map { ["name": $0.name, "handled": $0.handled, "overdue": $0.overdue, "open": $0.open] as [String: Any] }
            context["hasUnits"] = !report.units.isEmpty
        } catch let refusal as Refusal {
            context["total"] = "0"
            context.merge(Notice.of(refusal)) { $1 }
        }
        return context
    }
}

/// A bar for each station with its name beside it, as SVG made on the server; the numbers stand in the table.
struct StationChart {
    let bars: [(label: String, days: Double)]

    private static let (row, label, width) = (24.0, 180.0, 640.0)

    var svg: String {
        let top = max(1, bars.map(\.days).max() ?? 1)
        var drawn = ""
        for (index, bar) in bars.enumerated() {
            let y = Double(index) * Self.row
            let length = bar.days / top * (Self.width - Self.label - 60)
            drawn += """
                <text x="0" y="\(Self.short(y + 16))">\(bar.label)</text>\
                <rect class="bar" x="\(Self.short(Self.label))" y="\(Self.short(y + 4))" width="\(Self.short(max(1, length)))" height="16"/>\
                <text x="\(Self.short(Self.label + max(1, length) + 6))" y="\(Self.short(y + 16))">\(Self.short(bar.days)) 天</text>
                """
        }
        let height = Self.short(max(Self.row, Double(bars.count) * Self.row))
        return """
            <svg class="chart" viewBox="0 0 640 \(height)" role="img" aria-label="每个环节的平均天数，最多 \(Self.short(bars.map(\.days).max() ?? 0)) 天">\(drawn)</svg>
            """
    }

    /// One decimal, without a trailing zero.
    private static func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
