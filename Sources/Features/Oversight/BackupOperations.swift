import Protocol
import Rules
import Store

/// `backup`: copies of the running node's store.
public enum BackupOperations {
    /// A finished copy, as shown.
    public struct Item: Encodable, Sendable {
        public let file: String
        public let bytes: Int
        public let takenAt: String

        public init(_ file: BackupShelf.File) {
            self.file = file.path
            bytes = file.bytes
            takenAt = ChinaTime.text(file.takenAt)
        }
    }

    public struct List: Encodable, Sendable {
        public let kept: Int
        public let backups: [Item]

        public init(_ shelf: BackupShelf) {
            kept = BackupShelf.kept
            backups = shelf.files().map(Item.init)
        }
    }

    /// Code of the alarm about missing copies.
    public static let alarm = "backup"

    private static let item = Schema.fields(("file", .string), ("bytes", .integer), ("takenAt", .string))

    public static let all: [Operation] = [
        Operation(
            "node.backup", .post, "/backups", "Copy the store while the node runs; seven copies are kept", title: "备份",
            response: item, roles: [.systemAdministrator]
        ) { call in .json(Item(try take(call.archive))) },
        Operation(
            "node.backups", .get, "/backups", "Copies of the store that are kept", title: "备份列表",
            response: .fields(("kept", .integer), ("backups", .array(item))), roles: [.systemAdministrator]
        ) { call in .json(List(BackupShelf(node: call.archive.folder))) },
    ]

    /// Takes a copy and ends the alarm about missing ones.
    @discardableResult
    public static func take(_ archive: Archive) throws -> BackupShelf.File {
        let file = try BackupShelf(node: archive.folder).take(of: archive, at: archive.surroundings.now())
        try archive.write { try $0.clearAlarm(alarm, subject: "node") }
        return file
    }
}
