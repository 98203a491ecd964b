import Features
import FoundationEssentials
import GRDB
import Glibc
import Protocol
import Replication
import Rules
import Store

/// `export-bundle`, `import-bundle`: a stick in place of a link. What comes by it is judged like what comes by a link.
enum BundleOperations {
    /// Bytes and envelopes handed to the inbox at once.
    private static let batchBytes = 4 << 20
    private static let batchCount = 500
    /// The largest file taken in: 16 GiB.
    static let fileLimit = 16 << 30
    /// Refusals listed at most.
    private static let listed = 1000

    struct Wish: Decodable {
        let to: String?
        let all: Bool?
    }

    struct Exported: Encodable, Sendable {
        let file, from, to: String
        let envelopes, bytes: Int
    }

    struct Refused: Encodable, Sendable {
        let unit: String
        let sequence: Int
        let reason: String
    }

    struct Imported: Encodable, Sendable {
        let from, to: String
        var envelopes = 0
        var stored = 0
        var known = 0
        var refused: [Refused] = []
    }

    static func operations(stored: Bell, news: Bell) -> [Operation] {
        [
            Operation(
                "bundles.export", .post, "/bundles", "Write what a link would carry into a file in the node's folder", title: "导出数据包",
                body: .json(.fields(("to?", .string), ("all?", .boolean))),
                response: .fields(
                    ("file", .string), ("from", .string), ("to", .string), ("envelopes", .integer), ("bytes", .integer)),
                roles: [.systemAdministrator], isReading: true
            ) { call in
                let wish: Wish = try JSONBody.decode(call.body)
                return .json(try export(call.archive, to: wish.to.map { UnitCode($0) }, all: wish.all ?? false))
            },
            Operation(
                "bundles.import", .post, "/bundles/import", "Take a bundle in, by the rules of a link", title: "导入数据包",
                body: .file(limit: fileLimit),
                response: .fields(
                    ("from", .string), ("to", .string), ("envelopes", .integer), ("stored", .integer), ("known", .integer),
                    ("refused", .array(.fields(("unit", .string), ("sequence", .integer), ("reason", .string))))),
                roles: [.systemAdministrator]
            ) { call in
                guard let file = call.file else {
                    throw Refusal("file.missing", "没有收到文件。", remedy: "请附上数据包文件。", kind: .usage)
                }
                let inbox = StoreInbox(archive: call.archive, stored: stored, news: news)
                return .json(try take(file.path, call.archive, inbox))
            },
        ]
    }

    // MARK: Out

    /// - Parameters:
    ///   - child: the unit directly below that it is for; nil for the parent.
    ///   - all: also what the parent is known to have.
    static func export(_ archive: Archive, to child: UnitCode?, all: Bool) throws -> Exported {
        let (own, target, known): (UnitCode, UnitCode, [StreamID: UInt64]) = try archive.read { reading in
            let own = try ownUnit(reading)
            if let child {
                guard try isChildNode(child, of: own, reading) else {
                    throw Refusal("bundle.to", "单位 \(child) 不是有自己节点的下级。", remedy: "请核对 --to；给上级的数据包不写 --to。", kind: .usage)
                }
                return (own, child, [:])
            }
            guard let parent = try parentUnit(reading) else {
                throw Refusal("link.none", "本节点没有上级。", remedy: "请用 --to 指定下级单位。", kind: .usage)
            }
            return (own, parent, all ? [:] : try reach(of: parent, reading))
        }
        let folder = archive.folder + "/outgoing"
        mkdir(folder, 0o700)
        let path = folder + "/bundle-" + archive.surroundings.incarnation().hex
        guard let file = fopen(path, "wx") else { throw unwritable(path) }
        chmod(path, 0o600)
        do {
            let (count, bytes) = try write(archive, own, target, child.map { .down($0) } ?? .up, known, file)
            guard fflush(file) == 0, fsync(fileno(file)) == 0, fclose(file) == 0 else { throw unwritable(path) }
            return Exported(file: path, from: own.text, to: target.text, envelopes: count, bytes: bytes)
        } catch {
            unlink(path)
            throw error
        }
    }

    private static func write(
        _ archive: Archive, _ own: UnitCode, _ target: UnitCode, _ scope: Scope, _ known: [StreamID: UInt64],
        _ file: UnsafeMutablePointer<FILE>
    ) throws -> (count: Int, bytes: Int) {
        let outbox = StoreOutbox(archive: archive)
        var writer = BundleWriter()
        var bytes = 0
        func put(_ piece: [UInt8]) throws {
            guard fwrite(piece, 1, piece.count, file) == piece.count else { throw unwritable("bundle") }
            bytes += piece.count
        }
        try put(writer.header(from: own, to: target))
        var position: Int64 = 0
        var hasMore = true
        while hasMore {
            let batch = try outbox.envelopes(after: position, scope, limitBytes: batchBytes)
            for envelope in batch.envelopes {
                if !known.isEmpty, let shell = try? Envelope(bytes: envelope), shell.sequence <= known[shell.stream] ?? 0 { continue }
                try put(writer.piece(envelope))
            }
            position = batch.position
            hasMore = batch.hasMore
        }
        try put(writer.end())
        return (Int(writer.count), bytes)
    }

    /// How far each stream is stored at the parent, as it has told.
    private static func reach(of parent: UnitCode, _ reading: Reading) throws -> [StreamID: UInt64] {
        let (rows, _) = try ReachTable.after(0, limit: .max, in: reading.database) { _ in true }
        return rows.reduce(into: [:]) { known, item in
            if item.unit == parent { known[item.stream] = max(known[item.stream] ?? 0, item.sequence) }
        }
    }

    // MARK: In

    static func take(_ path: String, _ archive: Archive, _ inbox: StoreInbox) throws -> Imported {
        // The first pass proves that the file is whole, so that nothing of a cut one is taken in.
        var proof = try reader(path)
        defer { fclose(proof.file) }
        let neighbour = try archive.read { try sender(of: proof.reader, $0) }
        while try nextEnvelope(&proof.reader) != nil {}
        var source = try reader(path)
        defer { fclose(source.file) }
        var result = Imported(from: source.reader.from.text, to: source.reader.to.text)
        var batch: [[UInt8]] = []
        var bytes = 0
        while let envelope = try nextEnvelope(&source.reader) {
            batch.append(envelope)
            bytes += envelope.count
            if batch.count >= batchCount || bytes >= batchBytes {
                try accept(batch, from: neighbour, inbox, &result)
                (batch, bytes) = ([], 0)
            }
        }
        try accept(batch, from: neighbour, inbox, &result)
        return result
    }

    private static func accept(
        _ batch: [[UInt8]], from neighbour: Neighbour, _ inbox: StoreInbox, _ result: inout Imported
    ) throws {
        guard !batch.isEmpty else { return }
        for (envelope, (acceptance, _)) in zip(batch, try inbox.accept(batch, from: neighbour)) {
            result.envelopes += 1
            switch acceptance {
            case .stored: result.stored += 1
            case .known: result.known += 1
            case .refused(let reason):
                guard result.refused.count < listed else { continue }
                let shell = try? Envelope(bytes: envelope)
                result.refused.append(Refused(
                    unit: shell?.stream.unit.text ?? "", sequence: Int(shell?.sequence ?? 0), reason: reason.rawValue))
            }
        }
    }

    private static func sender(of reader: BundleReader, _ reading: Reading) throws -> Neighbour {
        let own = try ownUnit(reading)
        guard reader.to == own else {
            throw Refusal(
                "bundle.foreign", "数据包是给单位 \(reader.to) 的，本节点是 \(own)。", remedy: "请到 \(reader.to) 的节点导入。")
        }
        if try reader.from == parentUnit(reading) { return .parent }
        guard try isChildNode(reader.from, of: own, reading) else {
            throw Refusal(
                "bundle.foreign", "数据包来自单位 \(reader.from)，它既不是本节点的上级，也不是下级。", remedy: "请核对数据包；单位刚划转的，请先同步机构信息。")
        }
        return .child(reader.from)
    }

    private static func reader(_ path: String) throws -> (reader: BundleReader, file: UnsafeMutablePointer<FILE>) {
        guard let file = fopen(path, "r") else {
            throw Refusal("file.missing", "找不到或无法读取数据包文件。", remedy: "请核对路径和权限。", kind: .usage)
        }
        do {
            let bundle: BundleReader = try checked { try BundleReader { count in
                var bytes = [UInt8](repeating: 0, count: count)
                let got = fread(&bytes, 1, count, file)
                return got == count ? bytes : Array(bytes.prefix(got))
            } }
            return (bundle, file)
        } catch {
            fclose(file)
            throw error
        }
    }

    private static func nextEnvelope(_ reader: inout BundleReader) throws -> [UInt8]? {
        try checked { try reader.next() }
    }

    /// A flaw of the file in words.
    private static func checked<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let flaw as Bundle.Flaw {
            let (message, remedy) = switch flaw {
            case .notABundle: ("这不是数据包文件。", "请选用 export-bundle 生成的文件。")
            case .newerVersion: ("数据包由更新版本的程序生成，本程序不能识别。", "请先升级本节点的程序。")
            case .truncated: ("数据包不完整，可能没有复制完。", "请重新复制后再导入；没有导入任何内容。")
            case .damaged: ("数据包已损坏，校验不符。", "请重新导出或重新复制后再导入；没有导入任何内容。")
            }
            throw Refusal("bundle.\(flaw.rawValue)", message, remedy: remedy)
        }
    }

    // MARK: Who

    private static func ownUnit(_ reading: Reading) throws -> UnitCode {
        guard let own = try reading.ownUnit() else {
            throw StoreError(.notInitialised, message: "本节点还没有初始化。", remedy: "请先运行 xueji init 或 xueji join。")
        }
        return own
    }

    private static func parentUnit(_ reading: Reading) throws -> UnitCode? {
        try reading.nodeText("parentUnit").flatMap { $0.isEmpty ? nil : UnitCode($0) }
    }

    private static func isChildNode(_ child: UnitCode, of own: UnitCode, _ reading: Reading) throws -> Bool {
        guard child != own, reading.directory.contains(own, child) else { return false }
        return try reading.directory.activeKey(of: child)?.node == child
    }

    private static func unwritable(_ path: String) -> StoreError {
        StoreError(.diskFull, message: "数据包没有写成。", remedy: "请检查磁盘空间和权限。", cause: "\(path): errno \(errno)")
    }
}
