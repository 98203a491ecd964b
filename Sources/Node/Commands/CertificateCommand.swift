import ArgumentParser
import Features
import FoundationEssentials

struct CertificateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "根证书及其指纹，供浏览器安装 / the tree's root certificate, for browsers",
        discussion: """
            指纹请另行告知使用者（纸面、电话），供其安装前核对。
            例 / example: xueji certificate --out xueji-root.crt --data /srv/county
            """)

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
