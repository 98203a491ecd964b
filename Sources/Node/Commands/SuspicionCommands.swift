import ArgumentParser
import Features

struct SuspicionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspicions", abstract: "疑似重复的学籍 / pupils who may be one child twice",
        discussion: """
            节点在后台查找，按可能性排列，不影响办理。search 要求尽快重新查找。
            例 / example: xueji suspicions --below 440106 --limit 20 --data /srv/centre
            """,
        subcommands: [List.self, Search.self], defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "最近一次查找的结果 / as last searched")

        @Option(help: ArgumentHelp("只看该单位之下 / only under this unit", valueName: "code")) var below: String?
        @Option(help: ArgumentHelp("最多几对 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("跳过几对 / pass over", valueName: "count")) var from: Int?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let answer = try await ask(VerbCall(
                "suspicions.list", ["below": below, "limit": limit.map(String.init), "from": from.map(String.init)]))
            printout.show(answer, columns: [
                ("registrations", "学籍数"), ("total", "疑似对数"), ("search", "查找"), ("state", "状态"), ("done", "已查"), ("waiting", "待查"),
                ("startedAt", "开始"), ("finishedAt", "完成"), ("suspicions", "疑似"), ("score", "分值"), ("one", "学生"), ("other", "学生"),
                ("dossier", "档案"), ("name", "姓名"), ("birthDate", "出生日期"), ("school", "学校"), ("reasons", "依据"), ("text", "说明"),
            ])
            return .done
        }
    }

    struct Search: Verb {
        static let configuration = CommandConfiguration(commandName: "search", abstract: "尽快重新查找 / search again soon")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await NodeCaller(place).call(VerbCall("suspicions.search")), columns: [("wanted", "已要求")])
            return .done
        }
    }
}
