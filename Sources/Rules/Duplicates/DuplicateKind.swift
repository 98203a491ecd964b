/// What the duplicate check can say about a record. The raw value is on the wire: append-only, never reused.
public enum DuplicateKind: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Another record stands under the same resident ID number (Q61).
    case idDuplicate = "id_dup"
    /// Another record has the same name, sex and birth date, and neither has a resident ID (Q56.2, Q61).
    case nsdDuplicate = "nsd_dup"
    /// The same, but exactly one of the two has a resident ID: a suspicion (requirements §1.21).
    case nsdCross = "nsd_cross"
    /// The resident ID number fails length, characters, calendar date or check digit (Q61, Q64).
    case idInvalid = "id_bad"
    /// Alike, but not equal: a suspicion with a score (Q55).
    case suspect = "suspect"

    /// The word the registrar reads.
    public var chineseName: String {
        switch self {
        case .idDuplicate: "身份证号重复"
        case .nsdDuplicate: "姓名性别出生日期重复"
        case .nsdCross: "疑似重复（有无身份证号之间）"
        case .idInvalid: "身份证号错误"
        case .suspect: "疑似重复"
        }
    }

    /// Whether it makes a problem record (问题学籍) and stops submission; a suspicion does not.
    public var isProblem: Bool {
        switch self {
        case .idDuplicate, .nsdDuplicate, .idInvalid: true
        case .nsdCross, .suspect: false
        }
    }

    /// Whether it names other records.
    public var hasPeers: Bool { self != .idInvalid }

    public static func < (lhs: DuplicateKind, rhs: DuplicateKind) -> Bool { lhs.order < rhs.order }

    private var order: Int {
        switch self {
        case .idDuplicate: 0
        case .nsdDuplicate: 1
        case .nsdCross: 2
        case .idInvalid: 3
        case .suspect: 4
        }
    }
}

/// One thing the check says about one record, with the records it shares it with.
public struct DuplicateProblem<Subject: Hashable & Comparable & Sendable>: Sendable, Hashable {
    public var kind: DuplicateKind
    /// The other records, in order and without the record itself; empty for `idInvalid`.
    public var peers: [Subject]

    public init(kind: DuplicateKind, peers: [Subject] = []) {
        self.kind = kind
        self.peers = peers
    }
}
