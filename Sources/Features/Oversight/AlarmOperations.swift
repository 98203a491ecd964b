import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// `alarm list / acknowledge`: what a node wants its operator to know, and that he has seen it.
public enum AlarmOperations {
    struct Item: Encodable, Sendable {
        let code, subject, since, text: String
        /// Whether it stays until somebody acknowledges it; the others end by themselves.
        let acknowledgeable: Bool
    }

    struct List: Encodable, Sendable { let alarms: [Item] }

    struct Wish: Decodable { let subject: String? }

    struct Acknowledged: Encodable, Sendable {
        let code: String
        let acknowledged: Int
    }

    /// States, not events: each ends when what it speaks of has ended.
    static let ending: Set<String> = [
        "quarantine", "stream.paused", "recovering", "rolledBack", "fence", "backup", "office", "held", "missing", "fork",
        ShutOut.alarm,
    ]

    public static let all: [Operation] = [
        Operation(
            "alarms.list", .get, "/alarms", "Alarms of this node", title: "告警",
            response: .fields(("alarms", .array(.anything))), roles: [.systemAdministrator]
        ) { call in
            .json(try call.archive.read { reading in
                List(alarms: try Row.fetchAll(reading.database, sql: "SELECT * FROM alarm ORDER BY since, code, subject").map { row in
                    Item(
                        code: row["code"], subject: row["subject"], since: ChinaTime.text(row["since"]), text: row["text"],
                        acknowledgeable: isEvent(row["code"], row["subject"]))
                })
            })
        },
        Operation(
            "alarms.acknowledge", .post, "/alarms/{code}/acknowledge", "End alarms of a code that have been seen to", title: "确认告警",
            parameters: [.path("code", "Code of the alarm")], body: .json(.fields(("subject?", .string))),
            response: .fields(("code", .string), ("acknowledged", .integer)), roles: [.systemAdministrator]
        ) { call in
            let wish: Wish = try JSONBody.decode(call.body)
            return .json(try acknowledge(call.parameters["code"] ?? "", subject: wish.subject, call))
        },
    ]

    private static func isEvent(_ code: String, _ subject: String) -> Bool {
        !ending.contains(code) || subject == Transaction.furtherAlarms
    }

    private static func acknowledge(_ code: String, subject: String?, _ call: Call) throws -> Acknowledged {
        try call.archive.write { transaction in
            let subjects = try String.fetchAll(
                transaction.database, sql: "SELECT subject FROM alarm WHERE code = ? AND (? IS NULL OR subject = ?)",
                arguments: [code, subject, subject])
            guard !subjects.isEmpty else {
                throw Refusal("alarm.missing", "没有这样的告警。", remedy: "请用 alarm list 查看代码和对象。", kind: .missing)
            }
            guard subjects.allSatisfy({ isEvent(code, $0) }) else {
                throw Refusal(
                    "alarm.standing", "告警 \(code) 说的情况仍在，不能靠确认消除；情况结束后自动消失。", remedy: "请按告警文字处理。")
            }
            if code == Freshness.alarm { try transaction.confirmFresh() }
            if code == CloneMark.alarm { try transaction.endClone() }
            for subject in subjects { try transaction.clearAlarm(code, subject: subject) }
            return Acknowledged(code: code, acknowledged: subjects.count)
        }
    }
}
