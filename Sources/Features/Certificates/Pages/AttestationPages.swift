import Protocol
import Rules
import Store

/// 学籍卡 and 转学证明 for paper, and 核验 of what somebody brings (Q105).
enum AttestationPages {
    private static let roles: Set<Role> = [.registrar, .head]
    private static let readers: Set<Role> = [.registrar, .head, .systemAdministrator]

    static let pages: [Page] = [
        Page("certificates.form", .get, "/students/{dossier}/papers", title: "学籍卡、转学证明", roles: roles) { call in
            .page("papers", try form(call))
        },
        Page("certificates.print", .post, "/students/{dossier}/papers", title: "学籍卡、转学证明", roles: roles, handle: print),
        Page("certificates", .get, "/verification", title: "核验", roles: readers) { call in .page("verification", HelpChapter.link("Q105")) },
        Page("certificates.verify", .post, "/verification", title: "核验", roles: readers) { call in .page("verification", try verify(call)) },
    ]

    static let templates = [
        "papers": """
            <h1>学籍卡、转学证明：{{name}}</h1>
            {{>notice}}
            <p>打印的证明带有本校的电子签名，在任何一级、任何省的系统“核验”页都能核验，不需要联网。{{>help-link}}</p>
            <form method="post" action="/students/{{dossier}}/papers">{{>token}}<input type="hidden" name="kind" value="studentCard"><div class="acts"><button type="submit">学籍卡</button></div></form>
            <form method="post" action="/students/{{dossier}}/papers">{{>token}}<input type="hidden" name="kind" value="transfer">
            <div class="field"><label for="target">转入学校标识码{{#openName}}<span class="hint">按在办的转学填写：{{.}}</span>{{/openName}}</label><input id="target" name="target" maxlength="10" value="{{target}}"></div><div class="acts"><button type="submit">转学证明</button></div></form>
            <p><a href="/students/{{dossier}}">学籍档案</a></p>
            """,
        "paper": """
            <article class="paper"><h1>{{title}}</h1>
            <div class="photo">照片</div>
            <dl class="facts"><dt>姓名</dt><dd>{{name}}</dd><dt>全国学籍号</dt><dd class="code">{{number}}</dd><dt>学校</dt><dd>{{schoolName}}</dd><dt>学校标识码</dt><dd class="code">{{unit}}</dd>{{#grade}}<dt>年级</dt><dd>{{.}}</dd>{{/grade}}{{#targetName}}<dt>转入学校</dt><dd>{{.}}（{{target}}）</dd>{{/targetName}}<dt>签发日期</dt><dd>{{issuedOn}}</dd><dt>有效期至</dt><dd>{{lastDay}}</dd><dt>证明编号</dt><dd class="code">{{serial}}</dd></dl>
            {{#isTransfer}}<p>兹证明该生系我校学生，因转学需要，准予向上述转入学校办理转学手续。</p>{{/isTransfer}}
            {{{picture}}}
            <p class="small">扫描二维码得到核验码，在任何一级学籍系统的“核验”页核验。{{schoolName}}（盖章）</p></article>
            <div class="acts"><button type="button" data-print hidden>打印</button><a class="button plain" href="/students/{{dossier}}">学籍档案</a></div>
            <section class="noprint"><h2>核验码</h2><p class="code small">{{text}}</p></section>
            """,
        "verification": """
            <h1>核验</h1>
            {{>notice}}
            <p>扫描学籍卡或转学证明上的二维码，把得到的文字粘贴到这里。核验在本节点进行，不需要联网。{{>help-link}}</p>
            {{#result}}<div class="note {{tone}}" role="status"><h2>{{.}}</h2><p>{{advice}}</p></div>{{/result}}
            {{#certified}}<dl class="facts"><dt>种类</dt><dd>{{kindLabel}}</dd><dt>姓名</dt><dd>{{name}}</dd><dt>全国学籍号</dt><dd class="code">{{number}}</dd><dt>签发学校</dt><dd>{{schoolName}}（{{unit}}）</dd>{{#grade}}<dt>年级</dt><dd>{{.}}</dd>{{/grade}}{{#targetName}}<dt>转入学校</dt><dd>{{.}}（{{target}}）</dd>{{/targetName}}<dt>签发日期</dt><dd>{{issuedOn}}</dd><dt>有效期至</dt><dd>{{lastDay}}</dd><dt>证明编号</dt><dd class="code">{{serial}}</dd></dl>{{/certified}}
            <form method="post" action="/verification">{{>token}}<div class="field"><label for="text">核验码</label><textarea id="text" name="text" rows="6" required></textarea></div><div class="acts"><button type="submit">核验</button></div></form>
            """,
    ]

    private static func form(_ call: PageCall) throws -> [String: Any] {
        let id = call.parameters["dossier"] ?? ""
        let page = try call.ask("students.show", ["dossier": id], as: DossierPage.Page.self)
        var context = HelpChapter.link("Q105")
        context["dossier"] = id
        context["name"] = page.student.name
        let open = try DossierID(hex: id).flatMap { key in
            try call.archive.read { reading in try DossierShelf(reading).dossier(key).flatMap { try TransferShelf(reading).receivingSchool(of: $0) } }
        }
        context["target"] = call.field("target") ?? open?.text ?? ""
        if let open { context["openName"] = try call.archive.read { $0.directory.unit(open)?.name ?? open.text } }
        return context
    }

    private struct Wish: Encodable { let kind: String; let target: String? }

    private static func print(_ call: PageCall) throws -> PageReply {
        let id = call.parameters["dossier"] ?? ""
        do {
            let item = try call.ask(
                "certificates.issue", ["dossier": id], body: Wish(kind: call.field("kind") ?? "", target: call.field("target")),
                as: AttestationOperations.Item.self)
            var context = shown(item)
            context["dossier"] = id
            context["title"] = Attestation.Kind(rawValue: item.kind)?.label ?? ""
            context["isTransfer"] = item.kind == Attestation.Kind.transfer.rawValue
            context["picture"] = QRPicture.svg(item.text, label: "核验码的二维码") ?? ""
            context["text"] = item.text
            return .page("paper", context)
        } catch let refusal as Refusal {
            var context = try form(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("papers", context)
        }
    }

    private struct Brought: Encodable { let text: String }

    private static func verify(_ call: PageCall) throws -> [String: Any] {
        let verdict = try call.ask("certificates.verify", body: Brought(text: call.field("text") ?? ""), as: AttestationOperations.Verdict.self)
        var context = HelpChapter.link("Q105")
        context["result"] = verdict.label
        context["tone"] = verdict.result == AttestationCheck.Result.valid.rawValue ? "good" : "bad"
        context["advice"] = advice(verdict)
        if let certified = verdict.certified {
            context["certified"] = shown(certified).merging(["kindLabel": Attestation.Kind(rawValue: certified.kind)?.label ?? ""]) { $1 }
        }
        return context
    }

    private static func advice(_ verdict: AttestationOperations.Verdict) -> String {
        switch AttestationCheck.Result(rawValue: verdict.result) {
        case .valid?:
            verdict.knowsRevocations ? "签名由签发学校的密钥作出，密钥没有吊销。"
                : "签名由签发学校的密钥作出。密钥后来是否吊销，本节点不能知道；有疑问时请上级或签发省核验。"
        case .expired?: "内容属实，但已过有效期，请原学校重新打印。"
        case .revoked?: "请与签发学校的主管部门联系。"
        case .forged?: "请勿采信，并与签发学校联系。"
        case .unknownKey?: "从本节点已知的密钥不能确认签发学校。请核对核验码是否完整，或在上级节点核验。"
        default: "请把二维码中的文字完整粘贴，以 XUEJI1: 开头。"
        }
    }

    private static func shown(_ item: AttestationOperations.Item) -> [String: Any] {
        var context: [String: Any] = [
            "unit": item.unit, "schoolName": item.schoolName, "name": item.name, "number": item.number,
            "issuedOn": ShownTime.date(item.issuedOn) ?? item.issuedOn, "lastDay": ShownTime.date(item.lastDay) ?? item.lastDay, "serial": item.serial,
        ]
        if !item.grade.isEmpty { context["grade"] = item.grade }
        if let target = item.target, let name = item.targetName { context.merge(["target": target, "targetName": name]) { $1 } }
        return context
    }
}
