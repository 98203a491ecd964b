import Mustache
import Rules
import Store

/// Everything a browser can ask for, one line a business, and what it looks like.
public enum ConsolePages {
    public static let all: [Page] = [
        SignInPages.pages,
        HomePage.pages,
        StudentPages.pages,
        StudentPage.pages,
        ProblemPages.pages,
        KeyDataPages.pages,
        RollChangePages.pages, OpenCasePages.pages,
        OverridePages.pages,
        InquiryPages.pages,
        AttestationPages.pages,
        TransferPages.pages,
        DuplicatePages.pages,
        ImportPages.pages,
        ClassPages.pages,
        RosterPage.pages,
        OverviewPage.pages,
        FigurePage.pages,
        DirectoryPages.pages,
        SuspicionPages.pages,
        NodePages.pages,
        SettingsPages.pages,
        AccountPages.pages,
        AuditPage.pages,
        HelpPages.pages,
        CertificatePage.pages,
    ].flatMap { $0 }

    static let texts: [String: String] = [
        SignInPages.templates, HomePage.templates, StudentPages.templates, StudentPage.templates, ProblemPages.templates,
        KeyDataPages.templates, RollChangePages.templates, OpenCasePages.templates, RollChangeForm.templates, OverridePages.templates, DuplicatePages.templates, ImportPages.templates, ClassPages.templates, RosterPage.templates, OverviewPage.templates,
        FigurePage.templates, DirectoryPages.templates, NodePages.templates, SettingsPages.templates, AccountPages.templates,
        TransferPages.templates, AuditPage.templates, HelpPages.templates, SuspicionPages.templates, CertificatePage.templates,
        InquiryPages.templates, AttestationPages.templates,
        ["problem": "<h1>{{title}}</h1>{{>notice}}{{#request}}<p class=\"small\">请求编号 {{.}}</p>{{/request}}<p><a href=\"/\">回到首页</a></p>"],
    ].reduce(into: [:]) { all, some in all.merge(some) { $1 } }

    /// All templates, parsed once.
    /// - Throws: `MustacheTemplate.ParserError` naming line and column; a test parses them.
    public static func library() throws -> MustacheLibrary {
        var library = MustacheLibrary()
        try library.register(ConsoleLayout.text, named: "layout")
        try library.register(ConsoleLayout.notice, named: "notice")
        try library.register(ConsoleLayout.token, named: "token")
        try library.register(ConsoleLayout.helpLink, named: "help-link")
        for (name, text) in StudentPages.partials.merging(TransferPages.partials, uniquingKeysWith: { $1 }) { try library.register(text, named: name) }
        for (name, text) in texts {
            try library.register("{{<layout}}{{$main}}\(text){{/main}}{{/layout}}", named: name)
        }
        return library
    }

    /// What the layout itself shows.
    public static func frame(
        title: String, path: String, actor: Actor?, mustChangePassword: Bool, formToken: String, version: String, _ reading: Reading
    ) throws -> [String: Any] {
        let code = try actor?.unit ?? reading.ownUnit()
        let unit = code.flatMap { reading.directory.unit($0) }
        var frame: [String: Any] = [
            "title": title, "unitName": unit?.name ?? code?.text ?? "未初始化的节点", "version": version, "formToken": formToken,
            "style": ConsoleAssets.style.path, "script": ConsoleAssets.script.path,
        ]
        if let unit { frame["tierLabel"] = unit.tier.label }
        guard let actor else { return frame }
        frame["account"] = actor.account
        frame["roleLabels"] = Role.allCases.filter { actor.roles.contains($0) }.map(\.label).joined(separator: "、")
        if !mustChangePassword {
            frame["hasNavigation"] = true
            frame["navigation"] = Navigation.groups(for: actor, tier: unit?.tier ?? .school, at: path)
        }
        return frame
    }
}

extension Page {
    /// Whether a signed-in account may see it.
    public func isOpen(to actor: Actor, _ tier: Tier) -> Bool {
        (tiers?.contains(tier) ?? true) && (roles.isEmpty || !roles.isDisjoint(with: actor.roles))
    }
}
