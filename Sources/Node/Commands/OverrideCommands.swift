import ArgumentParser
import Features

struct OverrideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "override", abstract: "超期与强制干预：学校提请，省级代为决定 / overdue business and overrides",
        discussion: """
            学籍注册和关键数据变更各有办理期限（工作日；policy get deadlines.registration、deadlines.keyData、calendar.holidays、calendar.workdays）。
            当前处理单位超期未办的，学生所在学校可以提请强制干预，由其上的省级（省级自己超期的，由国家）代为通过或退回。各方都会看到。
            例 / example: xueji override request 0f3c… --reason 已两次电话联系未办 --data /srv/school
                         xueji override approve 0f3c… --reason 材料齐全 --confirm --data /srv/province
            """,
        subcommands: [List.self, Request.self, DecisionVerb<Approve>.self, DecisionVerb<Return>.self], defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "超期的业务，最久的在前 / overdue business, longest first")

        @Option(help: ArgumentHelp("overdue、self（在本单位）、requested（已提请）或 ours（待本单位决定）", valueName: "scope")) var scope: String?
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("overrides.list", ["scope": scope, "limit": limit.map(String.init)])
            printout.show(try await ask(call) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("overrides", "业务"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("label", "环节"),
                ("holder", "当前处理单位"), ("due", "期限"), ("isOverdue", "已超期"), ("authority", "强制干预由谁决定"), ("request", "提请"),
            ])
            return .done
        }
    }

    struct Request: Verb {
        static let configuration = CommandConfiguration(
            commandName: "request", abstract: "学校提请强制干预（须已超期） / the school asks for an override")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("理由：何时、怎样联系过 / reason", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("overrides.request", ["dossier": dossier], body: .object(["reason": .string(reason)]))
            printout.show(try await ask(call), columns: [("done", "已办"), ("refused", "不予办理")])
            return .done
        }
    }

    enum Approve: OverrideDecision {
        static let name = "approve"
        static let abstract = "代替当前处理单位通过 / approve in the holder's stead"
    }

    enum Return: OverrideDecision {
        static let name = "return"
        static let abstract = "代替当前处理单位退回学校 / return in the holder's stead"
    }
}

/// What may be decided in the holder's stead; its word is also the decision's name in the API.
protocol OverrideDecision: Sendable {
    static var name: String { get }
    /// Chinese / English.
    static var abstract: String { get }
}

struct DecisionVerb<Decision: OverrideDecision>: Verb {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: Decision.name, abstract: Decision.abstract) }

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
    @Option(help: ArgumentHelp("理由 / reason", valueName: "text")) var reason: String
    @Flag(help: "确认代替当前处理单位作出决定 / confirm") var confirm = false
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let call = VerbCall("overrides.decide", ["dossier": dossier], body: .object([
            "decision": .string(Decision.name), "reason": .string(reason), "confirmed": .boolean(confirm),
        ]))
        printout.show(try await ask(call), columns: [("done", "已办"), ("refused", "不予办理")])
        return .done
    }
}
