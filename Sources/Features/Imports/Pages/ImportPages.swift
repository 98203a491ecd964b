import Protocol
import Rules
import Store

/// 学籍导入 and 导入结果 (Q50): a workbook in, progress row by row, findings grouped by rule, the marked workbook out.
enum ImportPages {
    static let pages: [Page] = [
        Page("imports", .get, "/imports", title: "导入", tiers: [.school], roles: [.registrar, .head]) { call in
            .page("imports", try list(call))
        },
        Page("imports.add", .post, "/imports", title: "导入", tiers: [.school], roles: [.registrar], handle: add),
        Page("imports.show", .get, "/imports/{job}", title: "导入结果", tiers: [.school], roles: [.registrar, .head]) { call in
            .page("import", try one(call))
        },
        Page("imports.marked", .get, "/imports/{job}/marked", title: "待修改的行", tiers: [.school], roles: [.registrar, .head]) { call in
            .file(try call.reply("imports.marked", ["job": call.parameters["job"] ?? ""]))
        },
        Page("templates", .get, "/templates/{version}", title: "空白模板", roles: [.registrar, .head]) { call in
            .file(try call.reply("imports.template", ["version": call.parameters["version"] ?? ""]))
        },
    ]

    static let templates = [
        "imports": """
            <h1>导入学生信息</h1>
            {{>notice}}
            <form method="post" action="/imports" enctype="multipart/form-data" data-drop>{{>token}}
            <div class="field"><label for="file">学生信息工作簿<span class="hint">xlsx 或 xls，最大50 MB；也可以把文件拖到这里</span></label><input id="file" name="file" type="file" accept=".xlsx,.xls" required></div>
            <p><label class="tick"><input type="checkbox" name="strict" value="true"> 有一行不合格就整份退回（默认只退回不合格的行）</label></p>
            <div class="acts"><button type="submit" name="act" value="import">导入</button><button type="submit" name="act" value="check" class="plain">只检查，不导入</button></div>
            </form>
            <p>空白模板：{{#versions}}<a href="/templates/{{.}}">{{.}} 版</a> {{/versions}}</p>
            <h2>导入结果</h2>
            <div data-live="on">{{#hasJobs}}<div class="scroll"><table><thead><tr><th scope="col">文件</th><th scope="col">时间</th><th scope="col">结果</th><th scope="col" class="n">导入</th><th scope="col" class="n">已有</th><th scope="col" class="n">问题学籍</th><th scope="col" class="n">退回</th></tr></thead><tbody>
            {{#jobs}}<tr><td><a href="/imports/{{job}}">{{fileName}}</a></td><td class="t">{{at}}</td><td><span class="tag {{tone}}">{{outcome}}</span></td><td class="n">{{accepted}}</td><td class="n">{{already}}</td><td class="n">{{problems}}</td><td class="n">{{failed}}</td></tr>
            {{/jobs}}</tbody></table></div>{{/hasJobs}}{{^hasJobs}}<p class="soft">还没有导入过。</p>{{/hasJobs}}</div>
            """,
        "import": """
            <h1>{{heading}}：{{fileName}}</h1>
            {{>notice}}
            <div data-live="{{live}}">
            <p><span class="tag {{tone}}">{{outcome}}</span> <span class="soft">{{at}}</span></p>
            {{#running}}<p><label for="rows">已处理 {{doneRows}} 行</label><progress id="rows"></progress></p><p class="soft">页面会自动更新；关掉页面也不影响导入。</p>{{/running}}
            {{#hasReport}}<ul class="counts"><li><div><b>{{rows}}</b>行</div></li><li><div><b>{{accepted}}</b>{{acceptedLabel}}</div></li><li><div><b>{{already}}</b>此前已导入</div></li><li><div><b>{{problems}}</b>其中问题学籍</div></li><li><div><b>{{failed}}</b>退回修改</div></li></ul>
            {{#hasMarked}}<p><a class="button" href="/imports/{{job}}/marked">下载待修改的行</a></p><p class="soft">表中标出了每个要改的单元格和原因。改好后直接再次导入这份表即可，已导入的学生不会重复建籍。</p>{{/hasMarked}}
            {{#groups}}<h2>{{message}} <span class="tag {{tone}}">{{severity}} {{count}}</span></h2><p>{{remedy}}{{>help-link}}</p>
            {{#hasCells}}<p class="code">{{cells}}{{#more}} 等另 {{.}} 处{{/more}}</p>{{/hasCells}}{{/groups}}
            {{^hasFindings}}<p>没有发现问题。</p>{{/hasFindings}}{{/hasReport}}
            </div>
            <p><a href="/imports">回到导入</a></p>
            """,
    ]

    private static func list(_ call: PageCall) throws -> [String: Any] {
        let jobs = try call.ask("imports.list", as: ImportOperations.List.self).jobs
        return [
            "versions": Template.Version.allCases.map(\.rawValue), "hasJobs": !jobs.isEmpty,
            "jobs": jobs.map { job -> [String: Any] in
                let report = job.report
                func shown(_ value: Int?) -> String { value.map(ShownTime.count) ?? "–" }
                return [
                    "job": job.job, "fileName": job.fileName, "at": ShownTime.text(job.createdAt),
                    "outcome": label(report?.outcome ?? .pending), "tone": tone(report?.outcome ?? .pending),
                    "accepted": shown(report?.accepted), "already": shown(report?.already), "problems": shown(report?.problems),
                    "failed": shown(report?.failed),
                ]
            },
        ]
    }

    private static func add(_ call: PageCall) throws -> PageReply {
        do {
            guard let upload = call.upload, !upload.name.isEmpty else {
                throw Refusal("file.missing", question: "Q50", "没有选择文件。", remedy: "请选择学生信息工作簿。", kind: .usage)
            }
            guard call.field("act") == "check" else {
                let job = try call.ask(
                    "imports.add", ["strict": call.field("strict") ?? "false"], upload: upload, as: ImportOperations.Progress.self)
                return .redirect("/imports/\(job.job)")
            }
            var context = shown(try call.ask("imports.check", upload: upload, as: ImportReport.self))
            context.merge([
                "heading": "检查结果（没有导入）", "fileName": upload.name, "live": "off", "at": "", "acceptedLabel": "可以导入",
            ]) { $1 }
            return .page("import", context)
        } catch let refusal as Refusal {
            var context = try list(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("imports", context)
        }
    }

    private static func one(_ call: PageCall) throws -> [String: Any] {
        let job = try call.ask("imports.show", ["job": call.parameters["job"] ?? ""], as: ImportOperations.Progress.self)
        var context: [String: Any] = [
            "heading": "导入结果", "job": job.job, "fileName": job.fileName, "at": ShownTime.text(job.createdAt),
            "acceptedLabel": "已导入",
        ]
        if let report = job.report {
            context.merge(shown(report)) { $1 }
            context["hasMarked"] = report.marked != nil
            context["live"] = "ended"
        } else {
            context.merge([
                "running": true, "doneRows": ShownTime.count(job.doneRows), "outcome": label(.pending), "tone": "", "live": "on",
            ]) { $1 }
        }
        return context
    }

    private static func shown(_ report: ImportReport) -> [String: Any] {
        [
            "hasReport": true, "outcome": label(report.outcome), "tone": tone(report.outcome), "rows": ShownTime.count(report.rows),
            "accepted": ShownTime.count(report.accepted), "already": ShownTime.count(report.already),
            "problems": ShownTime.count(report.problems), "failed": ShownTime.count(report.failed),
            "groups": FindingGroup.groups(report.findings).map(\.shown), "hasFindings": !report.findings.isEmpty,
        ]
    }

    private static func label(_ outcome: ImportReport.Outcome) -> String {
        switch outcome {
        case .success: "成功"
        case .failed: "失败"
        case .templateMismatch: "不符合模板"
        case .pending: "待处理"
        }
    }

    private static func tone(_ outcome: ImportReport.Outcome) -> String {
        switch outcome {
        case .success: "good"
        case .failed, .templateMismatch: "bad"
        case .pending: "warn"
        }
    }
}

/// Findings of one rule with one message, and the cells they are about.
struct FindingGroup {
    /// Cells named on the page; the marked workbook has them all.
    static let shownCells = 40

    let first: ImportReport.Item
    var cells: [String] = []
    var count = 0

    /// The gravest first, then by number.
    static func groups(_ findings: [ImportReport.Item]) -> [FindingGroup] {
        var groups: [String: FindingGroup] = [:]
        for item in findings {
            var group = groups[item.rule + item.message] ?? FindingGroup(first: item)
            group.count += 1
            if let cell = item.cell ?? item.row.map({ "第\($0)行" }) { group.cells.append(cell) }
            groups[item.rule + item.message] = group
        }
        return groups.values.sorted {
            ($0.gravity, -$0.count, $0.first.rule, $0.first.message) < ($1.gravity, -$1.count, $1.first.rule, $1.first.message)
        }
    }

    private var severity: Finding.Severity? { Finding.Severity(rawValue: first.severity) }
    private var gravity: Int { severity.flatMap { Finding.Severity.allCases.firstIndex(of: $0) } ?? 9 }

    var shown: [String: Any] {
        var shown: [String: Any] = [
            "message": first.message, "remedy": first.remedy, "count": "\(count) 处",
            "severity": label, "tone": severity == .error ? "bad" : severity == .problem ? "warn" : "",
            "hasCells": !cells.isEmpty, "cells": cells.prefix(Self.shownCells).joined(separator: "、"),
        ]
        shown.merge(HelpChapter.link(first.question)) { $1 }
        if cells.count > Self.shownCells { shown["more"] = cells.count - Self.shownCells }
        return shown
    }

    private var label: String {
        switch severity {
        case .error: "错误"
        case .problem: "问题学籍"
        case .warning: "警告"
        case .notice, nil: "提示"
        }
    }
}
