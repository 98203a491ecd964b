import Rules
import Sheets

/// One switch, window or list that the FAQ names: who may set it, what holds when nobody has, and how settings combine.
public struct PolicyDefinition: Sendable, Hashable {
    public enum Value: String, Sendable, Hashable {
        /// `on` or `off`.
        case onOff
        /// `YYYY-MM-DD/YYYY-MM-DD`, both days inside; empty: no window is set.
        case window
        /// `MMDD`.
        case monthDay
        /// Comma-separated field names (column titles of the 2013 template).
        case fields
        /// Semicolon-separated `unit or dossier:YYYY-MM-DD` grants with their last day.
        case grants
        case integer
        case text
        /// One of the definition's `choices`.
        case choice
        /// `campus:first-last` separated by semicolons, for example `0:1-20;1:21-40`.
        case classRanges
        /// Comma-separated days and spans, `2026-10-01/2026-10-07,2027-01-01`.
        case days
        /// Comma-separated types of files.
        case fileTypes
        /// `HH:MM-HH:MM` of every day, in China's time.
        case hours
        /// Bytes a second.
        case bandwidth
        /// Comma-separated kinds of roll changes (`RollChangeKind`).
        case rollChanges
        /// Comma-separated papers (`TransferPaper`).
        case papers
        /// Semicolon-separated `unit:YYYY-MM-DD` or `unit:YYYY-MM-DD:business` (`OpenCaseReminder`).
        case reminders
    }

    public enum Combination: String, Sendable, Hashable {
        /// The nearest setting on the path upwards counts.
        case nearest
        /// All settings on the path count together; an upper one cannot be loosened below.
        case union
    }

    public let key: String
    /// Chinese label as in the FAQ.
    public let title: String
    public let question: String
    public let owners: Set<Tier>
    public let value: Value
    public let choices: [String]
    public let standard: String
    public let combination: Combination
}

/// The catalogue of requirements §1.17 with the decisions of §1.21. API, console, documents and rules read this one list.
public enum PolicyCatalogue {
    private static func policy(
        _ key: String, _ title: String, _ question: String, _ owners: Set<Tier>, _ value: PolicyDefinition.Value,
        _ standard: String, _ combination: PolicyDefinition.Combination = .nearest, choices: [String] = []
    ) -> PolicyDefinition {
        PolicyDefinition(
            key: key, title: title, question: question, owners: owners, value: value, choices: choices,
            standard: standard, combination: combination)
    }

    public static let all: [PolicyDefinition] = [
        policy("duplicates.instant", "即时查重", "Q54", [.province], .onOff, "on"),
        policy("duplicates.sufficient", "上报所需查重结论", "Q54", [.province], .choice, "centre", choices: ["centre", "province"]),
        policy("duplicates.crossIsProblem", "有无身份证号之间三项相同按问题学籍处理", "Q56", [.centre], .onOff, "off"),
        policy("registration.new.window", "新生注册时间", "Q58", [.province], .window, ""),
        policy("registration.new.lateGrants", "新生注册个别放开", "Q58", [.province], .grants, ""),
        policy("registration.current", "在校生注册", "Q57", [.province], .onOff, "on"),
        policy("registration.underAge", "不足龄控制", "Q104", [.province], .onOff, "off"),
        policy("registration.underAge.cutoff", "入学年龄截止日", "Q104", [.province], .monthDay, "0831"),
        policy("registration.noID.reachesProvince", "无身份证件学生须报省级核办", "M-REG", [.province, .centre], .onOff, "off"),
        policy("fields.required", "本地必填指标", "Q8", [.county, .city, .province], .fields, "", .union),
        policy("fields.controlled", "受控字段设置", "Q70", [.county, .city, .province], .fields, "", .union),
        policy("evidence.text", "证明材料要求", "Q62", [.province], .text, ""),
        policy("evidence.types", "附件的文件类型", "Q62", [.province], .fileTypes, "doc,rar,jpg"),
        policy("attachments.reach", "附件保存到哪一级", "Q62", [.province], .choice, "competent", choices: ["competent", "county", "city", "province", "centre"]),
        policy("blobs.bandwidth", "附件传输带宽上限（字节/秒）", "M-PH", Set(Tier.allCases), .bandwidth, ""),
        policy("blobs.hours", "附件传输时段", "M-PH", Set(Tier.allCases), .hours, ""),
        policy("problems.days", "问题学籍处理期限（天）", "Q65", [.centre, .province], .integer, "30"),
        policy("deadlines.registration", "学籍注册办理期限（工作日，0 为不限）", "Q76", [.centre, .province], .integer, "10"),
        policy("deadlines.keyData", "关键数据变更办理期限（工作日，0 为不限）", "Q76", [.centre, .province], .integer, "10"),
        policy("deadlines.transfer", "转学每个环节的办理期限（工作日，0 为不限）", "Q76", [.centre, .province], .integer, "10"),
        policy("deadlines.rollChange", "学籍异动办理期限（工作日，0 为不限）", "Q76", [.centre, .province], .integer, "10"),
        policy("deadlines.death", "死亡登记期限（工作日，0 为不限）", "M-DEATH", [.centre, .province], .integer, "10"),
        policy("rollChange.permitted", "另行开放的学籍异动", "M-SU", [.province], .rollChanges, ""),
        policy("rollChange.withoutCertificate", "不要求证明材料的学籍异动", "M-SU", [.province], .rollChanges, ""),
        policy("rollChange.suspension.months", "一次休学最长月数（0 为不限）", "M-SU", [.province], .integer, "12"),
        policy("rollChange.reminder.days", "休学期满提前提醒天数", "M-SU", [.province], .integer, "30"),
        policy("cases.reminders", "在办业务催办", "Q87", [.county, .city, .province, .centre], .reminders, ""),
        policy("calendar.holidays", "放假日期", "Q76", [.centre, .province], .days, "", .union),
        policy("calendar.workdays", "调休上班日期", "Q76", [.centre, .province], .days, "", .union),
        policy("graduation.window", "毕业时间", "Q90", [.province], .window, ""),
        policy("promotion.day", "升级时间", "Q90", [.province], .monthDay, ""),
        policy("graduation.senior.level", "高中毕业核办级别", "Q89", [.province], .choice, "competent", choices: ["competent", "city"]),
        policy("enrolment.unified.window", "统一招生时间", "Q93", [.province], .window, ""),
        policy("enrolment.own.window", "自主招生时间", "Q93", [.province], .window, ""),
        policy("enrolment.formerGraduates", "往届生招生", "Q91", [.province], .onOff, "on"),
        policy("enrolment.crossSystem", "五四制六三制互通", "Q98", [.province], .onOff, "on"),
        policy("graduation.rollback", "毕业回退", "Q88", [.province], .onOff, "off"),
        policy("transfer.provinceStep", "跨省转学经省级核办", "M-T3", [.province], .onOff, "on"),
        policy("transfer.papers", "转学申请须附的材料", "Q62", [.province], .papers, ""),
        policy("inquiry.days", "转学查询等待答复的期限（工作日）", "Q81", [.centre, .province], .integer, "10"),
        policy("inquiry.daily", "每所学校每天转学查询的次数", "Q81", [.centre, .province], .integer, "50"),
        policy("certificate.days", "学籍卡、转学证明的有效天数", "Q105", [.centre, .province], .integer, "365"),
        policy("transfer.terminalTerm", "毕业年级最后一学期不办理转出", "Q80", [.province], .onOff, "off"),
        policy("transfer.freeze", "转学暂停时间", "M-T7", [.centre], .window, ""),
        policy("roles.separated", "录入与审核职责分离", "Q108", [.province], .onOff, "on"),
        policy("accounts.sleepAfterDays", "账号休眠天数（0 为不休眠）", "Q108", [.centre, .province], .integer, "180"),
        policy("class.ranges", "校区班号范围", "Q16", [.school], .classRanges, ""),
        policy("class.limit", "班额上限", "M-CLS", [.county, .province], .integer, ""),
    ]

    public static func definition(_ key: String) -> PolicyDefinition? { all.first { $0.key == key } }
}

extension PolicyDefinition {
    /// What can be chosen; empty where anything of the right form can be said.
    public var options: [String] { value == .onOff ? ["on", "off"] : choices }

    /// 开 / 关 / 中央 / 主管部门 …; nil for what is no choice of any policy.
    public static func label(ofChoice choice: String) -> String? {
        switch choice {
        case "on": "开"
        case "off": "关"
        case "competent": "主管部门"
        default: Tier(rawValue: choice)?.label
        }
    }

    /// Why a text is not a value of this policy, in Chinese; nil when it is one. Empty always means "not set".
    public func fault(in text: String) -> String? {
        if text.isEmpty { return nil }
        switch value {
        case .onOff: return ["on", "off"].contains(text) ? nil : "只能是 on 或 off"
        case .window: return TimeWindow(text) == nil ? "应为“起始日/截止日”，例如 2026-08-15/2026-09-30" : nil
        case .monthDay: return CalendarDate(compact: "2024" + text) == nil ? "应为四位月日，例如 0831" : nil
        case .fields:
            let unknown = text.split(separator: ",").map(String.init).filter { StudentField.named($0) == nil }
            guard unknown.isEmpty else { return "没有这些指标：" + unknown.joined(separator: "、") }
            return columnFault(in: text)
        case .grants: return LateGrants(text) == nil ? "应为“学校标识码或学籍档案编号:截止日”，以分号隔开，例如 2144000001:2026-12-01" : nil
        case .days: return WorkingCalendar.isList(text) ? nil : "应为日期或“起始日/截止日”，以逗号隔开，例如 2026-10-01/2026-10-07,2027-01-01"
        case .integer: return Int(text).map { $0 >= 0 } == true ? nil : "应为不小于零的整数"
        case .text: return text.count <= 2000 ? nil : "不能超过 2000 字"
        case .classRanges: return ClassRanges.numbering(text) == nil ? "应为“校区号:起始-截止”，以分号隔开且互不重叠，例如 0:1-20;1:21-40" : nil
        case .fileTypes: return AttachedFileType.list(text) == nil ? "可选 doc,rar,jpg,docx,pdf,png，以逗号隔开" : nil
        case .hours: return DailyHours(text) == nil ? "应为“起-止”，例如 18:00-06:00" : nil
        case .bandwidth: return Int(text).map { $0 >= 1000 } == true ? nil : "应为不小于 1000 的整数，单位为字节每秒"
        case .rollChanges: return RollStandings.fault(inKinds: text)
        case .reminders:
            return OpenCaseReminder.list(text) == nil
                ? "每项应为单位代码、办结日期和业务（全部业务可不写），以半角冒号隔开；各项以半角分号隔开，不超过 \(OpenCaseReminder.most) 项。"
                    + "例如 440106:2027-06-30:rollChange" : nil
        case .papers: return TransferFiles.fault(inPapers: text)
        case .choice: return choices.contains(text) ? nil : "只能是 " + choices.joined(separator: " 或 ")
        }
    }
}

extension PolicyDefinition {
    /// An item that no template has a column for cannot be demanded of every pupil: no workbook could bring it.
    private func columnFault(in text: String) -> String? {
        guard key == "fields.required" else { return nil }
        let columns = Set(Template.all.flatMap { $0.columns.compactMap(\.field) })
        let absent = text.split(separator: ",").map(String.init).filter { StudentField.named($0).map { !columns.contains($0) } ?? true }
        return absent.isEmpty ? nil : "导入模板中没有这些指标的列：" + absent.joined(separator: "、")
    }
}

/// 关键业务时间: from the first to the last day, both inside, in China's time.
public struct TimeWindow: Sendable, Hashable {
    public let first: CalendarDate
    public let last: CalendarDate

    /// Reads `YYYY-MM-DD/YYYY-MM-DD`; nil when a day does not exist or the order is wrong.
    public init?(_ text: String) {
        let days = text.split(separator: "/", omittingEmptySubsequences: false)
            .map { CalendarDate(compact: String($0.filter { $0 != "-" })) }
        guard days.count == 2, let first = days[0], let last = days[1], first <= last else { return nil }
        self.first = first
        self.last = last
    }

    public func contains(_ day: CalendarDate) -> Bool { first <= day && day <= last }
}

/// 个别放开 after the window has closed (Q58): per school or per dossier, with a last day.
public struct LateGrants: Sendable, Hashable {
    private let lastDays: [String: CalendarDate]

    public init?(_ text: String) {
        var lastDays: [String: CalendarDate] = [:]
        for grant in text.split(separator: ";") {
            let parts = grant.split(separator: ":").map { $0.trimmed }
            guard parts.count == 2, !parts[0].isEmpty, let day = CalendarDate(compact: parts[1].filter { $0 != "-" }) else {
                return nil
            }
            lastDays[parts[0]] = day
        }
        self.lastDays = lastDays
    }

    public func allows(_ name: String, on day: CalendarDate) -> Bool { lastDays[name].map { day <= $0 } ?? false }
}

/// Reserved ranges of class numbers per campus (Q16).
public enum ClassRanges {
    /// Nil when the text is malformed or ranges overlap; the sequential numbering for an empty text.
    public static func numbering(_ text: String) -> ClassNumbering? {
        if text.isEmpty { return .sequential }
        var ranges: [Int: ClosedRange<Int>] = [:]
        for part in text.split(separator: ";") {
            let pieces = part.split(separator: ":").map(\.trimmed)
            let bounds = (pieces.last ?? "").split(separator: "-").compactMap { Int($0) }
            guard pieces.count == 2, let campus = Int(pieces[0]), campus >= 0, ranges[campus] == nil, bounds.count == 2,
                  bounds[0] <= bounds[1] else { return nil }
            ranges[campus] = bounds[0]...bounds[1]
        }
        return try? ClassNumbering(.reserved(ranges))
    }
}

extension Substring {
    /// Without blanks at both ends.
    var trimmed: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
