import ArgumentParser
import Features

private enum AccountColumns {
    static let all: [Printout.Column] = [
        ("accounts", "账号"), ("unit", "单位"), ("account", "账号"), ("roles", "角色"), ("mustChange", "须改密码"), ("locked", "暂停登录"), ("asleep", "休眠"),
        ("lastSeen", "最近登录"), ("password", "一次性密码"), ("state", "状态"),
    ]
}

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "账号 / accounts", subcommands: [List.self, Add.self, Reset.self, Resets.self, Trail.self],
        defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "本单位账号 / accounts of the unit")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("accounts.list")), columns: AccountColumns.all)
            return .done
        }
    }

    struct Add: Verb {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "新增账号，显示一次性密码 / add an account",
            discussion: """
                角色 / roles: registrar head systemAdministrator mealRegistrar mealHead
                例 / example: xueji account add wang --role registrar --data /srv/school
                """)

        @Argument(help: ArgumentHelp("账号名", valueName: "account")) var name: String
        @Option(help: ArgumentHelp("角色，可重复 / role, repeatable", valueName: "role")) var role: [String] = ["registrar"]
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let body = JSONValue.object(["account": .string(name), "roles": .array(role.map { .string($0) })])
            printout.show(try await ask(VerbCall("accounts.add", body: body)), columns: AccountColumns.all)
            return .done
        }
    }

    struct Reset: Verb {
        static let configuration = CommandConfiguration(
            commandName: "reset", abstract: "重置密码，显示一次性密码 / give a new one-time password",
            discussion: """
                下级单位有自己的节点时，重置令随数据下达，到达后生效；用 account resets 查看是否到达。
                例 / example: xueji account reset admin --of 440106 --data /srv/province
                """)

        @Argument(help: ArgumentHelp("账号名，默认 admin", valueName: "account")) var name = AccountShelf.administrator
        @Option(help: ArgumentHelp("下级单位，默认本单位 / a unit below; default: the own", valueName: "unit")) var of: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(
                try await ask(VerbCall("accounts.reset", ["account": name, "of": of])), columns: AccountColumns.all)
            return .done
        }
    }

    struct Resets: Verb {
        static let configuration = CommandConfiguration(
            commandName: "resets", abstract: "向下级下达、或上级下达的密码重置，及是否到达 / resets ordered from above, and whether they arrived",
            discussion: """
                状态 / state: sent 未到达，done 已生效，superseded 已有更新的重置，noAccount 没有该账号，notAbove 已不是上级，rebuilt 该单位已重新入网
                """)

        private static let columns: [Printout.Column] = [
            ("resets", "密码重置"), ("unit", "单位"), ("unitName", "名称"), ("account", "账号"), ("by", "下达单位"), ("at", "下达时间"), ("state", "状态"),
            ("arrivedAt", "到达时间"),
        ]

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("accounts.resets")), columns: Self.columns)
            return .done
        }
    }

    struct Trail: Verb {
        static let configuration = CommandConfiguration(
            commandName: "trail", abstract: "操作记录：本单位或下级单位 / the audit trail of this unit or one below",
            discussion: """
                下级单位有自己的节点时经链路索取，用 --wait 等待；状态 / state: here 本节点，answered 已取到，asked 已索取，away 该节点没有联系
                例 / example: xueji account trail --of 2144000001 --wait 60 --data /srv/county
                """)

        @Option(help: ArgumentHelp("下级单位，默认本单位 / a unit below; default: the own", valueName: "unit")) var of: String?
        @Option(help: ArgumentHelp("最多几条，默认 100 / at most so many lines", valueName: "number")) var limit: Int?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("audit.list", ["of": of, "limit": limit.map(String.init)])
            let answer = try await ask(call) { ["here", "answered"].contains($0["state"]?.text ?? "") }
            printout.show(answer, columns: [
                ("unit", "单位"), ("state", "状态"), ("answeredAt", "取到时间"), ("lastContact", "最近联系"), ("audit", "操作记录"), ("at", "时间"),
                ("account", "账号"), ("operation", "操作"), ("subject", "对象"), ("outcome", "结果"),
            ])
            return .done
        }
    }
}

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "开关与时间设置 / policies", subcommands: [List.self, Get.self, Set.self],
        defaultSubcommand: List.self)

    private static let columns: [Printout.Column] = [
        ("policies", "设置"), ("key", "键"), ("title", "名称"), ("value", "值"), ("setBy", "由谁设置"), ("version", "版本"),
    ]

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "现行设置及来源 / policies in force")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("policy.list")), columns: columns)
            return .done
        }
    }

    struct Get: Verb {
        static let configuration = CommandConfiguration(commandName: "get", abstract: "一项设置 / one policy")

        @Argument(help: ArgumentHelp("键", valueName: "key")) var key: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("policy.get", ["key": key])), columns: columns)
            return .done
        }
    }

    struct Set: Verb {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "为本单位及下属修改设置 / set for the subtree")

        @Argument(help: ArgumentHelp("键", valueName: "key")) var key: String
        @Argument(help: ArgumentHelp("值", valueName: "value")) var value: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let body = JSONValue.object(["value": .string(value)])
            printout.show(try await ask(VerbCall("policy.set", ["key": key], body: body)), columns: columns)
            return .done
        }
    }
}
