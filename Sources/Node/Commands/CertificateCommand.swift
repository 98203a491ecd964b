import ArgumentParser
import Features
import FoundationEssentials

struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "根证书；学籍卡、转学证明的签发和核验 / root certificate; papers of pupils",
        discussion: """
            根证书的指纹请另行告知使用者（纸面、电话），供其安装前核对。核验学籍卡和转学证明不需要联网，停着的节点也能办。
            例 / example: xueji certificate --out xueji-root.crt --data /srv/county
                         xueji certificate verify XUEJI1:… --data /srv/school
            """,
        subcommands: [Root.self, Issue.self, Verify.self], defaultSubcommand: Root.self)

    struct Root: Verb {
        static let configuration = CommandConfiguration(
            commandName: "root", abstract: "根证书及其指纹，供浏览器安装 / the tree's root certificate, for browsers")

        @Option(help: ArgumentHelp("把证书写成文件，PEM / write it to a file", valueName: "file")) var out: String?
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let answer = try await ask(VerbCall("trust.root"))
            if let out, let text = answer["certificate"]?.text {
                do { try Data(text.utf8).write(to: URL(fileURLWithPath: out)) } catch {
                    throw Refusal("certificate.file", "无法写文件 \(out)。", remedy: "请检查路径和权限。\(error)", kind: .usage)
                }
            }
            printout.show(answer, columns: [("sha1", "SHA-1（Windows 的“指纹”）"), ("sha256", "SHA-256"), ("certificate", "证书")])
            return .done
        }
    }

    private static let columns: [Printout.Column] = [
        ("label", "结果"), ("result", "代码"), ("certified", "内容"), ("knowsRevocations", "本节点知道该密钥是否吊销"), ("kind", "种类"), ("text", "核验码"),
        ("name", "姓名"), ("number", "全国学籍号"), ("schoolName", "学校"), ("unit", "学校标识码"), ("grade", "年级"), ("issuedOn", "签发日期"),
        ("lastDay", "有效期至"), ("serial", "证明编号"), ("target", "转入学校标识码"), ("targetName", "转入学校"),
    ]

    struct Issue: Verb {
        static let configuration = CommandConfiguration(
            commandName: "issue", abstract: "签发学籍卡；转学证明用 --transfer 或 --to / sign a card, or a transfer certificate")

        @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
        @Option(help: ArgumentHelp("转入学校标识码 / receiving school", valueName: "school")) var to: String?
        @Flag(help: "转学证明，转入学校按在办的转学填写 / transfer certificate for the open transfer") var transfer = false
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            var body: [String: JSONValue] = ["kind": .string(to == nil && !transfer ? "studentCard" : "transfer")]
            if let to { body["target"] = .string(to) }
            printout.show(try await ask(VerbCall("certificates.issue", ["dossier": dossier], body: .object(body))), columns: columns)
            return .done
        }
    }

    struct Verify: Verb {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "核验学籍卡、转学证明上的核验码 / check the code from a paper",
            discussion: "有效时结束状态为 0，否则为 1。")

        @Argument(help: ArgumentHelp("核验码，XUEJI1: 开头", valueName: "text")) var text: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let answer = try await ask(VerbCall("certificates.verify", [:], body: .object(["text": .string(text)])))
            printout.show(answer, columns: columns)
            return answer["result"]?.text == "valid" ? .done : .refused
        }
    }
}
