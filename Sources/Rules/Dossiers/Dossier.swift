/// All signed facts that a node has about one dossier, in any order, without doubles.
public struct DossierFacts: Sendable {
    public var steps: [Step]
    public var supplements: [Supplement]
    public var verdicts: [Verdict]
    public var numbers: [IssuedNumber]
    public var answers: [IdentityAnswer]
    public var rulings: [Ruling]
    public var requests: [EvidenceRequest]
    public var overrideRequests: [OverrideRequest]
    public var repeals: [HandOverRepeal]

    public init(
        steps: [Step] = [], supplements: [Supplement] = [], verdicts: [Verdict] = [], numbers: [IssuedNumber] = [],
        answers: [IdentityAnswer] = [], rulings: [Ruling] = [], requests: [EvidenceRequest] = [],
        overrideRequests: [OverrideRequest] = [], repeals: [HandOverRepeal] = []
    ) {
        self.steps = steps
        self.supplements = supplements
        self.verdicts = verdicts
        self.numbers = numbers
        self.answers = answers
        self.rulings = rulings
        self.requests = requests
        self.overrideRequests = overrideRequests
        self.repeals = repeals
    }

    /// What authorities have said, as it came by itself.
    public var words: DossierWords { DossierWords(verdicts: verdicts, numbers: numbers, answers: answers, rulings: rulings) }
}

/// Where a registration stands, as people see it: the stand of the chain refined by verdicts. Raw values are the
/// contract's.
public enum RegistrationState: String, Sendable, Hashable, CaseIterable {
    case draft, unchecked, clean, problem, reviewed, submitted, returned, enrolled
    case deletionRequested, deletionConfirmed, deleted

    /// 草稿 / 未查重 / 查重通过 / 问题学籍 / 学校已审核 / 已上报 / 已退回 / 在校生 / 申请删除 / 删除待办结 / 已删除.
    public var label: String {
        switch self {
        case .draft: "草稿"
        case .unchecked: "未查重"
        case .clean: "查重通过"
        case .problem: "问题学籍"
        case .reviewed: "学校已审核"
        case .submitted: "已上报"
        case .returned: "已退回"
        case .enrolled: "在校生"
        case .deletionRequested: "申请删除"
        case .deletionConfirmed: "删除待中央办结"
        case .deleted: "已删除"
        }
    }
}

/// 学籍档案 as it stands: the result of `fold`, the same at every node that has the same facts.
public struct Dossier: Sendable, Hashable {
    public var id: DossierID
    public var home: UnitCode
    /// The canonical chain, first step first; empty while the first step is missing, and where all hand-overs known here were repealed:
    /// the pupil is elsewhere. Where a hand-over counts and what came before it is not known here, it begins with that.
    public var chain: [Step]
    /// Steps that do not count: not allowed, or on a losing branch.
    public var void: Set<Digest>
    /// Steps whose predecessor is missing.
    public var parked: Set<Digest>
    public var stand: Stand
    /// 当前处理单位; nil when the dossier has ended.
    public var holder: UnitCode?
    /// The chain's record with the highest supplement applied.
    public var record: StudentRecord
    public var keyDigest: Digest?
    /// The newest verdict of each authority about the present key fields.
    public var verdicts: [Verdict]
    /// The newest verdict of each authority about the proposal of the open change (Q71).
    public var proposalVerdicts: [Verdict] = []
    /// Of each pair that authorities have ruled on, the ruling that counts.
    public var rulings: [Ruling]
    public var provisionalNumber: String?
    public var formalNumber: String?
    /// The newest public-security answer about the present key fields.
    public var identityAnswer: String?
    /// Codes of `DuplicateKind`, sorted: every problem known now (问题学籍).
    public var problems: [String]
    public var state: RegistrationState
    /// 在办业务; nil while no case is open.
    public var openCase: OpenCase?
    /// Where the pupil stands on the roll, by the changes that were approved (学籍异动).
    public var roll = RollStanding()
    /// What authorities have asked the school for, oldest first.
    public var requests: [EvidenceRequest] = []
    /// What the home school has asked for about the present head (Q76).
    public var overrideRequest: OverrideRequest?
    /// Steps of the chain that were taken in the holder's stead, those before a hand-over not among them.
    public var overrides: Set<Digest> = []
    /// Valid hand-overs that do not count, and that nobody has repealed yet.
    public var outrun: [Step] = []
    /// Why each of the void steps does not count.
    public var voidReasons: [Digest: VoidReason] = [:]

    public var head: Digest? { chain.last?.hash }

    /// The hand-over by which the pupil came to the present home; nil for who entered there.
    public var handOver: Step? { chain.last { $0.archive != nil } }

    /// How many steps there are, those included that only nodes of former homes hold.
    public var length: Int {
        guard let place = chain.lastIndex(where: { $0.archive != nil }) else { return chain.count }
        return (chain[place].archive?.length ?? 0) + chain.count - place
    }

    /// The record as the steps have it, without supplements. What comes by a hand-over stands in no class of the new school yet
    /// (待分班): the former class stays in the step.
    public var recordOfChain: StudentRecord { Self.record(of: chain) }

    static func record(of chain: [Step]) -> StudentRecord {
        guard let place = chain.lastIndex(where: { $0.record != nil }), var record = chain[place].record else { return StudentRecord() }
        if chain[place].archive != nil {
            record[.classCode] = nil
            if record[.schoolCode] != nil { record[.schoolCode] = chain[place].nextHolder?.text }
        }
        var change: RollChange?
        for step in chain[place...] {
            change = step.opening?.change ?? change
            if step.kind == .approveRollChange, let code = change?.classCode, !code.isEmpty { record[.classCode] = code }
        }
        return record
    }

    /// The number in force: the formal one, else the provisional one.
    public var number: String? { formalNumber ?? provisionalNumber }

    /// The verdict of the highest tier that has spoken.
    public var highestVerdict: Verdict? { verdicts.max { $0.tier < $1.tier } }

    /// Whether a verdict of this tier or above calls the present key fields clean.
    public func isClean(atLeast tier: Tier) -> Bool {
        verdicts.contains { $0.tier >= tier && isClean($0) }
    }
}
