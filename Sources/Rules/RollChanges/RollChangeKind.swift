/// 学籍异动 other than transfers. Raw values are on the wire: append-only.
public enum RollChangeKind: String, Sendable, Hashable, CaseIterable {
    case suspend, resume, dropOut, returnToSchool, leave, quit, expel, goAbroad, returnFromAbroad, skipGrade, repeatGrade, death
}

/// Which class a change may put the pupil into.
public enum RollPlacement: String, Sendable, Hashable {
    /// The pupil's own class or one of the same stage that entered later; the own one where none is named.
    case sameOrLater
    /// Any class of the school (Q82).
    case any
    /// One that entered the year before: a grade is skipped.
    case yearAbove
    /// One that entered the year after: a grade is repeated.
    case yearBelow

    public var isRequired: Bool { self != .sameOrLater }
}

/// One row of the table of roll changes.
public struct RollChangeRule: Sendable, Hashable {
    public let kind: RollChangeKind
    /// Code of `CodeTable.changeType` (JY/T 1001-2012 XJYDLB).
    public let code: String
    public let name: String
    public let from: Set<StudentStatus>
    public let to: StudentStatus
    public let stages: Set<Stage>
    /// Codes of `CodeTable.changeReason` to choose from; empty where no cause is asked for.
    public let causes: [String]
    /// Whether a last day is asked for.
    public let asksUntil: Bool
    /// Whether a country is asked for.
    public let asksCountry: Bool
    /// Which class is asked for; nil where none is.
    public let placement: RollPlacement?
    /// Whether a certificate must be attached, unless the province does without.
    public let needsCertificate: Bool
    /// Whether only the province's policy opens it.
    public let needsPolicy: Bool
    /// Whether it can only lie in the past.
    public let isReport: Bool
    /// FAQ question or requirement.
    public let question: String

    public var freesClass: Bool { to.freesClass }
    public var isTerminal: Bool { to.isTerminal }
}

extension RollChangeKind {
    /// The one table: refusals, fold, forms, lists and tests read these rows. Codes as the national table has them; it knows no code for
    /// dropping out and other leaving (99), and one alone for going abroad (01).
    public static let table: [RollChangeRule] = [
        rule(.suspend, "11", "休学", [.present, .suspended], .suspended, causes: ["10", "11", "12", "19", "26", "27", "28", "30", "34", "99"],
             asksUntil: true),
        rule(.resume, "12", "复学", [.suspended], .present, placement: .sameOrLater),
        rule(.dropOut, "99", "辍学", [.present, .suspended], .droppedOut, compulsory, causes: ["10", "22", "26", "27", "39", "99"], isReport: true),
        rule(.returnToSchool, "12", "离校复学", [.droppedOut, .left], .present, placement: .sameOrLater, needsCertificate: false,
             question: "M-SU"),
        rule(.leave, "99", "其他离校", [.present, .suspended, .droppedOut], .left, causes: ["10", "19", "23", "26", "27", "28", "34", "39", "99"]),
        rule(.quit, "31", "退学", [.present, .suspended], .left, [.senior], causes: ["21", "22", "25", "29", "31", "32", "34", "39", "99"],
             question: "M-SU"),
        rule(.expel, "42", "开除学籍", [.present, .suspended], .left, [.senior], causes: ["23", "51", "99"], question: "M-SU"),
        rule(.goAbroad, "01", "出国", [.present, .suspended, .droppedOut], .abroad, causes: ["28", "29", "30", "99"], asksCountry: true,
             question: "Q82"),
        rule(.returnFromAbroad, "08", "回国复学", [.abroad], .present, placement: .any, question: "Q82"),
        rule(.skipGrade, "04", "跳级", [.present], .present, causes: ["01", "99"], placement: .yearAbove, needsPolicy: true, question: "M-SU"),
        rule(.repeatGrade, "02", "留级", [.present], .present, causes: ["10", "19", "22", "99"], placement: .yearBelow, needsPolicy: true,
             question: "M-SU"),
        rule(.death, "51", "死亡", Set(StudentStatus.allCases.filter { !$0.isTerminal }), .dead,
             causes: CodeTable.changeReason.entries.map(\.code).filter { ("40"..."89").contains($0) }, isReport: true, question: "M-DEATH"),
    ]

    private static let compulsory = Set(Stage.allCases.filter(\.isCompulsory))
    private static let rules = Dictionary(uniqueKeysWithValues: table.map { ($0.kind, $0) })

    private static func rule(
        _ kind: RollChangeKind, _ code: String, _ name: String, _ from: Set<StudentStatus>, _ to: StudentStatus,
        _ stages: Set<Stage> = Set(Stage.allCases), causes: [String] = [], asksUntil: Bool = false, asksCountry: Bool = false,
        placement: RollPlacement? = nil, needsCertificate: Bool = true, needsPolicy: Bool = false, isReport: Bool = false,
        question: String = "Q80"
    ) -> RollChangeRule {
        RollChangeRule(
            kind: kind, code: code, name: name, from: from, to: to, stages: stages, causes: causes, asksUntil: asksUntil,
            asksCountry: asksCountry, placement: placement, needsCertificate: needsCertificate, needsPolicy: needsPolicy, isReport: isReport,
            question: question)
    }

    /// Its row; every kind has one.
    public var rule: RollChangeRule { Self.rules[self] ?? Self.table[0] }

    public var label: String { rule.name }

    public var to: StudentStatus { rule.to }

    public func begins(from status: StudentStatus) -> Bool { rule.from.contains(status) }
}
