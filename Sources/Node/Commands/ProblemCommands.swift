import ArgumentParser
import Features

struct ProblemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "problem", abstract: "问题学籍处理：佐证、变更、删除、裁定 / problem records",
        discussion: """
            学校：evidence / change / delete，再 submit；主管部门：rule、approve、forward、return。
            例 / example: xueji problem list --data /srv/school
            """,
        subcommands: [
            List.self, Show.self, Evidence.self, Change.self, Delete.self, CaseVerb<Withdraw>.self, CaseVerb<Submit>.self, CaseVerb<Forward>.self,
            ReasonedCaseVerb<Return>.self, SingleCaseVerb<Approve>.self, Rule.self,
        ], defaultSubcommand: List.self)

    fileprivate static let columns: [Printout.Column] = [
        ("total", "总数"), ("next", "下一页"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("state", "状态"),
        ("holder", "当前处理单位"), ("problems", "问题"), ("openCase", "在办业务"), ("peers", "同组"), ("sex", "性别"), ("birthDate", "出生日期"),
        ("isSettled", "已裁定解除"), ("authority", "裁定单位"), ("ruling", "裁定"), ("returned", "退回原因"), ("answer", "公安核验"),
    ]

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "问题学籍列表 / problem records")

        @Option(help: ArgumentHelp("问题类别：id_dup nsd_dup id_bad", valueName: "kind")) var kind: String?
        @Option(help: ArgumentHelp("self：只看待本单位处理的 / only what waits for the unit", valueName: "who")) var holder: String?
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("接着上一页的 next / go on after", valueName: "next")) var after: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("problems.list", ["kind": kind, "holder": holder, "limit": limit.map(String.init), "after": after])
            printout.show(try await ask(call) { ($0["total"]?.count ?? 0) > 0 }, columns: ProblemCommand.columns)
            return .done
        }
    }

    struct Show: Verb {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "一份问题学籍：同组、裁定、材料 / one problem record")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("problems.show", ["dossier": dossier])), columns: ProblemCommand.columns)
            return .done
        }
    }

    struct Evidence: Verb {
        static let configuration = CommandConfiguration(
            commandName: "evidence", abstract: "填报佐证：本条属实（先用 attach 上传材料） / the record is right, a file shows it")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("说明 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            try await CaseApplication.send("problems.evidence", dossier, reason, place, printout)
        }
    }

    struct Change: Verb {
        static let configuration = CommandConfiguration(
            commandName: "change", abstract: "填报变更：更正错误的关键数据（先用 attach 上传材料） / mend a wrong datum",
            discussion: "例 / example: xueji problem change 0f3c… --set 身份证件号=440106201603050023 --reason 录入错误 --data /srv/school")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(name: .customLong("set"), help: ArgumentHelp("列名=新内容，可重复 / column=text", valueName: "column=text")) var changes: [String]
        @Option(help: ArgumentHelp("说明 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            try await CaseApplication.send("problems.change", dossier, reason, place, printout, changes: try CaseApplication.changes(changes))
        }
    }

    struct Delete: Verb {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "申请删除重复的一份，共同主管部门的节点自动办理 / have a double deleted")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("说明 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            try await CaseApplication.send("problems.delete", dossier, reason, place, printout)
        }
    }

    enum Withdraw: CaseStep {
        static let (name, operation) = ("withdraw", "problems.withdraw")
        static let abstract = "撤回尚未提交的申请 / take back what is only prepared"
    }

    enum Submit: CaseStep {
        static let (name, operation) = ("submit", "problems.submit")
        static let abstract = "学校审核并提交；变更须先查重 / school review"
    }

    enum Forward: CaseStep {
        static let (name, operation) = ("forward", "problems.forward")
        static let abstract = "转报上级主管部门 / pass to the superior authority"
    }

    enum Return: CaseStep {
        static let (name, operation) = ("return", "problems.return")
        static let abstract = "退回学校，须写明原因 / return with a reason"
    }

    enum Approve: CaseStep {
        static let (name, operation) = ("approve", "problems.approve")
        static let abstract = "变更通过（一次一份） / approve a change, one at a time"
    }

    struct Rule: Verb {
        static let configuration = CommandConfiguration(
            commandName: "rule", abstract: "裁定一对学籍（一次一对） / rule on a pair",
            discussion: """
                different 不是同一学生（身份证号相同时用 --uphold 指明号码属于谁）；same 同一学生重复注册，保留 --uphold 的一份；
                genuine 号码属实（同一档案写两次）。
                例 / example: xueji problem rule 0f3c… 9b1f… --finding same --uphold 0f3c… --reason 已核实 --data /srv/county
                """)

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var first: String
        @Argument(help: ArgumentHelp("另一份的档案编号", valueName: "dossier")) var second: String
        @Option(help: ArgumentHelp("different、same 或 genuine", valueName: "finding")) var finding: String
        @Option(help: ArgumentHelp("维持的一份 / who keeps number or registration", valueName: "dossier")) var uphold: String?
        @Option(help: ArgumentHelp("理由 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var body: [String: JSONValue] = [
                "first": .string(first), "second": .string(second), "finding": .string(finding), "reason": .string(reason),
            ]
            if let uphold { body["upheld"] = .string(uphold) }
            printout.show(try await ask(VerbCall("problems.rule", body: .object(body))), columns: [
                ("first", "一份"), ("second", "另一份"), ("label", "裁定"), ("upheld", "维持"), ("byName", "裁定单位"), ("reason", "理由"),
            ])
            return .done
        }
    }
}
