import Protocol
import Rules
import Store

/// 开关与时间设置: each shown with who may set it, what is in force here and which tier said so.
enum SettingsPages {
    static let pages: [Page] = [
        Page("settings", .get, "/settings", title: "设置", roles: [.systemAdministrator, .head]) { call in
            .page("settings", try context(call))
        },
        Page("settings.set", .post, "/settings", title: "设置", roles: [.systemAdministrator, .head], handle: set),
    ]

    static let templates = [
        "settings": """
            <h1>开关与时间设置</h1>
            {{>notice}}
            {{#policies}}<section><h2>{{title}}{{>help-link}}</h2>
            <dl class="facts"><dt>现行</dt><dd>{{value}}</dd><dt>由谁设定</dt><dd>{{setBy}}</dd><dt>可设定的层级</dt><dd>{{owners}}</dd></dl>
            {{#mayset}}<form class="line" method="post" action="/settings">{{>token}}<input type="hidden" name="key" value="{{key}}">
            <div><label for="v-{{key}}">新的值{{#form}}<span class="hint">{{.}}</span>{{/form}}</label>{{#hasChoices}}<select id="v-{{key}}" name="value">{{#choices}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/choices}}</select>{{/hasChoices}}{{^hasChoices}}<input id="v-{{key}}" name="value" value="{{raw}}" size="36">{{/hasChoices}}</div><button class="plain" type="submit">修改</button></form>{{/mayset}}</section>
            {{/policies}}
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let tier = try call.archive.read { $0.directory.tier(of: actor.unit) } ?? .school
        var context = Notice.done(call)
        context["policies"] = try call.ask("policy.list", as: PolicyOperations.List.self).policies.map { item -> [String: Any] in
            let definition = PolicyCatalogue.definition(item.key)
            let choices = definition?.options ?? []
            var context: [String: Any] = [
                "key": item.key, "title": item.title, "raw": item.value,
                "value": item.value.isEmpty ? "（未设置）" : PolicyDefinition.label(ofChoice: item.value) ?? item.value,
                "hasChoices": !choices.isEmpty, "choices": (choices + [""]).map { choice -> [String: Any] in
                    let label = choice.isEmpty ? "不设定（按上级或系统默认）" : PolicyDefinition.label(ofChoice: choice) ?? choice
                    return ["value": choice, "label": label, "chosen": choice == item.value]
                },
                "setBy": item.setByName ?? item.setBy ?? "系统默认值",
                "owners": item.owners.compactMap { Tier(rawValue: $0)?.label }.joined(separator: "、"),
                "mayset": item.owners.contains(tier.rawValue),
            ]
            // What would be wrong with a mere question mark is how a value is written.
            if choices.isEmpty, let form = definition?.fault(in: "?") { context["form"] = form }
            return context.merging(HelpChapter.link(item.question)) { $1 }
        }
        return context
    }

    private static func set(_ call: PageCall) throws -> PageReply {
        struct Body: Encodable { let value: String }
        do {
            try call.tell("policy.set", ["key": call.field("key") ?? ""], body: Body(value: call.field("value") ?? ""))
            return .redirect("/settings?done=policy")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("settings", context)
        }
    }
}
