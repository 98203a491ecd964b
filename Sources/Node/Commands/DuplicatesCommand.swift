import ArgumentParser
import Features

struct DuplicatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates", abstract: "重复学籍：分组、比对、要求补充材料、统计 / the desk for doubles",
        discussion: """
            列表中的姓名和号码部分隐去；open 显示全部，并记入操作记录。裁定用 problem rule，一次一对。
            例 / example: xueji duplicates list --status overdue --province 440000 --data /srv/centre
            """,
        subcommands: [List.self, Open.self, Ask.self, Statistics.self], defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "重复学籍的组，按分值和时间排列 / groups, ranked")

        @Option(help: ArgumentHelp("id_dup、nsd_dup 或 nsd_cross", valueName: "kind")) var kind: String?
        @Option(help: ArgumentHelp("含有该省的学生 / with a member in the province", valueName: "unit")) var province: String?
        @Option(help: ArgumentHelp("至少已开放几天 / open for at least", valueName: "days")) var days: Int?
        @Option(help: ArgumentHelp("open、overdue 或 decided", valueName: "status")) var status: String?
        @Option(help: ArgumentHelp("最多几组 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("跳过几组 / pass over", valueName: "count")) var from: Int?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("duplicates.list", [
                "kind": kind, "province": province, "days": days.map(String.init), "status": status, "limit": limit.map(String.init),
                "from": from.map(String.init),
            ])
            printout.show(try await ask(call) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("groups", "组"), ("group", "组号"), ("label", "类别"), ("status", "状态"), ("settledAt", "处理时间"), ("how", "结果"), ("days", "天数"), ("score", "分值"),
                ("authority", "共同主管"), ("members", "成员"),
            ])
            return .done
        }
    }

    struct Open: Verb {
        static let configuration = CommandConfiguration(commandName: "open", abstract: "一组并列比对，记入操作记录 / one group side by side")

        @Argument(help: ArgumentHelp("组号 / group", valueName: "group")) var group: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("duplicates.open", ["group": group])), columns: [
                ("members", "成员"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("state", "状态"), ("number", "学籍号"),
                ("holder", "当前处理单位"), ("lines", "比对"), ("field", "指标"), ("values", "各份"), ("differs", "不同"), ("pairs", "配对"),
                ("first", "一份"), ("second", "另一份"), ("isOurs", "本单位裁定"), ("ruling", "裁定"),
            ])
            return .done
        }
    }

    struct Ask: Verb {
        static let configuration = CommandConfiguration(commandName: "ask", abstract: "要求学校补充材料 / ask a school for evidence")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("要求补充什么 / what is asked for", valueName: "text")) var text: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let call = VerbCall("duplicates.ask", ["dossier": dossier], body: .object(["text": .string(text)]))
            printout.show(try await NodeCaller(place).call(call), columns: [("done", "已办"), ("refused", "不予办理")])
            return .done
        }
    }

    struct Statistics: Verb {
        static let configuration = CommandConfiguration(commandName: "statistics", abstract: "按单位统计 / figures by unit")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("duplicates.statistics")), columns: [
                ("unit", "单位"), ("name", "名称"), ("open", "待处理"), ("overdue", "已超期"), ("decided", "已处理"), ("units", "单位"),
            ])
            return .done
        }
    }
}
