import GRDB
import Protocol
import Rules
import Store

/// 待办: what waits for me, what I sent away and where it is, what went wrong.
enum HomePage {
    static let pages: [Page] = [
        Page("home", .get, "/", title: "待办") { call in .page("home", try context(call)) },
    ]

    static let templates = [
        "home": """
            <h1>待办</h1>
            {{>notice}}
            <div data-live="on">
            {{#alarms}}<div class="note bad"><h2>{{title}}</h2><p>{{text}} <span class="soft">自 {{since}}，告警代码 {{code}}</span></p></div>{{/alarms}}
            <h2>等待本单位办理</h2>
            {{#hasWaiting}}<ul class="counts">{{#waiting}}<li><a href="{{href}}"><b>{{count}}</b>{{label}}</a></li>{{/waiting}}</ul>{{/hasWaiting}}
            {{^hasWaiting}}<p class="soft">没有等待本单位办理的事项。</p>{{/hasWaiting}}
            <h2>已送出，正在办理</h2>
            {{#hasAway}}<div class="scroll"><table><thead><tr><th scope="col">当前处理单位</th><th scope="col">状态</th><th scope="col" class="n">人数</th><th scope="col">最早自</th></tr></thead><tbody>
            {{#away}}<tr><td>{{holder}}</td><td>{{state}}</td><td class="n"><a href="{{href}}">{{count}}</a></td><td>{{since}}</td></tr>
            {{/away}}</tbody></table></div>{{/hasAway}}
            {{^hasAway}}<p class="soft">没有送出后尚未办结的事项。</p>{{/hasAway}}
            {{#hasNews}}<h2>转学近况</h2><ul>{{#news}}<li><a href="/transfers/{{transfer}}">{{name}}</a>：{{label}} <span class="soft small">{{at}}</span></li>{{/news}}</ul>{{/hasNews}}
            {{#hasTrouble}}<h2>需要留意</h2><ul class="counts">{{#trouble}}<li><a href="{{href}}"><b>{{count}}</b>{{label}}</a></li>{{/trouble}}</ul>{{/hasTrouble}}
            <h2>总数</h2>
            <ul class="counts">{{#totals}}<li><div><b>{{count}}</b>{{label}}</div></li>{{/totals}}</ul>
            </div>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let status = try call.ask("node.status", ["digest": "false"], as: StatusReport.self)
        let today = call.archive.surroundings.today
        let desk = try call.archive.read { try Desk(of: actor.unit, today: today, $0) }
        var context = Notice.done(call)
        context["alarms"] = status.alarms.map { ["code": $0.code, "title": AlarmTitle.of($0.code), "text": $0.text, "since": ShownTime.text($0.since)] }
        context["waiting"] = desk.waiting.map { item($0.label, $0.count, $0.href) }
        context["hasWaiting"] = !desk.waiting.isEmpty
        context["away"] = desk.away.map { away -> [String: Any] in
            [
                "holder": away.holder, "state": away.state.label, "count": ShownTime.count(away.count),
                "since": ShownTime.text(ChinaTime.text(away.since)), "href": "/students?state=\(away.state.rawValue)",
            ]
        }
        context["hasAway"] = !desk.away.isEmpty
        let news = try call.archive.read { try TransferNewsList.items(of: actor.unit, now: call.archive.surroundings.now(), $0) }
        context["news"] = news.map { item -> [String: Any] in
            ["transfer": item.transfer, "name": item.name, "label": item.label, "at": ShownTime.text(ChinaTime.text(item.at))]
        }
        context["hasNews"] = !news.isEmpty
        let trouble = status.counts.problems > 0 ? [item("问题学籍", status.counts.problems, "/students?problem=any")] : []
        context["trouble"] = trouble
        context["hasTrouble"] = !trouble.isEmpty
        context["totals"] = [
            ("学籍", status.counts.dossiers), (StudentStatus.present.label, status.counts.byStatus[StudentStatus.present.rawValue] ?? 0), ("正式学籍号（G）", status.counts.G), ("正式学籍号（J）", status.counts.J), ("临时学籍号（L）", status.counts.L),
        ].map { item($0.0, $0.1, "") }
        return context
    }

    private static func item(_ label: String, _ count: Int, _ href: String) -> [String: Any] {
        ["label": label, "count": ShownTime.count(count), "href": href]
    }
}

/// Counts of dossiers by who holds the pen, for a unit's home page.
struct Desk {
    struct Waiting: Sendable, Hashable {
        let label: String
        let count: Int
        let href: String
    }

    struct Away: Sendable, Hashable {
        let holder: String
        let state: RegistrationState
        let count: Int
        /// Seconds since 1970 of the oldest one's last step.
        let since: Int64
    }

    let waiting: [Waiting]
    let away: [Away]

    init(of unit: UnitCode, today: CalendarDate, _ reading: Reading) throws {
        let isSchool = reading.directory.tier(of: unit) == .school
        let held = try Row.fetchAll(
            reading.database, sql: "SELECT state, count(*) AS n FROM dossier WHERE holder = ? AND open_case = '' GROUP BY state", arguments: [unit.text])
        // At a school an enrolled pupil's pen rests; nothing waits.
        let cases = try Row.fetchAll(
            reading.database, sql: "SELECT open_case, count(*) AS n FROM dossier WHERE holder = ? AND open_case <> '' GROUP BY open_case",
            arguments: [unit.text]
        ).compactMap { row -> Waiting? in
            // Transfers are counted by their own table, which also has those whose pupil is elsewhere.
            guard let stand = Stand(rawValue: row["open_case"]), !stand.isTransfer else { return nil }
            return Waiting(label: stand.caseLabel, count: row["n"], href: OpenCases.desk(of: stand))
        }
        waiting = try Self.reminders(to: unit, today, reading) + Self.late(of: unit, isSchool: isSchool, today, reading) + Self.ending(of: unit, today, reading) + cases
            + TransferList.waiting(of: unit, today: today, reading) + held.compactMap { row in
            guard let state = RegistrationState(rawValue: row["state"]), !(isSchool && [.enrolled, .unchecked].contains(state)) else {
                return nil
            }
            return Waiting(label: Self.task(state), count: row["n"], href: "/review?state=\(state.rawValue)")
        }
        guard isSchool else {
            away = []
            return
        }
        away = try Row.fetchAll(
            reading.database,
            sql: """
                SELECT coalesce(holder, '') AS holder, state, count(*) AS n, min(entered_at) AS since FROM dossier
                WHERE home = ? AND (holder <> ? OR state = 'unchecked') AND state <> 'deleted' GROUP BY holder, state ORDER BY since
                """, arguments: [unit.text, unit.text]
        ).compactMap { row in
            guard let state = RegistrationState(rawValue: row["state"]) else { return nil }
            let holder = UnitCode(row["holder"])
            let name = state == .unchecked ? "等待查重" : reading.directory.unit(holder)?.name ?? holder.text
            return Away(holder: name, state: state, count: row["n"], since: row["since"] ?? 0)
        }
    }

    /// 催办: what an authority above wants finished by a day, while it is not (Q87).
    private static func reminders(to unit: UnitCode, _ today: CalendarDate, _ reading: Reading) throws -> [Waiting] {
        try OpenCaseReminders(reading: reading, today: today).received(by: unit).map { item in
            Waiting(
                label: "\(item.byName)催办：请在 \(ShownTime.date(item.day) ?? item.day) 前办结\(item.label)" + (item.isOver ? "（已过期限）" : ""), count: item.count,
                href: "/cases?holder=self" + (item.business.map { "&business=\($0)" } ?? ""))
        }
    }

    /// Suspensions that end soon or have ended: somebody has to ask for the return.
    private static func ending(of unit: UnitCode, _ today: CalendarDate, _ reading: Reading) throws -> [Waiting] {
        guard reading.directory.tier(of: unit) == .school else { return [] }
        let count = try SuspensionList.count(sight: unit, today: today, reading)
        return count == 0 ? [] : [Waiting(label: "休学将满或已满，请办理复学", count: count, href: "/suspensions")]
    }

    /// What has been with the unit for too long, or with others where it may do something about it (Q76).
    private static func late(of unit: UnitCode, isSchool: Bool, _ today: CalendarDate, _ reading: Reading) throws -> [Waiting] {
        let shown: [(OverrideList.Scope, String)] = isSchool
            ? [(.overdue, "已超期，可与当前处理单位联系")] : [(.ours, "提请强制干预，待本单位决定"), (.own, "已超期，请尽快办理")]
        return try shown.compactMap { scope, label in
            let count = try OverrideList.count(scope, sight: unit, today: today, reading)
            return count == 0 ? nil : Waiting(label: label, count: count, href: "/overrides?scope=\(scope.rawValue)")
        }
    }

    private static func task(_ state: RegistrationState) -> String {
        switch state {
        case .clean: "待学校审核"
        case .reviewed: "待上报"
        case .submitted: "待核办"
        case .returned: "被退回，待修改"
        case .problem: "问题学籍，待处理"
        case .deletionRequested: "待确认删除"
        default: state.label
        }
    }
}
