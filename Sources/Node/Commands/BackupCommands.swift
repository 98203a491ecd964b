import ArgumentParser
import Features
import FoundationEssentials
import Glibc
import Store

struct BackupCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "备份节点的数据，运行中也可以 / copy the node's store, also while it runs",
        discussion: """
            附件文件从不改变，不另存一份；--out 时连同附件一起复制（只复制那里还没有的）。
            备份在数据文件夹的 backups 中，留最近七份，其中有签名密钥，请妥善保管；节点每天自动备份一次。
            例 / example: xueji backup --out /mnt/usb --data /srv/county
            """)

    @Option(help: ArgumentHelp("再复制一份到这个文件夹 / also copy it to this folder", valueName: "dir")) var out: String?
    @Flag(help: "只列出已有的备份 / only list the copies") var list = false
    @OptionGroup var place: PlaceOptions

    private static let columns: [Printout.Column] = [
        ("backups", "备份"), ("file", "文件"), ("bytes", "字节"), ("takenAt", "时间"), ("kept", "保留份数"),
    ]

    func perform(_ printout: Printout) async throws -> ExitStatus {
        if list {
            printout.show(try await ask(VerbCall("node.backups")), columns: Self.columns)
            return .done
        }
        var answer = try await taken()
        if let out, let file = answer["file"]?.text, case .object(var fields) = answer {
            fields["file"] = .string(try copy(file, to: out))
            answer = .object(fields)
        }
        printout.show(answer, columns: Self.columns)
        return .done
    }

    /// By the running node; from the file of a stopped one.
    private func taken() async throws -> JSONValue {
        do {
            return try await ask(VerbCall("node.backup"))
        } catch let failure as VerbFailure where failure.refusal.code == VerbFailure.notRunning.refusal.code {
            guard NodeFolder.hasStore(place.data) else { throw failure }
            let archive = try Archive(
                folder: place.data, book: Wiring.book(), surroundings: SystemSurroundings.real, exclusive: false)
            defer { try? archive.close() }
            let file = try BackupShelf(node: place.data).take(of: archive, at: archive.surroundings.now())
            return try JSONValue(encoding: BackupOperations.Item(file))
        }
    }

    private func copy(_ file: String, to folder: String) throws -> String {
        let target = folder + "/" + FileName.last(file)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: target)
            try FileManager.default.copyItem(atPath: file, toPath: target)
        } catch {
            throw VerbFailure(
                Refusal("file.unwritable", "无法写入“\(target)”；备份仍在 \(file)。", remedy: "请检查文件夹的权限和磁盘空间。"), .storage)
        }
        chmod(target, 0o600)
        try BlobShelf(node: place.data).copy(to: BlobShelf(node: folder))
        return target
    }
}

struct RestoreCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "用备份恢复节点（先停止节点）/ put a backup in a stopped node's place",
        discussion: """
            恢复后各单位换用新的化身；旧数据从上级取回以前只能录入新生。
            例 / example: xueji restore --from backups/xueji-20261123-1795423230.sqlite --data /srv/county --force
            """)

    @Option(help: ArgumentHelp("备份文件 / the backup", valueName: "file")) var from: String
    @Flag(help: "文件夹不空也恢复，原数据移到其中的 replaced-… / also into a folder that is not empty") var force = false
    @OptionGroup var place: PlaceOptions

    private struct Report: Encodable {
        struct Item: Encodable { let unit, incarnation: String }
        let unit: String
        let envelopes: Int64
        let incarnations: [Item]
        @OrNull var replaced: String?
    }

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let result = try Restoration(
            from: from, to: place.data, book: Wiring.book(), surroundings: SystemSurroundings.real
        ).perform(force: force) { try SessionShelf.endAll(why: "节点数据已由备份恢复", in: $0) }
        try printout.show(
            Report(
                unit: result.unit.text, envelopes: result.envelopes,
                incarnations: result.incarnations.sorted { $0.key < $1.key }.map { .init(unit: $0.key.text, incarnation: $0.value.hex) },
                replaced: result.replaced),
            columns: [
                ("unit", "单位"), ("envelopes", "批数"), ("incarnations", "新化身"), ("incarnation", "化身"), ("replaced", "原数据移到"),
            ])
        return .done
    }
}
