import Protocol
import Rules
import Store

/// 转学查询: asking for a pupil elsewhere, what was asked and what came of it (Q81, Q83).
public enum InquiryOperations {
    private static let item = Schema.fields(
        ("inquiry", .string), ("unit", .string), ("unitName", .string), ("name", .string), ("number", .string), ("key", .string),
        ("province?", .string), ("askedAt", .string), ("lastDay", .string), ("state", .string),
        ("answer?", .fields(
            ("by", .string), ("byName", .string), ("at", .string),
            ("pupil?", .fields(
                ("school", .string), ("schoolName", .string), ("grade", .string), ("state", .string), ("stateLabel", .string), ("sex", .string),
                ("birthYear", .string), ("stage", .string), ("hasOpenCase", .boolean))))),
        ("waitingFor?", .fields(("unit", .string), ("unitName", .string), ("since?", .string), ("isAway", .boolean))),
        ("way", .array(.fields(("unit", .string), ("unitName", .string), ("storedAt?", .string)))))

    /// - Parameter links: what the running process knows about its links.
    public static func operations(links: @escaping @Sendable () -> OversightOperations.Links) -> [Operation] {
        [
            Operation(
                "inquiries.ask", .post, "/inquiries", "Ask for a pupil of another school by name and one number; the answer comes by itself (Q81)",
                title: "转学查询",
                body: .json(.fields(("name", .string), ("studentNumber?", .string), ("idNumber?", .string), ("province?", .string))),
                response: item, roles: [.registrar, .head]
            ) { call in
                let request: InquiryWriter.Request = try JSONBody.decode(call.body)
                let id = try call.archive.write { try InquiryWriter(actor: call.actor, transaction: $0).ask(request) }
                return .json(try shown(id, call, links()))
            },
            Operation(
                "inquiries.list", .get, "/inquiries", "Inquiries of the unit, of units below, or answered by it; the newest first", title: "转学查询",
                parameters: [
                    .init("scope", "`own` by default at a school; `below`: asked by units below, the default elsewhere; `answered`"),
                    .init("limit", "1 to 1000, default 100"),
                ],
                response: .fields(("inquiries", .array(item)), ("askedToday", .integer), ("dailyLimit", .integer)), roles: [.registrar, .head],
                handle: list),
            Operation(
                "inquiries.show", .get, "/inquiries/{inquiry}", "One inquiry: what was answered, or whom it waits for and since when", title: "转学查询",
                parameters: [.path("inquiry", "Inquiry id")], response: item, roles: [.registrar, .head]
            ) { call in
                guard let id = Rules.Digest(hex: call.parameters["inquiry"] ?? "") else {
                    throw Refusal("inquiry.id", "查询编号不对，应为64位十六进制数。", remedy: "请从查询列表中选取。", kind: .usage)
                }
                return .json(try shown(id, call, links()))
            },
        ]
    }

    private static func list(_ call: Call) throws -> Reply {
        let unit = call.actor.unit
        let today = call.archive.surroundings.today
        let limit = try ListParameters.limit(call.parameters)
        return .json(try call.archive.read { reading in
            let isSchool = reading.directory.tier(of: unit) == .school
            let text = call.parameters["scope"] ?? (isSchool ? InquiryList.Scope.own : .below).rawValue
            guard let scope = InquiryList.Scope(rawValue: text) else {
                throw Refusal(
                    "scope", "没有“\(text)”这个范围。", remedy: "可选：" + InquiryList.Scope.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
            }
            let shelf = InquiryShelf(reading)
            return InquiryList.Page(
                inquiries: try shelf.files(scope, of: unit, limit: limit).map { InquiryList.item($0, for: unit, reading) },
                askedToday: try shelf.asked(by: unit, on: today), dailyLimit: try shelf.dailyLimit(for: unit))
        })
    }

    /// The asker and those above it see an inquiry, and so does whoever answers it or is asked to.
    private static func shown(_ id: Rules.Digest, _ call: Call, _ links: OversightOperations.Links) throws -> InquiryList.Item {
        let unit = call.actor.unit
        let parent = InquiryWay.Parent(
            isHere: links.parent.state.hasPrefix("connected") || links.parent.state == "none",
            since: (links.parent.failingSince ?? links.parent.lastContact).flatMap(ChinaTime.seconds), time: call.archive.surroundings.now())
        return try call.archive.read { reading in
            guard let file = try InquiryShelf(reading).file(id), mayBeSeen(file, by: unit, reading.directory) else {
                throw Refusal("inquiry.missing", question: "Q81", "没有这次查询，或不在本单位范围内。", remedy: "请从查询列表中选取。", kind: .missing)
            }
            return InquiryList.item(file, for: unit, reading, way: try InquiryWay(file, reading, parent: parent))
        }
    }

    private static func mayBeSeen(_ file: InquiryFile, by unit: UnitCode, _ directory: some Topology) -> Bool {
        directory.contains(unit, file.inquiry.unit) || file.forwards.contains { $0.to == unit } || file.answers.contains { $0.answer.by == unit }
    }
}
