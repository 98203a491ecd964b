import ArgumentParser
import Features
import Glibc

/// The program. `xueji VERB`: one entry that lists what one can do.
public struct XuejiCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "xueji",
        abstract: "全国中小学生学籍信息管理 / national student registry",
        discussion: """
            例 / examples:
              xueji init --name 全国中心 --data /srv/centre
              xueji serve --data /srv/centre --listen 127.0.0.1:8080 --peer-listen 127.0.0.1:8081
              xueji import 学生信息.xlsx --data /srv/school --json

            结束状态 / exit status: 0 完成 done · 1 不予办理 refused · 2 用法 usage · 3 连不上 unreachable ·
            4 无权 not permitted · 5 存储 storage · 6 超时 timed out
            """,
        version: ProgramVersion.text,
        groupedSubcommands: [
            CommandGroup(name: "节点 / node", subcommands: [
                InitCommand.self, JoinCommand.self, ServeCommand.self, StatusCommand.self, FiguresCommand.self, CertificateCommand.self,
            ]),
            CommandGroup(name: "恢复 / recovery", subcommands: [
                BackupCommand.self, RestoreCommand.self, VerifyCommand.self, QuarantineCommand.self, SalvageCommand.self, AlarmCommand.self, ParentCommand.self,
                PauseCommand.self, ResumeCommand.self, ResyncCommand.self, ExportBundleCommand.self, ImportBundleCommand.self,
            ]),
            CommandGroup(name: "单位 / units", subcommands: [
                UnitsCommand.self, InviteCommand.self, HostCommand.self, UnhostCommand.self, RevokeCommand.self,
                AccountCommand.self, PolicyCommand.self, ClassesCommand.self,
            ]),
            CommandGroup(name: "学籍 / pupils", subcommands: [
                TemplateCommand.self, CheckCommand.self, ImportCommand.self, StudentsCommand.self, SuspicionsCommand.self, ReviewCommand.self,
                SubmitCommand.self, ApproveCommand.self, ReturnCommand.self, DeleteCommand.self, WhyCommand.self,
                AttachCommand.self, AttachmentsCommand.self, AttachmentCommand.self, ProblemCommand.self, KeyDataCommand.self, RollChangeCommand.self, OpenCasesCommand.self,
                DuplicatesCommand.self, OverrideCommand.self, InquiryCommand.self, TransferCommand.self,
            ]),
            CommandGroup(name: "工具 / tools", subcommands: [RulesCommand.self, AuditCommand.self, WeightsCommand.self, DemoCommand.self, BenchCommand.self]),
        ])

    public init() {}

    /// Runs the program as a process does: parses, performs, ends with the contract's status.
    public static func runProgram(_ arguments: [String]) async -> Int32 {
        setlocale(LC_ALL, "C.UTF-8")
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let exit as ArgumentParser.ExitCode {
            return exit.rawValue
        } catch {
            let text = fullMessage(for: error)
            guard exitCode(for: error) != .success else {
                print(text)
                return 0
            }
            if arguments.contains("--json") {
                Printout(isJSON: true).show(VerbFailure(
                    Refusal("usage", UsageText.chinese(message(for: error)), remedy: "请用 xueji help 查看用法。", kind: .usage), .usage))
            }
            Printout.complain(UsageText.full(message(for: error), text))
            return ExitStatus.usage.rawValue
        }
    }
}
