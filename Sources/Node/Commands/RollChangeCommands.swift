import ArgumentParser
import Features

struct RollChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "学籍异动：休学、复学、辍学、离校、出国、跳级、死亡等（转学除外） / roll changes other than transfers",
        discussion: """
            学籍管理员申请（先用 attach 上传证明材料），学籍主管领导审核（submit），主管部门核办（approve 或 return）；核办之前学校可以收回（recall）。
            例 / example: xueji change show 0f3c… --data /srv/school
                         xueji change apply 0f3c… --kind suspend --cause 疾病 --date 2026-09-01 --until 2027-08-31 --data /srv/school
            """,
        subcommands: [
            Show.self, Apply.self, SingleCaseVerb<Withdraw>.self, SingleCaseVerb<Submit>.self, SingleCaseVerb<Recall>.self, Return.self, Correct.self,
            SingleCaseVerb<Approve>.self, List.self, Ending.self,
        ], defaultSubcommand: List.self)

    struct Show: Verb {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "该生能办哪些异动，不能办的为什么 / what is possible for a pupil, and why the rest is not")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("rollChanges.show", ["dossier": dossier])), columns: [
                ("statusLabel", "学生状态"), ("since", "自"), ("until", "至"), ("open", "在办"), ("choices", "异动"), ("kind", "类别"), ("code", "代码"),
                ("label", "名称"), ("isAllowed", "可办"), ("why", "不能办的原因"), ("changes", "已办"), ("date", "日期"), ("decidedAt", "办结"),
            ])
            return .done
        }
    }

    struct Apply: Verb {
        static let configuration = CommandConfiguration(commandName: "apply", abstract: "申请，或修改未审核的申请 / apply, or mend")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("suspend、resume、dropOut、returnToSchool、leave、quit、expel、goAbroad、returnFromAbroad、skipGrade、repeatGrade、death", valueName: "kind")) var kind: String
        @Option(help: ArgumentHelp("异动原因，代码或名称 / cause", valueName: "cause")) var cause: String?
        @Option(help: ArgumentHelp("自哪一天起 / from which day", valueName: "YYYY-MM-DD")) var date: String
        @Option(help: ArgumentHelp("休学到哪一天 / last day of a suspension", valueName: "YYYY-MM-DD")) var until: String?
        @Option(help: ArgumentHelp("前往国家或地区 / country", valueName: "country")) var country: String?
        @Option(name: .customLong("class"), help: ArgumentHelp("就读的班号 / class", valueName: "class")) var classCode: String?
        @Option(help: ArgumentHelp("说明 / explanation", valueName: "text")) var reason: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let given = [
                "kind": kind, "cause": cause, "date": date, "until": until, "country": country, "class": classCode, "reason": reason,
            ].compactMapValues { $0.map(JSONValue.string) }
            printout.show(
                try await ask(VerbCall("rollChanges.apply", ["dossier": dossier], body: .object(given))),
                columns: [("done", "已办"), ("notices", "提示")])
            return .done
        }
    }

    struct Return: Verb {
        static let configuration = CommandConfiguration(commandName: "return", abstract: "退回学校，须写明原因 / return with a reason")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("退回原因 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("rollChanges.return", ["dossier": dossier], body: .object(["reason": .string(reason)]))
            printout.show(try await ask(call), columns: [("done", "已办"), ("refused", "不予办理")])
            return .done
        }
    }

    struct Correct: Verb {
        static let configuration = CommandConfiguration(commandName: "correct", abstract: "主管部门更正登记有误的死亡，须写明原因 / take back a death entered by error")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("更正原因 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("rollChanges.correct", ["dossier": dossier], body: .object(["reason": .string(reason)]))
            printout.show(try await ask(call), columns: [("done", "已办"), ("refused", "不予办理")])
            return .done
        }
    }

    struct List: Verb {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "按类别、时间、单位查询，可导出工作簿（Q77） / by kind, period and unit; as a workbook",
            discussion: "例 / example: xueji change list --kind suspend --from 2026-09-01 --out 休学.xlsx --data /srv/school")

        @Option(help: ArgumentHelp("异动类别 / kind", valueName: "kind")) var kind: String?
        @Option(help: ArgumentHelp("open（在办）或 approved（已通过）", valueName: "state")) var state: String?
        @Option(help: ArgumentHelp("最早日期 / first day", valueName: "YYYY-MM-DD")) var from: String?
        @Option(help: ArgumentHelp("最晚日期 / last day", valueName: "YYYY-MM-DD")) var to: String?
        @Option(help: ArgumentHelp("学段：1 小学、2 初中、3 高中 / stage", valueName: "stage")) var stage: String?
        @Option(help: ArgumentHelp("所辖单位 / a unit below", valueName: "unit")) var below: String?
        @Option(help: ArgumentHelp("self：只看待本单位处理的 / only what waits for the unit", valueName: "who")) var holder: String?
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("上一页的 next / next page", valueName: "next")) var after: String?
        @Option(help: ArgumentHelp("写成工作簿 / write a workbook", valueName: "file")) var out: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var asked: [String: String?] = [
                "kind": kind, "state": state, "from": from, "to": to, "stage": stage, "unit": below, "holder": holder,
            ]
            if let out {
                let bytes = try await NodeCaller(place).raw(VerbCall("rollChanges.workbook", asked))
                try FileBytes.write(bytes, to: out)
                printout.show(.object(["file": .string(out), "bytes": .integer(Int64(bytes.count))]), columns: [("file", "文件"), ("bytes", "字节")])
                return .done
            }
            asked["limit"] = limit.map(String.init)
            asked["after"] = after
            printout.show(try await ask(VerbCall("rollChanges.list", asked)) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("next", "下一页"), ("changes", "异动"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("code", "代码"), ("label", "类别"),
                ("cause", "原因"), ("date", "日期"), ("until", "截止日期"), ("stand", "办理状态"), ("holder", "当前处理单位"), ("due", "期限"), ("isLate", "迟报"),
            ])
            return .done
        }
    }

    struct Ending: Verb {
        static let configuration = CommandConfiguration(commandName: "ending", abstract: "休学将满和已满的学生 / suspensions near their end or past it")

        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("上一页的 next / next page", valueName: "next")) var after: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("rollChanges.ending", ["limit": limit.map(String.init), "after": after])
            printout.show(try await ask(call) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("suspensions", "休学"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("until", "休学至"),
                ("daysLeft", "还有几天"), ("openCase", "在办业务"),
            ])
            return .done
        }
    }

    enum Withdraw: CaseStep {
        static let (name, operation) = ("withdraw", "rollChanges.withdraw")
        static let abstract = "撤回未审核的申请 / take back"
    }

    enum Submit: CaseStep {
        static let (name, operation) = ("submit", "rollChanges.submit")
        static let abstract = "学校审核并提交 / school review"
    }

    enum Recall: CaseStep {
        static let (name, operation) = ("recall", "rollChanges.recall")
        static let abstract = "收回已提交、主管部门尚未核办的申请 / take back what is not decided yet"
    }

    enum Approve: CaseStep {
        static let (name, operation) = ("approve", "rollChanges.approve")
        static let abstract = "核办通过（一次一份） / approve, one at a time"
    }
}
