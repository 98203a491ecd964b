import ArgumentParser
import Features

struct OpenCasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases", abstract: "在办业务：已经开始而没有办完的，催办和清理（Q87） / flows begun and not finished",
        discussion: """
            例 / example: xueji cases --business rollChange --days 30 --data /srv/county
                         xueji cases remind --until 2027-06-30 --data /srv/county
                         xueji cases clear --business rollChange --data /srv/school
            """,
        subcommands: [List.self, Remind.self, Reminders.self, Clear.self], defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "逐件，或按当前处理单位合计 / each, or summed by holder")

        @Option(help: ArgumentHelp("rollChange、transfer、keyData、problem、registration 或 deletion", valueName: "business")) var business: String?
        @Option(help: ArgumentHelp("学校标识码 / school code", valueName: "code")) var school: String?
        @Option(help: ArgumentHelp("所辖单位 / a unit below", valueName: "unit")) var below: String?
        @Option(help: ArgumentHelp("在当前处理单位至少几天 / with its holder for at least so many days", valueName: "days")) var days: Int?
        @Option(help: ArgumentHelp("self，或当前处理单位的代码 / who holds it", valueName: "who")) var holder: String?
        @Flag(name: .customLong("by-holder"), help: "按当前处理单位合计 / summed by holder") var isByHolder = false
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @Option(help: ArgumentHelp("从 next 的位置继续 / go on after", valueName: "next")) var after: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var asked: [String: String?] = ["business": business, "school": school, "unit": below, "days": days.map(String.init)]
            if isByHolder {
                printout.show(try await ask(VerbCall("cases.holders", asked)), columns: [
                    ("total", "总数"), ("holders", "当前处理单位"), ("unit", "单位代码"), ("name", "单位"), ("count", "件数"), ("since", "最早自"),
                ])
                return .done
            }
            asked["holder"] = holder
            asked["limit"] = limit.map(String.init)
            asked["after"] = after
            printout.show(try await ask(VerbCall("cases.list", asked)) { ($0["total"]?.count ?? 0) > 0 }, columns: [
                ("total", "总数"), ("cases", "业务"), ("dossier", "档案"), ("name", "姓名"), ("schoolName", "学校"), ("label", "业务"), ("stand", "环节"),
                ("since", "自"), ("holder", "当前处理单位"), ("due", "期限"), ("isOverdue", "已超期"), ("next", "下一页"),
            ])
            return .done
        }
    }

    private static let columns: [Printout.Column] = [
        ("received", "收到的催办"), ("sent", "发出的催办"), ("byName", "由"), ("unitName", "单位"), ("label", "业务"), ("day", "办结日期"), ("count", "尚未办结"),
        ("isOver", "已过"),
    ]

    struct Remind: Verb {
        static let configuration = CommandConfiguration(
            commandName: "remind", abstract: "催办：请所辖的当前处理单位在某日前办结 / ask all holders below to finish by a day",
            discussion: "例 / example: xueji cases remind --until 2027-06-30 --business rollChange --below 440106 --data /srv/city")

        @Option(help: ArgumentHelp("办结日期 / day by which to finish", valueName: "YYYY-MM-DD")) var until: String?
        @Flag(name: .customLong("take-back"), help: "取消这样的催办 / take it back") var isTakenBack = false
        @Option(help: ArgumentHelp("只催一种业务 / one kind alone", valueName: "business")) var business: String?
        @Option(help: ArgumentHelp("只催所辖的一个单位及其下属 / a unit below and its subtree", valueName: "unit")) var below: String?
        @OptionGroup var place: PlaceOptions

        func validate() throws {
            guard (until == nil) == isTakenBack else { throw ValidationError("须写明 --until 或 --take-back，只能有一个 / either --until or --take-back") }
        }

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let given = ["day": until ?? "", "unit": below, "business": business].compactMapValues { $0.map(JSONValue.string) }
            printout.show(try await ask(VerbCall("cases.remind", body: .object(given))), columns: OpenCasesCommand.columns)
            return .done
        }
    }

    struct Reminders: Verb {
        static let configuration = CommandConfiguration(commandName: "reminders", abstract: "收到和发出的催办 / reminders got and sent")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("cases.reminders")), columns: OpenCasesCommand.columns)
            return .done
        }
    }

    struct Clear: Verb {
        static let configuration = CommandConfiguration(
            commandName: "clear", abstract: "批量清理本单位手中的：学校撤回，主管部门退回 / take back in bulk: a school withdraws, an authority returns",
            discussion: "例 / example: xueji cases clear --business rollChange --days 30 --reason 毕业前清理 --data /srv/county")

        @Argument(help: ArgumentHelp("档案编号；不写则按下列条件 / dossiers, else by the conditions", valueName: "dossier")) var dossiers: [String] = []
        @Option(help: ArgumentHelp("rollChange、keyData 或 problem", valueName: "business")) var business: String?
        @Option(help: ArgumentHelp("所辖单位 / a unit below", valueName: "unit")) var below: String?
        @Option(help: ArgumentHelp("在本单位至少几天 / here for at least so many days", valueName: "days")) var days: Int?
        @Option(help: ArgumentHelp("退回原因，主管部门必写 / reason of an authority", valueName: "text")) var reason: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var given: [String: JSONValue] = [:]
            if !dossiers.isEmpty { given["dossiers"] = .array(dossiers.map(JSONValue.string)) }
            given["business"] = business.map(JSONValue.string)
            given["unit"] = below.map(JSONValue.string)
            given["days"] = days.map { .integer(Int64($0)) }
            given["reason"] = reason.map(JSONValue.string)
            let outcome = try await ask(VerbCall("cases.clear", body: .object(given)))
            printout.show(outcome, columns: [
                ("done", "已办"), ("refused", "不予办理"), ("dossier", "档案"), ("code", "代码"), ("message", "原因"), ("remedy", "办法"), ("left", "还有"),
            ])
            return outcome["refused"]?.items.isEmpty ?? true ? .done : .refused
        }
    }
}
