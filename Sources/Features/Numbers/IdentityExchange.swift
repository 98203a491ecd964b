import FoundationEssentials
import GRDB
import Protocol
import Rules
import Sheets
import Store

/// The questions to the public-security register that were not answered at once, and the way of the answers back (M-VER).
/// A question without an answer stays open: the pupil keeps the provisional number, and it is asked again.
public enum IdentityExchange {
    /// Questions in one batch or request.
    public static let batch = 5000
    /// After this many seconds without an answer a question is asked again.
    public static let patience: Int64 = 24 * 3600

    /// One answer as the register gives it.
    public struct Answer: Codable, Sendable, Hashable {
        /// The dossier's id, as in the question.
        public var query: String
        /// `matched` 一致, `mismatch` 不一致, `unknown` 查无此人.
        public var answer: String

        public init(query: String, answer: String) {
            self.query = query
            self.answer = answer
        }
    }

    public struct Question: Codable, Sendable, Hashable {
        public var query: String
        public var name: String
        /// 1 男, 2 女.
        public var sex: String
        /// `YYYYMMDD`.
        public var birth: String
        public var idNumber: String
    }

    /// What has not been asked yet, or not been answered for too long.
    public static func due(_ reading: Reading, now: Int64) throws -> [Question] {
        try Row.fetchAll(reading.database, sql: """
            SELECT q.dossier, d.name_key, d.sex, d.birth, d.id_number FROM identity_query q JOIN dossier d ON d.id = q.dossier
            WHERE (q.asked_at IS NULL OR q.asked_at < ?) AND d.key_digest = q.key_digest AND d.state = 'enrolled'
            ORDER BY q.dossier LIMIT ?
            """, arguments: [now - patience, batch]).compactMap { row in
                DossierID(row["dossier"] as Data).map {
                    Question(query: $0.description, name: row["name_key"], sex: row["sex"], birth: row["birth"], idNumber: row["id_number"])
                }
            }
    }

    public static func noteAsked(_ questions: [Question], batch: String, in transaction: Transaction) throws {
        for question in questions {
            guard let id = DossierID(hex: question.query) else { continue }
            try transaction.database.execute(
                literal: "UPDATE identity_query SET asked_at = \(transaction.now), batch = \(batch) WHERE dossier = \(Data(id.bytes))")
        }
    }

    /// Takes answers as the centre's words. An answer to a question that is not open (any more) changes nothing.
    /// - Returns: how many took effect.
    public static func take(_ answers: [Answer], in transaction: Transaction) throws -> Int {
        var taken = 0
        for answer in answers {
            guard let id = DossierID(hex: answer.query), let verdict = verdict(answer.answer),
                  let asked = try Data.fetchOne(
                    transaction.database, sql: "SELECT key_digest FROM identity_query WHERE dossier = ? AND asked_at IS NOT NULL",
                    arguments: [Data(id.bytes)]),
                  let digest = Digest(asked), let dossier = try transaction.dossier(id) else { continue }
            try NumberOffice.answer(id, home: dossier.home, digest, verdict, in: transaction)
            try transaction.database.execute(literal: "DELETE FROM identity_query WHERE dossier = \(Data(id.bytes))")
            taken += 1
        }
        return taken
    }

    private static func verdict(_ text: String) -> IdentityVerdict? {
        switch text {
        case "matched", "一致", "通过": .matched
        case "mismatch", "不一致", "身份证号与姓名不匹配": .mismatch
        case "unknown", "查无此人", "身份证号不存在": .unknown
        default: nil
        }
    }

    // MARK: Batch files

    static let questionColumns = ["query", "name", "sex", "birth", "id_no"]

    /// Writes due questions to `out/identity-BATCH.csv` and takes answers from `in/*.csv` (`query,answer`); files that were
    /// taken move to `done/`, files that cannot be read to `failed/` with an alarm.
    /// - Returns: questions written and answers taken.
    public static func exchange(folder: String, archive: Archive) throws -> (asked: Int, taken: Int) {
        let files = FileManager.default
        for name in ["out", "in", "done", "failed"] {
            try files.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let taken = try takeFiles(folder: folder, archive: archive)
        let questions = try archive.read { try due($0, now: archive.surroundings.now()) }
        guard !questions.isEmpty else { return (0, taken) }
        let batch = archive.surroundings.randomBytes(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let writer = try CSVWriter(path: "\(folder)/out/identity-\(batch).csv")
        try writer.write(questionColumns)
        for question in questions {
            try writer.write([question.query, question.name, question.sex, question.birth, question.idNumber])
        }
        try writer.finish()
        try archive.write { try noteAsked(questions, batch: batch, in: $0) }
        return (questions.count, taken)
    }

    private static func takeFiles(folder: String, archive: Archive) throws -> Int {
        var taken = 0
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/in").filter { $0.hasSuffix(".csv") }.sorted()
        for name in names {
            let path = folder + "/in/" + name
            do {
                let answers = try read(path)
                taken += try archive.write { try take(answers, in: $0) }
                try move(path, to: folder + "/done/" + name)
            } catch let error as SheetError {
                try setAside(name, error.message, folder: folder, archive: archive)
            } catch let error as Unfit {
                try setAside(name, error.message, folder: folder, archive: archive)
            }
        }
        return taken
    }

    private static func setAside(_ name: String, _ reason: String, folder: String, archive: Archive) throws {
        try archive.write { transaction in
            try transaction.raiseAlarm("identity.file", subject: name, "身份核验结果文件 \(name) 不能读取：\(reason)")
        }
        try move("\(folder)/in/\(name)", to: "\(folder)/failed/\(name)")
    }

    /// A file that is not a file of answers, in Chinese.
    private struct Unfit: Error { let message: String }

    private static func read(_ path: String) throws -> [Answer] {
        var rows: [[String]] = []
        try CSVReader.forEachRow(path) { row in rows.append((0..<row.count).map { row[$0] }) }
        guard rows.first?.prefix(2) == ["query", "answer"] else { throw Unfit(message: "首行应为 query,answer") }
        return try rows.indices.dropFirst().map { index in
            guard rows[index].count >= 2, verdict(rows[index][1]) != nil else {
                throw Unfit(message: "第 \(index + 1) 行的结果不是 matched、mismatch 或 unknown，整个文件没有采用")
            }
            return Answer(query: rows[index][0], answer: rows[index][1])
        }
    }

    private static func move(_ path: String, to target: String) throws {
        if FileManager.default.fileExists(atPath: target) { try FileManager.default.removeItem(atPath: target) }
        try FileManager.default.moveItem(atPath: path, toPath: target)
    }
}
