import Protocol
import Rules
import Store

/// `classes add / list`: the school says how many, the system numbers them (Q15).
public enum ClassOperations {
    struct List: Encodable, Sendable { let classes: [String] }

    struct Addition: Decodable {
        let stage: String
        let year: Int
        let count: Int
        let campus: Int?
        let attached: Bool?
    }

    private static let schema = Schema.fields(("classes", .array(.string)))

    public static let all: [Operation] = [
        Operation("classes.list", .get, "/classes", "Open classes of the school", title: "班级信息", response: schema) { call in
            .json(try call.archive.read { List(classes: try ClassShelf($0).classes(of: call.actor.unit).keys.sorted()) })
        },
        Operation(
            "classes.add", .post, "/classes", "Generate classes; the codes are the system's", title: "新增班级",
            body: .json(.fields(
                ("stage", .string), ("year", .integer), ("count", .integer), ("campus?", .integer), ("attached?", .boolean))),
            response: schema, roles: [.registrar]
        ) { call in
            let wish: Addition = try JSONBody.decode(call.body)
            return .json(try call.archive.write { List(classes: try add(wish, as: call.actor, in: $0)) })
        },
        Operation(
            "classes.close", .delete, "/classes/{code}", "Close an empty class", title: "删除班级",
            parameters: [.path("code", "Seven-digit class code")], response: schema, roles: [.registrar]
        ) { call in
            .json(try call.archive.write { List(classes: try close(call.parameters["code"] ?? "", as: call.actor, in: $0)) })
        },
        ClassPlacement.operation,
    ] + ClassRoster.operations

    /// The acting school, in use.
    static func school(_ actor: Actor, in transaction: Transaction) throws -> Unit {
        guard let unit = transaction.directory.unit(actor.unit), TierRights.may(unit.tier, .keepClasses) else {
            throw Refusal("classes.school", question: "Q15", "只有学校能设置班级。", remedy: "请以学校身份办理。", kind: .permission)
        }
        guard !unit.isClosed else {
            throw try StepRefusals.closed(unit, transaction.reading)
        }
        return unit
    }

    private static func add(_ wish: Addition, as actor: Actor, in transaction: Transaction) throws -> [String] {
        let school = try school(actor, in: transaction)
        guard let stage = StageName.stage(wish.stage) else {
            throw Refusal(
                "classes.stage", question: "Q15", "学段“\(wish.stage)”不对。", remedy: "请填 primary、junior 或 senior（小学、初中、高中）。",
                kind: .usage)
        }
        let isAttached = wish.attached ?? false
        guard school.stages.contains(stage) || isAttached else {
            throw Refusal(
                "classes.offered", question: "Q1", "学校类型不采集该学段：学校“\(school.name)”不设\(stage.label)。", remedy: "请核对学段，或由主管部门更正学校信息。")
        }
        let thisYear = transaction.surroundings.today.year
        guard (thisYear - 12...thisYear + 1).contains(wish.year), (1...99).contains(wish.count), (0...99).contains(wish.campus ?? 0) else {
            throw Refusal(
                "classes.range", question: "Q15", "入学年份、班数或校区号超出范围。",
                remedy: "入学年份应在 \(thisYear - 12) 至 \(thisYear + 1) 之间，班数 1 至 99，校区号 0 至 99。", kind: .usage)
        }
        let shelf = ClassShelf(transaction.reading)
        let taken = try shelf.usedCodes(of: school.code).compactMap { ClassCode($0) }
        let ranges = try PolicyShelf(transaction.reading).value("class.ranges", for: school.code)
        let codes: [ClassCode]
        do {
            codes = try (ClassRanges.numbering(ranges) ?? .sequential)
                .next(wish.count, year: wish.year, stage: stage, campus: wish.campus ?? 0, taken: taken)
        } catch {
            throw Refusal(error.code, question: "Q16", error.message, remedy: error.remedy)
        }
        for code in codes {
            let schoolClass = SchoolClass(
                school: school.code, code: code.text, campus: wish.campus ?? 0, isAttached: isAttached)
            try transaction.append(.schoolClass, Payload.encode(schoolClass), as: school.code, to: .up)
        }
        return codes.map(\.text)
    }

    private static func close(_ code: String, as actor: Actor, in transaction: Transaction) throws -> [String] {
        let school = try school(actor, in: transaction)
        let shelf = ClassShelf(transaction.reading)
        guard let facts = try shelf.classes(of: school.code)[code] else {
            throw Refusal("classes.missing", question: "Q51", "本校不存在该班号", remedy: "请核对班号。", kind: .missing)
        }
        let pupils = try StudentList.count(inClass: code, of: school.code, transaction.reading)
        guard pupils == 0 else {
            throw Refusal("classes.notEmpty", question: "M-CLS", "班级 \(code) 还有 \(pupils) 名学生，不能删除。", remedy: "请先调班或处理这些学生。")
        }
        let closed = SchoolClass(
            school: school.code, code: code, campus: facts.campus, isAttached: facts.isAttached, isClosed: true)
        try transaction.append(.schoolClass, Payload.encode(closed), as: school.code, to: .up)
        return try shelf.classes(of: school.code).keys.sorted()
    }
}

/// Stages as people type them.
public enum StageName {
    static func label(_ stage: Stage) -> String {
        switch stage {
        case .primary: "小学"
        case .junior: "初中"
        case .senior: "高中"
        }
    }

    public static func stage(_ text: String) -> Stage? {
        switch text {
        case "1", "primary", "小学": .primary
        case "2", "junior", "初中": .junior
        case "3", "senior", "高中": .senior
        default: nil
        }
    }
}
