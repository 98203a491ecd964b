import ArgumentParser
import Features

struct StudentsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "students", abstract: "学生查询 / pupils of the unit's subtree",
        discussion: "例 / example: xueji students --state problem --limit 50 --data /srv/county")

    @Option(help: ArgumentHelp("学校标识码 / school code", valueName: "code")) var school: String?
    @Option(name: .customLong("class"), help: ArgumentHelp("班号 / class code", valueName: "code")) var classCode: String?
    @Option(help: ArgumentHelp("状态：draft unchecked clean problem reviewed submitted enrolled …", valueName: "state"))
    var state: String?
    @Option(help: ArgumentHelp("学生状态：present suspended droppedOut left abroad dead", valueName: "status"))
    var status: String?
    @Option(help: ArgumentHelp("问题类别，或 any / kind of problem, or any", valueName: "kind")) var problem: String?
    @Option(help: ArgumentHelp("姓名开头或号码 / name prefix or number", valueName: "text")) var search: String?
    @Option(help: ArgumentHelp("self：只看待本单位处理的 / only what waits for the unit", valueName: "who")) var holder: String?
    @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
    @Option(help: ArgumentHelp("接着上一页的 next / go on after", valueName: "next")) var after: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let answer = try await ask(call()) { ($0["total"]?.count ?? 0) > 0 }
        printout.show(answer, columns: [
            ("total", "总数"), ("next", "下一页"), ("students", "学生"), ("dossier", "档案"), ("name", "姓名"), ("school", "学校"),
            ("class", "班号"), ("state", "状态"), ("number", "学籍号"), ("holder", "当前处理单位"), ("problems", "问题"),
        ])
        return .done
    }

    /// A name or number travels in the body: addresses are written into logs.
    private func call() -> VerbCall {
        let filter = [
            "school": school, "class": classCode, "state": state, "status": status, "problem": problem, "holder": holder, "after": after,
        ]
        guard let search else {
            return VerbCall("students.list", filter.merging(["limit": limit.map(String.init)]) { $1 })
        }
        var body = filter.compactMapValues { $0.map { JSONValue.string($0) } }
        body["search"] = .string(search)
        body["limit"] = limit.map { .integer(Int64($0)) }
        return VerbCall("students.search", body: .object(body))
    }
}

struct WhyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "一份档案走过的路 / one record's path through the tiers")

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("students.why", ["dossier": dossier])), columns: [
            ("dossier", "档案"), ("state", "状态"), ("holder", "当前处理单位"), ("number", "学籍号"), ("steps", "步骤"), ("kind", "步骤"),
            ("by", "单位"), ("at", "时间"), ("void", "无效"), ("seen", "到达"), ("unit", "单位"), ("tier", "层级"),
            ("storedAt", "存入"), ("appliedAt", "生效"), ("dropped", "已放弃"), ("reason", "理由"),
        ])
        return .done
    }
}

/// One step for some dossiers. With `--wait` what is refused is tried again until the time is over: a verdict may be on
/// its way.
struct StepRun {
    let place: PlaceOptions
    let dossiers: [String]
    let call: ([String]) -> VerbCall

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let caller = NodeCaller(place)
        let end = SystemSurroundings.monotonicSeconds() + (place.wait ?? 0)
        var done: [JSONValue] = []
        var left = dossiers
        var refused: [JSONValue] = []
        while true {
            let answer = try await caller.call(call(left))
            done += answer["done"]?.items ?? []
            refused = answer["refused"]?.items ?? []
            left = refused.compactMap { $0["dossier"]?.text }
            guard !left.isEmpty, SystemSurroundings.monotonicSeconds() < end else { break }
            try await SystemSurroundings.sleep(0.5)
        }
        printout.show(
            .object(["done": .array(done), "refused": .array(refused)]),
            columns: [("done", "已办"), ("refused", "不予办理"), ("dossier", "档案"), ("code", "代码"), ("message", "原因"), ("remedy", "办法")])
        guard !refused.isEmpty else { return .done }
        return (place.wait ?? 0) > 0 ? .timedOut : .refused
    }

    static func batch(_ operation: String, _ dossiers: [String], reason: String? = nil) -> VerbCall {
        var body: [String: JSONValue] = ["dossiers": .array(dossiers.map { .string($0) })]
        if let reason { body["reason"] = .string(reason) }
        return VerbCall(operation, body: .object(body))
    }
}

struct ReviewCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "review", abstract: "学校审核 / school review")

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try await StepRun(place: place, dossiers: dossiers) { StepRun.batch("students.review", $0) }.perform(printout)
    }
}

struct SubmitCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "submit", abstract: "上报主管部门 / submit to the authority")

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try await StepRun(place: place, dossiers: dossiers) { StepRun.batch("students.submit", $0) }.perform(printout)
    }
}

struct ApproveCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "approve", abstract: "核准，给临时学籍号 / approve")

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try await StepRun(place: place, dossiers: dossiers) { StepRun.batch("students.approve", $0) }.perform(printout)
    }
}

struct ReturnCommand: Verb {
    static let configuration = CommandConfiguration(commandName: "return", abstract: "退回学校，须写明原因 / return with a reason")

    @Option(help: ArgumentHelp("退回原因 / reason", valueName: "text")) var reason: String
    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try await StepRun(place: place, dossiers: dossiers) { StepRun.batch("students.return", $0, reason: reason) }
            .perform(printout)
    }
}

struct DeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "删除一份未上报的学籍（不可批量，Q59） / delete one dossier")

    @Argument(help: ArgumentHelp("档案编号，只能一个", valueName: "dossier")) var dossiers: [String]
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        guard dossiers.count == 1 else {
            throw Refusal("delete.bulk", question: "Q59", "不可批量删除学生", remedy: "请逐个删除。")
        }
        return try await StepRun(place: place, dossiers: dossiers) { VerbCall("students.delete", ["dossier": $0.first]) }
            .perform(printout)
    }
}
