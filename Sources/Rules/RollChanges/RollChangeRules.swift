/// Judges a roll change by its row of the table: asked at the writer's gate, and by the form for all fields at once.
public enum RollChangeRules {
    /// Where on the form a fault stands.
    public enum Field: String, Sendable, Hashable {
        case kind, cause, date, until, country, `class`
    }

    public struct Fault: Sendable, Hashable {
        public let field: Field
        /// Stable name, `roll.status` …
        public let code: String
        /// Chinese.
        public let message: String
        public let remedy: String

        public init(field: Field, code: String, message: String, remedy: String) {
            self.field = field
            self.code = code
            self.message = message
            self.remedy = remedy
        }
    }

    /// Days ahead for which a change may be applied for.
    public static let daysAhead = 60

    /// Why the pupil cannot undergo a change of this kind now; nil when he can.
    public static func objection(to kind: RollChangeKind, _ facts: RollChangeFacts) -> Fault? {
        let rule = kind.rule
        guard rule.from.contains(facts.roll.status) else {
            let from = StudentStatus.allCases.filter(rule.from.contains).map(\.label).joined(separator: "、")
            return Fault(
                field: .kind, code: "roll.status", message: "该生状态为“\(facts.roll.status.label)”，不能办理\(rule.name)。",
                remedy: facts.roll.status.isTerminal ? "学籍已终结，不再办理业务。" : "\(rule.name)只适用于状态为“\(from)”的学生。")
        }
        guard let stage = facts.stage else {
            return Fault(field: .kind, code: "roll.class", message: "该生没有班号（待分班），不能办理\(rule.name)。", remedy: "请先分班。")
        }
        guard rule.stages.contains(stage) else {
            let isCompulsory = stage.isCompulsory
            return Fault(
                field: .kind, code: "roll.stage", message: "\(isCompulsory ? "义务教育阶段" : "普通高中")不办理\(rule.name)。",
                remedy: isCompulsory ? "义务教育阶段不得退学、开除；失学的按“辍学”登记，学籍保留。" : "请按“退学”或“其他离校”办理。")
        }
        guard !rule.needsPolicy || facts.permitted.contains(kind) else {
            return Fault(
                field: .kind, code: "roll.policy", message: "本省没有开放\(rule.name)。", remedy: "由省级在设置“另行开放的学籍异动”中开放后才能办理。")
        }
        return nil
    }

    /// Everything that is wrong with a change, in the order of the form.
    public static func faults(in change: RollChange, _ facts: RollChangeFacts) -> [Fault] {
        if let objection = objection(to: change.kind, facts) { return [objection] }
        return cause(change) + dates(change, facts) + country(change) + placement(change, facts)
    }

    private static func cause(_ change: RollChange) -> [Fault] {
        let causes = change.kind.rule.causes
        guard !causes.contains(change.cause), !(causes.isEmpty && change.cause.isEmpty) else { return [] }
        if causes.isEmpty {
            return [Fault(field: .cause, code: "roll.cause", message: "\(change.kind.label)不填异动原因。", remedy: "请去掉异动原因。")]
        }
        let names = causes.map { $0 + (CodeTable.changeReason.text(for: $0) ?? "") }.joined(separator: "、")
        return [Fault(field: .cause, code: "roll.cause", message: "\(change.kind.label)的异动原因未填或不对。", remedy: "可选：\(names)。")]
    }

    private static func dates(_ change: RollChange, _ facts: RollChangeFacts) -> [Fault] {
        var faults: [Fault] = []
        let last = change.kind.rule.isReport ? facts.today.daysSince1970 : facts.today.daysSince1970 + daysAhead
        if change.date.daysSince1970 > last {
            let text = change.kind.rule.isReport ? "不能晚于今天" : "不能晚于今天起 \(daysAhead) 天"
            faults.append(Fault(field: .date, code: "roll.date", message: "\(change.kind.label)日期\(text)。", remedy: "请核对日期。"))
        } else if let since = facts.roll.since, change.date < since {
            faults.append(Fault(
                field: .date, code: "roll.date", message: "\(change.kind.label)日期早于上一次异动的日期 \(since)。", remedy: "请核对日期。"))
        }
        switch (change.kind.rule.asksUntil, change.until) {
        case (false, nil): break
        case (false, _): faults.append(Fault(field: .until, code: "roll.until", message: "\(change.kind.label)不填截止日期。", remedy: "请去掉截止日期。"))
        case (true, nil): faults.append(Fault(field: .until, code: "roll.until", message: "\(change.kind.label)须填截止日期。", remedy: "例如 2027-08-31。"))
        case (true, let until?): faults += span(change, until, facts)
        }
        return faults
    }

    private static func span(_ change: RollChange, _ until: CalendarDate, _ facts: RollChangeFacts) -> [Fault] {
        if until <= change.date {
            return [Fault(field: .until, code: "roll.until", message: "截止日期应晚于起始日期。", remedy: "请核对日期。")]
        }
        guard let months = facts.longestSuspension, until > change.date.adding(months: months) else { return [] }
        return [Fault(
            field: .until, code: "roll.until", message: "一次\(change.kind.label)不超过 \(months) 个月，最晚到 \(change.date.adding(months: months))。",
            remedy: "期满仍不能复学的，可再次办理\(change.kind.label)。")]
    }

    private static func country(_ change: RollChange) -> [Fault] {
        if !change.kind.rule.asksCountry {
            guard !change.country.isEmpty else { return [] }
            return [Fault(field: .country, code: "roll.country", message: "\(change.kind.label)不填前往国家或地区。", remedy: "请去掉这一项。")]
        }
        guard CodeTable.country.text(for: change.country) == nil || change.country == "CHN" else { return [] }
        return [Fault(field: .country, code: "roll.country", message: "前往国家或地区未填或不对。", remedy: "请填写国家或地区的名称。")]
    }

    private static func placement(_ change: RollChange, _ facts: RollChangeFacts) -> [Fault] {
        func fault(_ message: String, _ remedy: String) -> [Fault] { [Fault(field: .class, code: "roll.class", message: message, remedy: remedy)] }
        guard let placement = change.kind.rule.placement else {
            return change.classCode.isEmpty ? [] : fault("\(change.kind.label)不填班号。", "请去掉班号。")
        }
        guard !change.classCode.isEmpty else {
            return placement.isRequired ? fault("\(change.kind.label)须填就读的班号。", "请选择本校的班级。") : []
        }
        guard facts.classes.contains(change.classCode), let to = ClassCode(change.classCode) else {
            return fault("本校不存在该班号：\(change.classCode)。", "请先建立班级，或改填本校的班号。")
        }
        guard let own = ClassCode(facts.classCode) else { return [] }
        switch placement {
        case .any: return []
        case .sameOrLater where to.stage == own.stage && to.year >= own.year: return []
        case .yearAbove where to.stage == own.stage && to.year == own.year - 1: return []
        case .yearBelow where to.stage == own.stage && to.year == own.year + 1: return []
        case .sameOrLater: return fault("\(change.kind.label)只能回到原年级或较低年级。", "请选择 \(own.year) 年及以后入学的同学段班级。")
        case .yearAbove: return fault("跳级应到高一年级的班级。", "请选择 \(own.year - 1) 年入学的同学段班级。")
        case .yearBelow: return fault("留级应到低一年级的班级。", "请选择 \(own.year + 1) 年入学的同学段班级。")
        }
    }

    /// The pupil's offset once he stands in another class; a new stage begins at none.
    public static func gradeOffset(after classCode: String, _ facts: RollChangeFacts) -> Int {
        guard let own = ClassCode(facts.classCode), let to = ClassCode(classCode) else { return facts.roll.gradeOffset }
        return own.stage == to.stage ? facts.roll.gradeOffset + own.year - to.year : 0
    }
}

extension CalendarDate {
    /// The same day so many months later, or the last one of that month.
    public func adding(months: Int) -> CalendarDate {
        let count = year * 12 + month - 1 + months
        let (year, month) = (count / 12, count % 12 + 1)
        let day = min(day, CalendarDate.daysIn(month: month, of: year))
        return CalendarDate(year: year, month: month, day: day) ?? self
    }

    /// Reads `YYYY-MM-DD` or `YYYYMMDD`.
    public init?(text: String) { self.init(compact: text.filter { $0 != "-" && !$0.isWhitespace }) }
}
