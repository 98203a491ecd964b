import ArgumentParser
import Features
import FoundationEssentials
import Glibc

private enum LinkColumns {
    static let all: [Printout.Column] = [
        ("paused", "已暂停"), ("resync", "已开始核对"), ("file", "文件"), ("from", "来自"), ("to", "给"), ("envelopes", "批数"),
        ("bytes", "字节"), ("stored", "新存"), ("known", "已有"), ("refused", "拒收"), ("unit", "单位"), ("sequence", "批"), ("reason", "原因"),
    ]
}

struct PauseCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "暂停到上级或某个下级的链路，重启后仍然有效 / stop a link until it is resumed",
        discussion: """
            例 / example: xueji pause --data /srv/county
            例 / example: xueji pause 2144000001 --data /srv/county
            """)

    @Argument(help: ArgumentHelp("parent 或下级单位代码 / parent, or a unit below", valueName: "link")) var link = PausedLinks.parent
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("links.pause", ["link": link])), columns: LinkColumns.all)
        return .done
    }
}

struct ResumeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "恢复暂停的链路，或暂停处理的数据流 / continue a paused link or stream",
        discussion: """
            例 / example: xueji resume --data /srv/county
            例 / example: xueji resume stream:17 --data /srv/county
            """)

    @Argument(help: ArgumentHelp("parent、下级单位代码或 stream:编号 / parent, a unit below, or a stream", valueName: "link")) var link = PausedLinks.parent
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("links.resume", ["link": link])), columns: LinkColumns.all)
        return .done
    }
}

struct ParentCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "parent", abstract: "改用另一个上级地址 / call the parent at another address",
        discussion: "例 / example: xueji parent https://haizhu.example:8081 --data /srv/school")

    @Argument(help: ArgumentHelp("上级地址 / address", valueName: "url")) var address: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let body = JSONValue.object(["address": .string(address)])
        printout.show(try await ask(VerbCall("links.parent", body: body)), columns: [("parent", "上级地址")])
        return .done
    }
}

struct ResyncCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resync", abstract: "立即与上级逐流核对并补齐 / compare heads with the parent now",
        discussion: "例 / example: xueji resync --data /srv/school")

    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        printout.show(try await ask(VerbCall("links.resync")), columns: LinkColumns.all)
        return .done
    }
}

struct ExportBundleCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export-bundle", abstract: "把应传给上级（或某个下级）的数据写成文件，用 U 盘带去 / what a link would carry, as a file",
        discussion: """
            默认给上级，略去上级已有的；--to 给有自己节点的下级。节点运行或停止均可。
            例 / example: xueji export-bundle --out /mnt/usb/school.bundle --data /srv/school
            """)

    @Option(help: ArgumentHelp("写到哪里 / where to", valueName: "file")) var out: String
    @Option(help: ArgumentHelp("给这个下级 / for this unit below", valueName: "unit")) var to: String?
    @Flag(help: "上级已有的也写入 / also what the parent has") var all = false
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        var body: [String: JSONValue] = ["all": .boolean(all)]
        if let to { body["to"] = .string(to) }
        let answer = try await ask(VerbCall("bundles.export", body: .object(body)))
        guard case .object(var fields) = answer, let file = answer["file"]?.text else { return .refused }
        defer { unlink(file) }
        do {
            try? FileManager.default.removeItem(atPath: out)
            try FileManager.default.copyItem(atPath: file, toPath: out)
        } catch {
            throw VerbFailure(Refusal("file.unwritable", "无法写入“\(out)”。", remedy: "请检查文件夹是否存在、权限和磁盘空间。"), .storage)
        }
        chmod(out, 0o600)
        fields["file"] = .string(out)
        printout.show(.object(fields), columns: LinkColumns.all)
        return .done
    }
}

struct ImportBundleCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import-bundle", abstract: "导入数据包，与链路传来的同样核验；可重复导入 / take a bundle in",
        discussion: "例 / example: xueji import-bundle /mnt/usb/school.bundle --data /srv/county")

    @Argument(help: ArgumentHelp("数据包文件", valueName: "file")) var file: String
    @OptionGroup var place: PlaceOptions

    func perform(_ printout: Printout) async throws -> ExitStatus {
        try FileBytes.mustExist(file)
        let answer = try await ask(VerbCall("bundles.import", file: (file, "bundle")))
        printout.show(answer, columns: LinkColumns.all)
        return answer["refused"]?.items.isEmpty == false ? .refused : .done
    }
}
