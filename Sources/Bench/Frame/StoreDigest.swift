import FoundationEssentials
import GRDB
import Protocol
import Rules

/// One digest over all tables of a store, row by row in the order of their keys: two stores with the same one hold the same.
public enum StoreDigest {
    public static func of(_ path: String) throws -> String {
        try open(path).read { db in
            let tables = try String.fetchAll(db, sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name
                """)
            var hash = Hashing.sha256([])
            for table in tables {
                var bytes = Array(table.utf8)
                let columns = try db.columns(in: table).indices.map { String($0 + 1) }.joined(separator: ", ")
                let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \"\(table)\" ORDER BY \(columns)")
                while let row = try rows.next() {
                    for value in row.databaseValues { add(value, to: &bytes) }
                    if bytes.count > 1 << 20 { chain(&hash, &bytes) }
                }
                chain(&hash, &bytes)
            }
            return hash.description
        }
    }

    public static func count(of table: String, in path: String) throws -> Int {
        try open(path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \"\(table)\"") ?? 0 }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func chain(_ hash: inout Digest, _ bytes: inout [UInt8]) {
        hash = Hashing.sha256(hash.bytes + bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    private static func add(_ value: DatabaseValue, to bytes: inout [UInt8]) {
        switch value.storage {
        case .null: bytes.append(0)
        case .int64(let number): bytes += [1] + Array("\(number)".utf8)
        case .double(let number): bytes += [2] + Array("\(number)".utf8)
        case .string(let text): bytes += [3] + Array(text.utf8)
        case .blob(let data): bytes += [4] + Array(data)
        }
        bytes.append(0xff)
    }
}
