/// What the receiving school asks for.
public struct TransferContent: Sendable, Hashable {
    public var name: String
    /// 学籍号; empty where the ID number is given.
    public var number: String
    public var idNumber: String
    /// 申请年级 as year of entry and stage, `20221` (Q15, Q79).
    public var cohort: String
    /// 转入日期, `YYYYMMDD`.
    public var date: String
    /// Chinese: why.
    public var reason: String
    /// 就读方式, a code of the study-way table.
    public var stay: String

    public init(name: String, number: String, idNumber: String, cohort: String, date: String, reason: String, stay: String) {
        self.name = name
        self.number = number
        self.idNumber = idNumber
        self.cohort = cohort
        self.date = date
        self.reason = reason
        self.stay = stay
    }
}

/// Whom a transfer is between, in every fact about it: who has only one of them knows where it belongs.
public struct TransferHead: Sendable, Hashable {
    /// The application's own id, 16 random bytes; not the pupil's dossier.
    public var application: DossierID
    public var receiving, releasing: UnitCode

    public init(application: DossierID, receiving: UnitCode, releasing: UnitCode) {
        self.application = application
        self.receiving = receiving
        self.releasing = releasing
    }
}

/// A step of an application. Raw values are on the wire: append-only.
public enum TransferStepKind: String, Sendable, Hashable, CaseIterable {
    case apply, amend, submit, pass, sendBack, accept
}

/// One step of an application, up to the releasing school's acceptance, as signed by its writer.
public struct TransferStep: Sendable, Hashable {
    /// Of the content, not of the envelope it came in.
    public var hash: Digest
    public var head: TransferHead
    /// Nil for the first step alone.
    public var previous: Digest?
    public var kind: TransferStepKind
    public var by: UnitCode
    /// Where it was before, and where it goes.
    public var station, next: TransferStation
    public var nextHolder: UnitCode
    /// Versions of both schools' directory records that the writer applied.
    public var receivingVersion, releasingVersion: Int
    public var at: Int64
    public var reason: String
    /// In `apply` and `amend`.
    public var content: TransferContent?
    /// The grade that the receiving authority has set; empty where it left it (Q79).
    public var cohort: String
    /// In `accept`: the pupil's dossier, and the step that opens the case there.
    public var dossier: DossierID?
    public var opened: Digest?
    /// Last day in time of the next holder, `YYYY-MM-DD`, by its province's policies; empty: no limit.
    public var due: String
    /// Taken in the holder's stead (强制干预).
    public var isInStead: Bool

    public init(
        hash: Digest, head: TransferHead, previous: Digest?, kind: TransferStepKind, by: UnitCode, station: TransferStation,
        next: TransferStation, nextHolder: UnitCode, receivingVersion: Int, releasingVersion: Int, at: Int64, reason: String = "",
        content: TransferContent? = nil, cohort: String = "", dossier: DossierID? = nil, opened: Digest? = nil, due: String = "",
        isInStead: Bool = false
    ) {
        self.hash = hash
        self.head = head
        self.previous = previous
        self.kind = kind
        self.by = by
        self.station = station
        self.next = next
        self.nextHolder = nextHolder
        self.receivingVersion = receivingVersion
        self.releasingVersion = releasingVersion
        self.at = at
        self.reason = reason
        self.content = content
        self.cohort = cohort
        self.dossier = dossier
        self.opened = opened
        self.due = due
        self.isInStead = isInStead
    }
}

/// 撤销: the receiving school takes the application back. What reached the ferry first decides.
public struct TransferWithdrawal: Sendable, Hashable {
    public var head: TransferHead
    public var by: UnitCode
    public var reason: String
    public var at: Int64

    public init(head: TransferHead, by: UnitCode, reason: String, at: Int64) {
        self.head = head
        self.by = by
        self.reason = reason
        self.at = at
    }
}

/// What a step of the case in the pupil's dossier has made of it: for those who do not hold the dossier. Waits for no predecessor.
public struct TransferNotice: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable {
        case underWay, returned, completed
    }

    public var head: TransferHead
    public var dossier: DossierID
    /// The step that opened the case, and the one that this is about.
    public var opened, step: Digest
    public var by: UnitCode
    public var outcome: Outcome
    /// Where it is now.
    public var station: TransferStation
    public var holder: UnitCode
    public var due: String
    /// How many steps the dossier has with this one: of two notices the longer counts.
    public var length: Int
    public var isInStead: Bool
    public var reason: String
    public var at: Int64

    public init(
        head: TransferHead, dossier: DossierID, opened: Digest, step: Digest, by: UnitCode, outcome: Outcome, station: TransferStation,
        holder: UnitCode, due: String = "", length: Int, isInStead: Bool = false, reason: String = "", at: Int64
    ) {
        self.head = head
        self.dossier = dossier
        self.opened = opened
        self.step = step
        self.by = by
        self.outcome = outcome
        self.station = station
        self.holder = holder
        self.due = due
        self.length = length
        self.isInStead = isInStead
        self.reason = reason
        self.at = at
    }
}

/// 提请强制干预 of an overdue transfer (Q76): about one step; ends with the next, whoever takes it.
public struct TransferRequest: Sendable, Hashable {
    public var head: TransferHead
    public var by: UnitCode
    /// The step that gave the holder the pen.
    public var step: Digest
    public var reason: String
    public var at: Int64

    public init(head: TransferHead, by: UnitCode, step: Digest, reason: String, at: Int64) {
        self.head = head
        self.by = by
        self.step = step
        self.reason = reason
        self.at = at
    }
}

/// All signed facts that a node has about one transfer, in any order, without doubles.
public struct TransferFacts: Sendable {
    public var steps: [TransferStep]
    public var withdrawals: [TransferWithdrawal]
    public var notices: [TransferNotice]
    public var requests: [TransferRequest]

    public init(
        steps: [TransferStep] = [], withdrawals: [TransferWithdrawal] = [], notices: [TransferNotice] = [], requests: [TransferRequest] = []
    ) {
        self.steps = steps
        self.withdrawals = withdrawals
        self.notices = notices
        self.requests = requests
    }
}

/// Where a transfer stands, as people see it. Raw values are the contract's.
public enum TransferState: String, Sendable, Hashable, CaseIterable {
    case prepared, underWay, returned, withdrawn, completed

    /// 待学校审核 / 办理中 / 已退回 / 已撤销 / 已办结.
    public var label: String {
        switch self {
        case .prepared: "待学校审核"
        case .underWay: "办理中"
        case .returned: "已退回"
        case .withdrawn: "已撤销"
        case .completed: "已办结"
        }
    }

    public var isOver: Bool { self == .withdrawn || self == .completed }
}

/// A transfer as it stands: the result of `TransferFold`, the same at every node that has the same facts.
public struct Transfer: Sendable, Hashable {
    public var head: TransferHead
    public var content: TransferContent
    /// The steps of the application that count, first step first.
    public var chain: [TransferStep]
    /// Notices of the case that the last acceptance has opened, in order.
    public var notices: [TransferNotice]
    public var withdrawal: TransferWithdrawal?
    public var stand: TransferStand
    public var state: TransferState
    public var station: TransferStation
    /// 当前处理单位; nil when it is over.
    public var holder: UnitCode?
    public var since: Int64
    /// Last day in time, `YYYY-MM-DD`; empty: no limit.
    public var due: String
    /// Of the last return.
    public var reason: String
    /// What the school has asked for about the present step (Q76).
    public var request: TransferRequest?

    /// The step, here or in the dossier, that gave the holder the pen.
    public var current: Digest? {
        guard stand == .accepted else { return chain.last?.hash }
        return notices.last?.step ?? chain.last?.opened
    }

    /// When the receiving school wrote it down, in seconds.
    public var applied: Int64 { chain.first?.at ?? since }

    /// Whether it has left the receiving school once: before that it is nobody else's.
    public var isSubmitted: Bool { chain.contains { $0.kind == .submit } }

    /// The pupil's dossier, once the releasing school has said which it is.
    public var dossier: DossierID? { accepted?.dossier }

    /// The releasing school's acceptance, while the case that it has opened is the last one.
    public var accepted: TransferStep? { chain.last.flatMap { $0.kind == .accept ? $0 : nil } }

    /// 年级 as the receiving side has set it.
    public var cohort: String {
        let start = chain.lastIndex { $0.content != nil } ?? 0
        return chain[start...].last { !$0.cohort.isEmpty }?.cohort ?? content.cohort
    }
}
