import ArgumentParser
import Features
import FoundationEssentials
import GRDB
@testable import Node
import Testing

struct CommandTests {
    @Test func `the verbs of the contract are there with their flags`() throws {
        let lines = [
            "init --name 中心", "join --parent http://127.0.0.1:1 --code X", "serve --listen 127.0.0.1:0 --peer-listen 127.0.0.1:0",
            "units import u.csv", "invite 110000", "host 110000", "unhost 110000", "account list", "account add wang", "account reset wang",
            "policy list", "policy get k", "policy set k v", "classes add --stage primary --year 2026 --count 2 --campus 1",
            "classes list", "template --version 2013 --out f.xlsx", "check f.xlsx", "import f.xlsx --strict --marked m.xlsx",
            "students --school 1 --state draft --problem any --limit 5 --after 0a", "inquiry ask 张三 --number G1 --province 430000",
            "inquiry list --scope own --limit 5", "inquiry show 5f", "certificate --out f", "certificate issue a --to 1", "certificate verify X", "review a b", "submit a", "approve a",
            "return --reason r a", "delete a", "status --subtree 110000", "why a", "rules", "audit f.csv --suspect --out p.csv",
            "cases --business rollChange --days 30 --by-holder", "cases list --below 1 --holder self", "cases remind --until d --business b --below 1",
            "cases remind --take-back", "cases reminders", "cases clear a b", "cases clear --business b --days 3 --reason r",
            "suspicions --below 440106 --limit 5", "audit f.csv --suspect --weights w --reasons r.csv --out p.csv", "weights f.csv --decided d.csv --out w",
        ]
        let everywhere = ["--data", "d", "--unit", "110000", "--as", "wang", "--wait", "5", "--json"]
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            let command = try XuejiCommand.parseAsRoot(words + everywhere)
            let verb = try #require(command as? any Verb, "\(line)")
            #expect(verb.place.data == "d" && verb.place.unit == "110000" && verb.place.account == "wang")
            #expect(verb.place.wait == 5 && verb.place.json)
        }
    }

    @Test func `every command takes its options: none is named twice`() {
        func leaves(_ command: any ParsableCommand.Type, _ path: [String]) -> [[String]] {
            let below = command.configuration.subcommands
            return below.isEmpty ? [path] : below.flatMap { leaves($0, path + [$0.configuration.commandName ?? ""]) }
        }
        let paths = leaves(XuejiCommand.self, [])
        #expect(paths.count > 90 && paths.contains(["transfer", "export"]))
        // A name that stands twice ends the process here, with the command's name in what it prints.
        for path in paths { #expect(throws: Never.self, "\(path)") { _ = try XuejiCommand.parseAsRoot(path + ["--help"]) } }
    }

    @Test(arguments: ["status --bogus", "delete", "return x", "audit f.csv", "status --wait -1", "nonsense", "cases remind"])
    func `wrong usage ends with status 2`(_ line: String) async {
        #expect(await XuejiCommand.runProgram(line.split(separator: " ").map(String.init)) == 2)
    }

    @Test func `help is in Chinese and English with an example`() {
        let text = XuejiCommand.helpMessage(for: ImportCommand.self, columns: 120)
        #expect(text == """
            OVERVIEW: 导入学生信息工作簿 / take a workbook in

            等到处理完毕（默认至多 600 秒，--wait 可改；--wait 0 立即返回 pending）。
            例 / example: xueji import 学生信息.xlsx --marked 待修改.xlsx --data /srv/school

            USAGE: xueji import <file> [--strict] [--marked <out>] [--data <dir>] [--unit <code>] [--as <account>] [--wait <seconds>] [--json]

            ARGUMENTS:
              <file>                  学生信息工作簿

            OPTIONS:
              --strict                全部合格才入库 / all rows or none
              --marked <out>          把失败的行写到这里 / failed rows with marks
              --data <dir>            节点的数据文件夹 / the node's folder (XUEJI_DATA) (default: /var/lib/xueji)
              --unit <code>           以本节点的哪个单位办理，默认节点自己的单位 / hosted unit to act for
              --as <account>          按该账号的权限办理 / act with this account's roles
              --wait <seconds>        等待结果的秒数 / seconds to wait for the outcome
              --json                  在标准输出上打印一个 JSON 对象 / print one JSON object
              --version               Show the version.
              -h, --help              Show help information.

            """)
    }

    @Test func `a folder in a file's place is wrong usage`() async throws {
        let folder = try Fixture.folder("a-folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { Fixture.remove(folder) }
        #expect(await XuejiCommand.runProgram(["import", folder, "--data", folder, "--json"]) == 2)
        #expect(await XuejiCommand.runProgram(["units", "import", folder, "--data", folder, "--json"]) == 2)
    }

    @Test func `a node whose unit has moved away is still read`() async throws {
        let folder = try Fixture.stoppedCentre("moved", seed: 81)
        defer { Fixture.remove(folder) }
        let archive = try Fixture.archive(folder, seed: 82)
        try archive.write { try $0.database.execute(sql: "UPDATE secret SET active = 0") }
        try archive.close()
        #expect(await XuejiCommand.runProgram(["status", "--data", folder, "--json"]) == 0)
        #expect(await XuejiCommand.runProgram(["students", "--data", folder, "--json"]) == 0)
    }

    @Test func `deleting several at once is refused with Q59`() async throws {
        let command = try #require(try XuejiCommand.parseAsRoot(["delete", "a", "b"]) as? DeleteCommand)
        await #expect(throws: Refusal.self) { try await command.perform(Printout(isJSON: true)) }
    }

    @Test func `without a node reading fails as unreachable`() async throws {
        let folder = try Fixture.folder("nothing-here")
        #expect(await XuejiCommand.runProgram(["status", "--data", folder, "--json"]) == 3)
        #expect(await XuejiCommand.runProgram(["classes", "list", "--data", folder, "--json"]) == 3)
    }

    @Test func `a stopped node is read, not written`() async throws {
        let folder = try Fixture.stoppedCentre("stopped", seed: 80)
        defer { Fixture.remove(folder) }
        #expect(await XuejiCommand.runProgram(["status", "--data", folder, "--json"]) == 0)
        #expect(await XuejiCommand.runProgram(["units", "--data", folder, "--json"]) == 0)
        #expect(await XuejiCommand.runProgram(["account", "add", "wang", "--data", folder, "--json"]) == 3)
        #expect(await XuejiCommand.runProgram(["status", "--unit", "440000", "--data", folder, "--json"]) == 4)
        #expect(await XuejiCommand.runProgram(["init", "--name", "再来", "--data", folder, "--json"]) == 1)
    }
}
