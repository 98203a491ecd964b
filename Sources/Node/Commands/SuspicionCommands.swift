import ArgumentParser
import Features

struct SuspicionsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "suspicions", abstract: "疑似重复的学籍 / pupils who may be one child twice",
        discussion: """
            按可能性排列，不影响办理。
            例 / example: xueji suspicions --below 440106 --limit 20 --data /srv/centre
            """)

    @Option(help: ArgumentHelp("只看该单位之下 / only under this unit", valueName: "code")) var below: String?
    @Option(help: ArgumentHelp("最多几对 / at most", valueName: "count")) var limit: Int?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let answer = try await ask(VerbCall("suspicions.list", ["below": below, "limit": limit.map(String.init)]))
        printout.show(answer, columns: [
            ("registrations", "学籍数"), ("total", "疑似对数"), ("suspicions", "疑似"), ("score", "分值"), ("one", "学生"), ("other", "学生"),
            ("dossier", "档案"), ("name", "姓名"), ("birthDate", "出生日期"), ("school", "学校"), ("state", "状态"), ("reasons", "依据"), ("text", "说明"),
        ])
        return .done
    }
}
