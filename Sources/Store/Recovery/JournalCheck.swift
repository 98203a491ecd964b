import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Reads the whole journal and proves it: sequences without gaps, chains, hashes, one signature per envelope, heads.
public struct JournalCheck: Sendable {
    /// What is wrong, and where.
    public struct Problem: Sendable, Hashable, Encodable {
        /// `malformed`, `hash`, `chain`, `gap`, `unknownKey`, `badSignature`, `bodyDiffers`, `head`, `file`, `projection`.
        public let code: String
        /// `unit/incarnation/audience` of a stream, or a table.
        public let subject: String
        public let sequence: Int
        /// Chinese.
        public let text: String

        public init(_ code: String, _ subject: String, sequence: Int = 0, _ text: String) {
            self.code = code
            self.subject = subject
            self.sequence = sequence
            self.text = text
        }
    }

    /// At most this many problems are listed; the check goes on counting nothing more.
    public static let limit = 1000

    public private(set) var streams = 0
    public private(set) var envelopes = 0
    public private(set) var entries = 0
    /// Signatures that are good.
    public private(set) var signatures = 0
    public private(set) var problems: [Problem] = []

    public init(_ reading: Reading) throws {
        let verdict = try String.fetchOne(reading.database.cachedStatement(sql: "PRAGMA quick_check(1)")) ?? ""
        if verdict != "ok" { add(Problem("file", "xueji.sqlite", "数据文件本身已损坏：\(verdict)")) }
        let rows = try Row.fetchAll(reading.database.cachedStatement(sql: "SELECT * FROM stream WHERE sequence > 0 ORDER BY unit, incarnation, audience"))
        for row in rows { try checkStream(row, reading) }
    }

    private mutating func checkStream(_ row: Row, _ reading: Reading) throws {
        streams += 1
        let unit = UnitCode(row["unit"])
        let name = "\(unit.text)/\(Incarnation(row["incarnation"] as Data)?.hex ?? "")/\(row["audience"] as String)"
        var last: (sequence: Int64, hash: Data?) = (0, nil)
        let cursor = try Row.fetchCursor(
            reading.database, sql: "SELECT sequence, hash, bytes FROM envelope WHERE stream = ? ORDER BY sequence",
            arguments: [row["id"] as Int64])
        while let link = try cursor.next() {
            envelopes += 1
            let (sequence, hash): (Int64, Data) = (link["sequence"], link["hash"])
            let place = Int(sequence)
            if sequence != last.sequence + 1 {
                add(Problem("gap", name, sequence: place, "第 \(last.sequence + 1) 批缺失。"))
                last.hash = nil
            }
            guard let envelope = try? Envelope(bytes: Array(link["bytes"] as Data)) else {
                add(Problem("malformed", name, sequence: place, "无法识别。"))
                last = (sequence, hash)
                continue
            }
            if Data(envelope.hash.bytes) != hash || envelope.sequence != UInt64(sequence) || envelope.stream.unit != unit
                || envelope.stream.audience.text != row["audience"] as String
                || Data(envelope.stream.incarnation.bytes) != row["incarnation"] as Data {
                add(Problem("hash", name, sequence: place, "内容与登记的哈希或位置不符。"))
            }
            if sequence == last.sequence + 1, envelope.previous.map({ Data($0.bytes) }) != last.hash, last.hash != nil || sequence == 1 {
                add(Problem("chain", name, sequence: place, "没有接在前一批之后。"))
            }
            try checkSignature(envelope, name, place, reading)
            last = (sequence, Data(envelope.hash.bytes))
        }
        if last.sequence != row["sequence"] as Int64 || last.hash != row["head"] as Data? {
            add(Problem("head", name, sequence: Int(last.sequence), "登记的末尾与实际不符。"))
        }
    }

    private mutating func checkSignature(_ envelope: Envelope, _ name: String, _ place: Int, _ reading: Reading) throws {
        guard let key = try reading.directory.key(of: envelope.stream.unit, id: envelope.keyID) else {
            return add(Problem("unknownKey", name, sequence: place, "签名所用的密钥没有登记。"))
        }
        do {
            try envelope.verify(key)
            signatures += 1
            entries += try envelope.entries().count
        } catch {
            add(Problem(error.rawValue, name, sequence: place, "签名或内容核验不通过。"))
        }
    }

    private mutating func add(_ problem: Problem) {
        if problems.count < Self.limit { problems.append(problem) }
    }
}
