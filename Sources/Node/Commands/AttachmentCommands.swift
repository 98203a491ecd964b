import ArgumentParser
import Features
import Sheets

private enum AttachmentColumns {
    static let all: [Printout.Column] = [
        ("dossier", "档案"), ("attachments", "附件"), ("hash", "编号"), ("name", "文件名"), ("type", "类型"), ("purpose", "用途"),
        ("bytes", "字节"), ("by", "单位"), ("at", "时间"), ("here", "在本节点"), ("file", "文件"),
        ("withdrawnAt", "撤回时间"), ("withdrawnReason", "撤回原因"),
    ]
}

struct AttachCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "给学籍档案上传附件 / attach a file to a dossier",
        discussion: """
            类型按内容识别，不看扩展名；佐证和扫描件不超过 2M，照片为 JPG 且小于 60K。
            例 / example: xueji attach 0f3c… 佐证.jpg --purpose evidence --data /srv/school
            """)

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
    @Argument(help: ArgumentHelp("文件 / the file", valueName: "file")) var file: String
    @Option(help: ArgumentHelp("用途：evidence 佐证、document 证件扫描件、photo 照片", valueName: "purpose")) var purpose: String?
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try FileBytes.mustExist(file)
        let answer = try await NodeCaller(place).call(VerbCall(
            "attachments.add", ["dossier": dossier, "purpose": purpose], file: (file, FileName.last(file))))
        printout.show(answer, columns: AttachmentColumns.all)
        return .done
    }
}

struct AttachmentsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attachments", abstract: "一份档案的附件 / the files of a dossier")

    @Argument(help: ArgumentHelp("档案编号", valueName: "dossier")) var dossier: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let answer = try await ask(VerbCall("attachments.list", ["dossier": dossier])) { !($0["attachments"]?.items ?? []).isEmpty }
        printout.show(answer, columns: AttachmentColumns.all)
        return .done
    }
}

struct AttachmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachment", abstract: "下载或撤回一个附件 / one attached file", subcommands: [Get.self, Withdraw.self])

    struct Withdraw: Verb {
        static let configuration = CommandConfiguration(
            commandName: "withdraw", abstract: "撤回本校上传、尚未随档案上报的附件 / take a file back that no submission rests on",
            discussion: "例 / example: xueji attachment withdraw 9b1f… --reason 扫描件不清晰 --data /srv/school")

        @Argument(help: ArgumentHelp("附件编号，64 位十六进制 / hash", valueName: "hash")) var hash: String
        @Option(help: ArgumentHelp("原因 / why", valueName: "text")) var reason: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let answer = try await NodeCaller(place).call(VerbCall(
                "attachments.withdraw", ["hash": hash], body: .object(["reason": .string(reason)])))
            printout.show(answer, columns: AttachmentColumns.all)
            return .done
        }
    }

    struct Get: Verb {
        static let configuration = CommandConfiguration(
            commandName: "get", abstract: "下载，不在本节点的先从下级调取 / the file; fetched from below where it is not here",
            discussion: "例 / example: xueji attachment get 9b1f… --out 佐证.jpg --wait 120 --data /srv/province")

        @Argument(help: ArgumentHelp("附件编号，64 位十六进制 / hash", valueName: "hash")) var hash: String
        @Option(help: ArgumentHelp("写到这里 / where to write it", valueName: "file")) var out: String
        @OptionGroup var place: PlaceOptions

        func perform(_ printout: Printout) async throws -> ExitStatus {
            let caller = NodeCaller(place)
            let end = SystemSurroundings.monotonicSeconds() + (place.wait ?? 0)
            var hasAsked = false
            while true {
                do {
                    let bytes = try await caller.raw(VerbCall("attachments.get", ["hash": hash]))
                    try FileBytes.write(bytes, to: out)
                    printout.show(.object([
                        "hash": .string(hash), "file": .string(out), "bytes": .integer(Int64(bytes.count)),
                    ]), columns: AttachmentColumns.all)
                    return .done
                } catch let failure as VerbFailure where AttachmentOperations.fetchable.contains(failure.refusal.code) {
                    if !hasAsked { _ = try await caller.call(VerbCall("attachments.fetch", ["hash": hash])) }
                    hasAsked = true
                    guard SystemSurroundings.monotonicSeconds() < end else {
                        throw (place.wait ?? 0) > 0 ? VerbFailure(failure.refusal, .timedOut) : failure
                    }
                    try await SystemSurroundings.sleep(0.5)
                }
            }
        }
    }
}
