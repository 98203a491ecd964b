import ArgumentParser
import Features
import Rules
import Sheets

struct TransferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer", abstract: "转学：申请、审核、同意、退回、撤销 / transfers",
        discussion: """
            由转入学校申请：先写转出学校，再写姓名和学籍号（或身份证号）。每一环节由“当前处理单位”逐件办理，最后由共同上级的节点自动调档。
            例 / example: xueji transfer apply --from 2143000001 --name 张伟 --number G… --cohort 20221 --date 20260910 --reason 随父母迁居 --data /srv/school
            """,
        subcommands: [
            List.self, TransferExport.self, TransferStatistics.self, Show.self, Apply.self, Amend.self, TransferAttachVerb.self, TransferStepVerb<Submit>.self, Approve.self, ReasonedTransferVerb<Return>.self,
            ReasonedTransferVerb<Withdraw>.self, ReasonedTransferVerb<Request>.self, TransferDecision.self,
        ], defaultSubcommand: List.self)

    static let columns = [("transfer", "申请"), ("state", "状态"), ("station", "环节"), ("holder", "当前处理单位")]

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "与本单位有关的转学 / transfers that concern the unit")

        @Option(help: ArgumentHelp("in（转入）或 out（转出）", valueName: "direction")) var direction: String?
        @Option(help: ArgumentHelp("prepared、underWay、returned、withdrawn 或 completed", valueName: "state")) var state: String?
        @Option(help: ArgumentHelp("self：只看待本单位处理的 / only what waits for the unit", valueName: "who")) var holder: String?
        @Flag(help: "只看超期的 / overdue only") var overdue = false
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("上一页的 next / next page", valueName: "next")) var after: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("transfers.list", [
                "direction": direction, "state": state, "holder": holder, "overdue": overdue ? "yes" : nil, "limit": limit.map(String.init), "after": after,
            ])
            printout.show(try await ask(call) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("transfers", "转学"), ("transfer", "申请"), ("name", "姓名"), ("releasingName", "转出学校"),
                ("receivingName", "转入学校"), ("label", "状态"), ("station", "环节"), ("holder", "当前处理单位"), ("due", "期限"), ("reason", "原因"), ("next", "下一页"),
            ])
            return .done
        }
    }

    struct Show: Verb {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "一件转学：环节和经过 / one transfer")

        @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("transfers.show", ["transfer": transfer])), columns: [
                ("transfer", "转学"), ("name", "姓名"), ("station", "环节"), ("holder", "当前处理单位"), ("since", "自"),
                ("due", "期限"), ("stations", "环节"), ("unitName", "单位"), ("place", "进度"), ("events", "经过"), ("at", "时间"),
                ("byName", "办理单位"), ("reason", "原因"), ("attachments", "附件"), ("label", "状态或材料"), ("hash", "编号"), ("here", "在本节点"),
                ("missing", "还缺材料"), ("acts", "可以办理"),
            ])
            return .done
        }
    }

    struct Form: ParsableArguments {
        @Option(help: ArgumentHelp("姓名 / name", valueName: "text")) var name: String
        @Option(help: ArgumentHelp("学籍号 / student number", valueName: "number")) var number: String?
        @Option(name: .customLong("id-number"), help: ArgumentHelp("身份证号（没有学籍号时） / ID number", valueName: "number")) var idNumber: String?
        @Option(help: ArgumentHelp("申请年级：入学年份加学段，例如 20221 / cohort", valueName: "cohort")) var cohort: String
        @Option(help: ArgumentHelp("转入日期 / date", valueName: "YYYYMMDD")) var date: String
        @Option(help: ArgumentHelp("转学原因 / reason", valueName: "text")) var reason: String
        @Option(help: ArgumentHelp("就读方式，默认走读 / day or boarding", valueName: "text")) var stay = "走读"

        var body: [String: JSONValue] {
            var body: [String: JSONValue] = [
                "name": .string(name), "cohort": .string(cohort), "date": .string(date), "reason": .string(reason), "stay": .string(stay),
            ]
            if let number { body["number"] = .string(number) }
            if let idNumber { body["idNumber"] = .string(idNumber) }
            return body
        }
    }

    struct Apply: Verb {
        static let configuration = CommandConfiguration(commandName: "apply", abstract: "转入学校申请 / the receiving school applies")

        @Option(help: ArgumentHelp("转出学校的学校标识码 / releasing school", valueName: "code")) var from: String
        @OptionGroup var form: Form
        @Option(help: ArgumentHelp("附件，可重复；可写明材料：residence=居住证明.jpg / a paper to go along", valueName: "paper=file"))
        var attach: [String] = []
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let papers = try attach.map(TransferAttachVerb.paper)
            var body = form.body
            body["releasing"] = .string(from)
            guard case .object(var answer) = try await ask(VerbCall("transfers.apply", body: .object(body))) else { return .refused }
            let transfer = answer["transfer"]?.text ?? ""
            for (paper, file) in papers {
                do {
                    let list = try await NodeCaller(place).call(TransferAttachVerb.call(transfer, file, paper))
                    answer["attachments"] = list["attachments"]
                } catch { throw Self.withoutPaper(transfer, file, VerbFailure(error)) }
            }
            printout.show(.object(answer), columns: columns + TransferAttachVerb.columns)
            return .done
        }

        /// The application is there, a paper of it is not.
        private static func withoutPaper(_ transfer: String, _ file: String, _ failure: VerbFailure) -> VerbFailure {
            var refusal = failure.refusal
            refusal.remedy += "申请已建立，材料 \(FileName.last(file)) 没有附上；改正后运行 xueji transfer attach \(transfer) 补附。"
            return VerbFailure(refusal, failure.status)
        }
    }

    struct Amend: Verb {
        static let configuration = CommandConfiguration(commandName: "amend", abstract: "修改未审核或被退回的申请 / mend")

        @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
        @OptionGroup var form: Form
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("transfers.amend", ["transfer": transfer], body: .object(form.body))
            printout.show(try await ask(call), columns: columns)
            return .done
        }
    }

    struct Approve: Verb {
        static let configuration = CommandConfiguration(commandName: "approve", abstract: "在当前环节同意，一次一件 / agree, one at a time")

        @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
        @Option(help: ArgumentHelp("转入主管部门核定的年级（两校学制不同时） / grade set", valueName: "cohort")) var cohort: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let body = JSONValue.object(cohort.map { ["cohort": .string($0)] } ?? [:])
            printout.show(try await ask(VerbCall("transfers.approve", ["transfer": transfer], body: body)), columns: columns)
            return .done
        }
    }

    enum Submit: CaseStep {
        static let (name, operation) = ("submit", "transfers.submit")
        static let abstract = "学校审核并提交 / school review"
    }

    enum Return: CaseStep {
        static let (name, operation) = ("return", "transfers.return")
        static let abstract = "退回转入学校，须写明原因 / return with a reason"
    }

    enum Request: CaseStep {
        static let (name, operation) = ("request", "transfers.request")
        static let abstract = "转入学校提请强制干预（须已超期） / the school asks for an override"
    }

    enum Withdraw: CaseStep {
        static let (name, operation) = ("withdraw", "transfers.withdraw")
        static let abstract = "转入学校撤销，办结之前 / take back"
    }
}

/// 强制干预 of one transfer.
struct TransferDecision: Verb {
    static let configuration = CommandConfiguration(
        commandName: "override", abstract: "代替当前处理单位同意或退回 / decide in the holder's stead")

    @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
    @Argument(help: ArgumentHelp("approve（同意）或 return（退回）", valueName: "decision")) var decision: String
    @Option(help: ArgumentHelp("理由 / reason", valueName: "text")) var reason: String
    @Flag(help: "确认代替当前处理单位作出决定 / confirm") var confirm = false
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let call = VerbCall("transfers.decide", ["transfer": transfer], body: .object([
            "decision": .string(decision), "reason": .string(reason), "confirmed": .boolean(confirm),
        ]))
        printout.show(try await ask(call), columns: TransferCommand.columns)
        return .done
    }
}

/// A step of one transfer.
struct TransferStepVerb<Step: CaseStep>: Verb {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: Step.name, abstract: Step.abstract) }

    @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall(Step.operation, ["transfer": transfer])), columns: TransferCommand.columns)
        return .done
    }
}

/// The same with a reason.
struct ReasonedTransferVerb<Step: CaseStep>: Verb {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: Step.name, abstract: Step.abstract) }

    @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
    @Option(help: ArgumentHelp("原因 / reason", valueName: "text")) var reason: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let call = VerbCall(Step.operation, ["transfer": transfer], body: .object(["reason": .string(reason)]))
        printout.show(try await ask(call), columns: TransferCommand.columns)
        return .done
    }
}

/// A paper of the receiving school's application.
struct TransferAttachVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "转入学校给申请附材料，提交之前 / attach a paper, before it is submitted",
        discussion: "例 / example: xueji transfer attach 5d2c… 居住证明.jpg --paper residence --data /srv/school")

    static let columns: [Printout.Column] = [
        ("attachments", "附件"), ("label", "材料"), ("name", "文件名"), ("bytes", "字节"), ("hash", "编号"), ("at", "时间"), ("here", "在本节点"),
    ]

    @Argument(help: ArgumentHelp("申请编号", valueName: "transfer")) var transfer: String
    @Argument(help: ArgumentHelp("文件 / the file", valueName: "file")) var file: String
    @Option(help: ArgumentHelp("residence、household、guardian、work、consent 或 other", valueName: "paper")) var paper: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try FileBytes.mustExist(file)
        printout.show(try await NodeCaller(place).call(Self.call(transfer, file, paper)), columns: Self.columns)
        return .done
    }

    static func call(_ transfer: String, _ file: String, _ paper: String?) -> VerbCall {
        VerbCall("transfers.attach", ["transfer": transfer, "paper": paper], file: (file, FileName.last(file)))
    }

    /// `residence=居住证明.jpg`, or a file alone.
    static func paper(_ text: String) throws -> (paper: String?, file: String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let known = parts.count == 2 && TransferPaper(rawValue: parts[0]) != nil
        let file = known ? parts[1] : text
        try FileBytes.mustExist(file)
        return (known ? parts[0] : nil, file)
    }
}
