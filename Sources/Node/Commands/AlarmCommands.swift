import ArgumentParser
import Features

private enum AlarmColumns {
    static let all: [Printout.Column] = [
        ("alarms", "告警"), ("code", "代码"), ("subject", "对象"), ("since", "起"), ("text", "说明"), ("acknowledgeable", "可确认"),
        ("acknowledged", "已确认"),
    ]
}

struct AlarmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarm", abstract: "告警 / alarms of this node", subcommands: [List.self, Acknowledge.self],
        defaultSubcommand: List.self)

    struct List: Verb {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "列出 / list them")

        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            printout.show(try await ask(VerbCall("alarms.list")), columns: AlarmColumns.all)
            return .done
        }
    }

    struct Acknowledge: Verb {
        static let configuration = CommandConfiguration(
            commandName: "acknowledge", abstract: "确认已处理的告警 / end alarms that have been seen to",
            discussion: """
                说明现状的告警在情况结束后自动消失，不能确认。
                例 / example: xueji alarm acknowledge fork.mended 440106 --data /srv/county
                """)

        @Argument(help: ArgumentHelp("告警代码 / code of the alarm", valueName: "code")) var code: String
        @Argument(help: ArgumentHelp("对象，不写则该代码的全部 / one subject only", valueName: "subject")) var subject: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let body = JSONValue.object(subject.map { ["subject": .string($0)] } ?? [:])
            printout.show(try await ask(VerbCall("alarms.acknowledge", ["code": code], body: body)), columns: AlarmColumns.all)
            return .done
        }
    }
}
