import ArgumentParser
import Features

struct InquiryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inquiry", abstract: "转学查询：查外校学生的学籍 / inquiries about pupils of other schools",
        discussion: """
            转入学校用姓名加学籍号，或姓名加身份证件号查询；两项都相符才能查到，由学籍所在省自动答复。
            期限和每天的次数由设置 inquiry.days、inquiry.daily 规定。
            例 / example: xueji inquiry ask 张三 --number G… --data /srv/school --unit 2144000001
                         xueji inquiry show 5f0c… --wait 60 --data /srv/school
            """,
        subcommands: [Ask.self, List.self, Show.self], defaultSubcommand: List.self)

    private static let columns: [Printout.Column] = [
        ("inquiries", "查询"), ("inquiry", "查询编号"), ("name", "姓名"), ("number", "号码"), ("unitName", "查询单位"), ("askedAt", "时间"),
        ("state", "结果"), ("lastDay", "等待答复至"), ("askedToday", "今天已查"), ("dailyLimit", "每天可查"), ("answer", "答复"),
        ("waitingFor", "在等"), ("way", "到达"), ("unit", "单位"), ("storedAt", "收到"), ("province", "指明的转出省"), ("key", "号码种类"),
    ]

    struct Ask: Verb {
        static let configuration = CommandConfiguration(
            commandName: "ask", abstract: "查询一名学生；--wait 等到有结果 / ask for one pupil")

        @Argument(help: ArgumentHelp("姓名", valueName: "name")) var name: String
        @Option(help: ArgumentHelp("全国学籍号 / national student number", valueName: "number")) var number: String?
        @Option(help: ArgumentHelp("身份证件号 / ID number", valueName: "number")) var idNumber: String?
        @Option(help: ArgumentHelp("转出省的单位代码；不清楚时不填 / releasing province", valueName: "unit")) var province: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let given: [(String, String?)] = [("studentNumber", number), ("idNumber", idNumber), ("province", province)]
            var body: [String: JSONValue] = ["name": .string(name)]
            for (key, value) in given { if let value { body[key] = .string(value) } }
            let asked = try await NodeCaller(place).call(VerbCall("inquiries.ask", [:], body: .object(body)))
            guard place.wait != nil, let inquiry = asked["inquiry"]?.text else {
                printout.show(asked, columns: columns)
                return .done
            }
            do {
                printout.show(try await Show.outcome(of: inquiry, self), columns: columns)
                return .done
            } catch let failure as VerbFailure where failure.status == .timedOut {
                // Asked it is all the same: its number, and whom it waits for.
                printout.show(try await NodeCaller(place).call(VerbCall("inquiries.show", ["inquiry": inquiry])), columns: columns)
                return .timedOut
            }
        }
    }

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "查询和结果，最新的在前 / inquiries, the newest first")

        @Option(help: ArgumentHelp("own（本单位）、below（下级）或 answered（本单位答复）", valueName: "scope")) var scope: String?
        @Option(help: ArgumentHelp("最多几条 / at most", valueName: "count")) var limit: Int?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("inquiries.list", ["scope": scope, "limit": limit.map(String.init)])), columns: columns)
            return .done
        }
    }

    struct Show: Verb {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "一次查询的结果，或在等谁；--wait 等到有结果 / one inquiry")

        @Argument(help: ArgumentHelp("查询编号", valueName: "inquiry")) var inquiry: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await Self.outcome(of: inquiry, self), columns: columns)
            return .done
        }

        static func outcome(of inquiry: String, _ verb: some Verb) async throws -> JSONValue {
            try await verb.ask(VerbCall("inquiries.show", ["inquiry": inquiry])) { $0["state"]?.text != "waiting" }
        }
    }
}
