/// What stands around every page. `main` is the page's own part.
enum ConsoleLayout {
    static let text = """
        <!doctype html>
        <html lang="zh-CN">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <title>{{title}} · {{unitName}} · 学籍</title>
        <link rel="stylesheet" href="{{style}}">
        <link rel="icon" href="data:,">
        </head>
        <body{{#rings}} data-rings="{{.}}"{{/rings}}>
        <a class="skip" href="#main">跳到正文</a>
        <header><div class="wide">
        <strong>学籍</strong><span>{{unitName}}{{#tierLabel}} <span class="tag">{{.}}</span>{{/tierLabel}}</span>
        {{#account}}<span class="who"><span>{{.}}{{#roleLabels}}<span class="roles">（{{.}}）</span>{{/roleLabels}}</span>
        <a href="/help">帮助</a>
        <a href="/password">修改密码</a>
        <form method="post" action="/sign-out"><input type="hidden" name="formToken" value="{{formToken}}"><button class="plain" type="submit">退出</button></form></span>{{/account}}
        </div>
        {{#hasNavigation}}<nav aria-label="主菜单"><div class="wide">
        {{#navigation}}<span class="group" aria-hidden="true">{{label}}</span><ul aria-label="{{label}}">
        {{#items}}<li><a href="{{href}}"{{#current}} aria-current="page"{{/current}}>{{label}}</a></li>
        {{/items}}</ul>
        {{/navigation}}</div></nav>{{/hasNavigation}}
        </header>
        <main id="main" class="wide">
        {{$main}}{{/main}}
        </main>
        <footer><div class="wide">全国中小学生学籍信息管理系统 · 时间均为北京时间（UTC+8） · 程序版本 {{version}}</div></footer>
        <script src="{{script}}" defer></script>
        </body>
        </html>
        """

    /// A refusal or other message above the page's content.
    static let notice = """
        {{#refusal}}<div class="note bad" role="alert"><h2>{{message}}</h2><p>{{remedy}}{{>help-link}}</p></div>{{/refusal}}\
        {{#done}}<div class="note good" role="status"><p>{{.}}</p></div>{{/done}}
        """

    /// Leads from a message to the answer that it comes from.
    static let helpLink = #"{{#help}} <a class="small" href="/help/{{.}}">说明 {{.}}</a>{{/help}}"#

    /// The hidden field of every form.
    static let token = #"<input type="hidden" name="formToken" value="{{formToken}}">"#
}
