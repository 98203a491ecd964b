import Protocol
import Rules
import Store

/// `verify`: the journal proved link by link, and every table rebuilt from it and compared.
public struct Verification: Encodable, Sendable {
    public let streams: Int
    public let envelopes: Int
    public let entries: Int
    public let signatures: Int
    /// Blobs whose files were read and hashed.
    public let blobs: Int
    public let problems: [JournalCheck.Problem]
    /// Of the node's own subtree, as the tables stand.
    public let digest: String
    /// The same from tables rebuilt from the journal.
    public let rebuiltDigest: String

    public static let all: [Operation] = [
        Operation(
            "node.verify", .get, "/verify", "Prove the journal and rebuild every table from it", title: "核验数据",
            response: .fields(
                ("streams", .integer), ("envelopes", .integer), ("entries", .integer), ("signatures", .integer), ("blobs", .integer),
                ("problems", .array(.fields(
                    ("code", .string), ("subject", .string), ("sequence", .integer), ("text", .string)))),
                ("digest", .string), ("rebuiltDigest", .string)),
            roles: [.systemAdministrator]
        ) { call in .json(try Verification(call.archive)) },
    ]

    /// Works on one snapshot, so that a node goes on working meanwhile; needs as much disk again as the store.
    public init(_ archive: Archive) throws {
        let name = archive.surroundings.incarnation().hex
        self = try archive.read { reading in
            guard let own = try reading.ownUnit() else {
                throw Refusal("node.empty", "数据文件夹里还没有节点。", remedy: "请先运行 init 或 join。", kind: .usage)
            }
            let check = try JournalCheck(reading)
            let rebuild = try Rebuild(of: reading, original: archive, in: archive.folder + "/verifying-" + name)
            defer { rebuild.remove() }
            let present = try TableDigest.all(reading, of: archive)
            let (rebuilt, rebuiltDigest) = try rebuild.archive.read {
                (try TableDigest.all($0, of: rebuild.archive), try RegistryDigest.digest(of: own, $0))
            }
            let differing = present.keys.sorted().filter { present[$0] != rebuilt[$0] }
            let blobs = try BlobRegister(reading).held()
            let shelf = BlobShelf(node: archive.folder)
            return Verification(
                check, blobs: blobs.count, damaged: blobs.map(\.hash).filter { !shelf.isSound($0) },
                digest: try RegistryDigest.digest(of: own, reading), rebuiltDigest: rebuiltDigest, differing: differing)
        }
    }

    private init(
        _ check: JournalCheck, blobs: Int, damaged: [Digest], digest: String, rebuiltDigest: String, differing: [String]
    ) {
        self.blobs = blobs
        streams = check.streams
        envelopes = check.envelopes
        entries = check.entries
        signatures = check.signatures
        self.digest = digest
        self.rebuiltDigest = rebuiltDigest
        problems = check.problems + differing.map {
            JournalCheck.Problem("projection", $0, "表 \($0) 与由日志重建的不一致。")
        } + damaged.prefix(JournalCheck.limit).map {
            JournalCheck.Problem("blob", $0.description, "附件文件缺失或损坏；下次巡检或调取时会重新取回。")
        }
    }
}
