import Protocol
import Rules
import Store

/// 转学申请表 for A4, as the paper form has it: filled from the case, with what each station has said and when.
enum TransferPrint {
    static let templates = [
        "transfer-form": """
            <article class="paper form"><h1>转学申请表</h1>
            <p class="soft small">申请编号 <span class="code">{{transfer}}</span> · {{kind}} · {{label}}</p>
            <div class="scroll"><table><tbody><tr><th scope="row">姓名</th><td>{{name}}</td><th scope="row">{{numberLabel}}</th><td class="code">{{number}}</td></tr>
            <tr><th scope="row">转出学校</th><td>{{releasing}}（{{releasingCode}}）</td><th scope="row">转入学校</th><td>{{receiving}}（{{receivingCode}}）</td></tr>
            <tr><th scope="row">申请年级</th><td>{{cohort}}</td><th scope="row">核定年级</th><td>{{decided}}</td></tr>
            <tr><th scope="row">转入日期</th><td>{{date}}</td><th scope="row">就读方式</th><td>{{stay}}</td></tr>
            <tr><th scope="row">转学原因</th><td colspan="3">{{why}}</td></tr>
            <tr><th scope="row">所附材料</th><td colspan="3">{{papers}}</td></tr>
            <tr><th scope="row">监护人意见</th><td colspan="3"><p>同意转学，所填内容属实。</p><p class="sign">监护人（签字）：　　　　　　　　年　　月　　日</p></td></tr>
            {{#stations}}<tr><th scope="row">{{label}}意见</th><td colspan="3"><p>{{#opinion}}{{text}}{{#reason}}：{{.}}{{/reason}}{{#inStead}}（强制干预，由{{by}}决定）{{/inStead}}{{/opinion}}{{^opinion}}　{{/opinion}}</p><p class="sign">{{unit}}（盖章）　　{{#opinion}}{{at}}{{/opinion}}{{^opinion}}　　年　　月　　日{{/opinion}}</p></td></tr>
            {{/stations}}</tbody></table></div></article>
            <div class="acts"><button type="button" data-print hidden>打印</button><a class="button plain" href="/transfers/{{transfer}}">转学</a></div>
            """,
    ]

    static func context(_ call: PageCall) throws -> [String: Any] {
        var context = try TransferCasePage.context(call)
        let page = try call.ask("transfers.show", ["transfer": call.parameters["transfer"] ?? ""], as: TransferPage.Page.self)
        context["numberLabel"] = page.content.number.isEmpty ? "身份证号" : "全国学籍号"
        context["releasingCode"] = page.transfer.releasing
        context["receivingCode"] = page.transfer.receiving
        let papers = page.attachments.map { "\($0.label)（\($0.name)）" }
        context["papers"] = papers.isEmpty ? "无" : papers.joined(separator: "、")
        context["stations"] = page.stations.filter { !$0.isAutomatic && $0.station != TransferStation.placing.rawValue && $0.place != "skipped" }
            .map(station)
        return context
    }

    private static func station(_ station: TransferPage.Station) -> [String: Any] {
        var shown: [String: Any] = ["label": station.label, "unit": station.unitName]
        if let opinion = station.opinion {
            var said: [String: Any] = ["text": opinion.text, "at": ShownTime.text(opinion.at), "by": opinion.byName, "inStead": opinion.inStead]
            if !opinion.reason.isEmpty { said["reason"] = opinion.reason }
            shown["opinion"] = said
        }
        return shown
    }
}
