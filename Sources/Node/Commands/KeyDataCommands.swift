import ArgumentParser
import Features

struct KeyDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key-data", abstract: "关键数据变更：申请、审核、核办 / changes of key data",
        discussion: """
            受控字段由省、市、县设定（policy set fields.controlled …），三级都设定后才能申请。先用 attach 上传证明材料。
            例 / example: xueji key-data apply 0f3c… --set 姓名=张玮 --reason 户籍更名 --data /srv/school
            """,
        subcommands: [
            List.self, Fields.self, Apply.self, CaseVerb<Withdraw>.self, CaseVerb<Submit>.self, CaseVerb<Forward>.self,
            ReasonedCaseVerb<Return>.self, SingleCaseVerb<Approve>.self,
        ], defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "正在办理的变更 / changes under way")

        @Option(help: ArgumentHelp("self：只看待本单位处理的 / only what waits for the unit", valueName: "who")) var holder: String?
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("keyData.list", ["holder": holder, "limit": limit.map(String.init)])
            printout.show(try await ask(call) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("changes", "变更"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("label", "环节"),
                ("since", "自"), ("holder", "当前处理单位"), ("check", "查重"), ("problems", "问题"),
            ])
            return .done
        }
    }

    struct Fields: Verb {
        static let configuration = CommandConfiguration(commandName: "fields", abstract: "受控字段，以及尚未设置的部门 / controlled fields")

        @Option(help: ArgumentHelp("学校标识码 / school code", valueName: "code")) var school: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(
                try await ask(VerbCall("keyData.fields", ["school": school])), columns: [("fields", "受控字段"), ("unset", "尚未设置")])
            return .done
        }
    }

    struct Apply: Verb {
        static let configuration = CommandConfiguration(commandName: "apply", abstract: "申请变更，或修改未审核的申请 / apply, or mend")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(name: .customLong("set"), help: ArgumentHelp("列名=新内容，可重复 / column=text", valueName: "column=text")) var changes: [String]
        @Option(help: ArgumentHelp("说明 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            try await CaseApplication.send("keyData.apply", dossier, reason, place, printout, changes: try CaseApplication.changes(changes))
        }
    }

    enum Withdraw: CaseStep {
        static let (name, operation) = ("withdraw", "keyData.withdraw")
        static let abstract = "撤回未审核的申请 / take back"
    }

    enum Submit: CaseStep {
        static let (name, operation) = ("submit", "keyData.submit")
        static let abstract = "学校审核并提交 / school review"
    }

    enum Forward: CaseStep {
        static let (name, operation) = ("forward", "keyData.forward")
        static let abstract = "转报上级（变更后与他人重复时） / pass on"
    }

    enum Return: CaseStep {
        static let (name, operation) = ("return", "keyData.return")
        static let abstract = "退回学校，须写明原因 / return with a reason"
    }

    enum Approve: CaseStep {
        static let (name, operation) = ("approve", "keyData.approve")
        static let abstract = "变更通过（一次一份） / approve, one at a time"
    }
}
